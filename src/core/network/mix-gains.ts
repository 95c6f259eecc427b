/**
 * What the weights after mixed activations are multiplied by, so that contrast lasts.
 *
 * Where two activations differ, their average varies less than either: half of a tanh plus half of a gaussian has half
 * the variance. Layer after layer, that fades a picture to grey. So the matrix behind a layer whose
 * activations are mixed is multiplied by a gain, with which the layer's χ (see mean-field.ts) is between those of the
 * ends: their weighted geometric mean. The variance of each layer is followed from the inputs on, for both ends and for
 * the mix.
 */
import type { LayerActivation } from './activations.js';
import { layerActivation } from './layer-activations.js';
import { averagesOf, type Pair, pairsOf } from './layer-moments.js';
import { inputsInVariance, layerRules, scaleOf, varianceOf } from './rules.js';
import { hiddenWidths, type NetworkSpec } from './spec.js';

/** The greatest gain; the least is 1 / MOST_GAIN. */
const MOST_GAIN = 4;
/** The mean square of the network's inputs, about that of the plane within a distance of 2 or 3. */
const INPUT_SQUARE = 2.25;
/** Variances beyond this change nothing. */
const MOST_VARIANCE = 1e30;

const known = new WeakMap<NetworkSpec, readonly number[]>();

/**
 * What a matrix's weights are multiplied by: 1 unless the activations before it are mixed. With layer normalisation,
 * which makes any gain ineffective, and with explicit weights, it is always 1.
 * @param number - The matrix, counted from 1.
 */
export function mixGain(spec: NetworkSpec, number: number): number {
  if (spec.fade === 'outputs' || spec.weights || spec.normalisation !== 'none' || number === 1) return 1;
  let gains = known.get(spec);
  if (!gains) {
    gains = gainsOf(spec);
    known.set(spec, gains);
  }
  return gains[number - 2] ?? 1;
}

/** One for each hidden layer; empty if none is mixed. */
function gainsOf(spec: NetworkSpec): number[] {
  const layers = hiddenWidths(spec).map((_, i) => layerActivation(spec.activation, i + 1));
  if (layers.every((layer) => fractionOf(layer, spec) === 0)) return [];
  const rules = layerRules(spec);
  const steps = new Map<LayerActivation, MixedLayer>();
  const firstScale = scaleOf(spec, rules.hidden(1).exact);
  const first = varianceOf(spec, firstScale) * INPUT_SQUARE * spec.features.length;
  /** The variance of the sums and of the values before: of the first end, the second, and the mix. */
  const sums = [first, first, first];
  const values = [0, 0, 0];
  return layers.map((activation, i) => {
    const step = steps.get(activation) ?? mixedLayer(activation, spec);
    steps.set(activation, step);
    const averages = step.pairs.map((pairs, j) => averagesOf(pairs, sums[j]));
    const [from, to, mix] = averages.map(({ slope }) => slope);
    const { fraction } = step;
    const wanted = Math.sqrt((from ** (1 - fraction) * to ** fraction) / mix);
    const isUseful = fraction > 0 && wanted > 0 && Number.isFinite(wanted);
    const gain = isUseful ? Math.min(MOST_GAIN, Math.max(1 / MOST_GAIN, wanted)) : 1;
    const next = i + 1 < layers.length ? rules.hidden(i + 2) : rules.output(i + 2);
    const scale = scaleOf(spec, next.exact);
    const weights = varianceOf(spec, scale) * inputsInVariance(next);
    const biases = varianceOf(spec, spec.biasScale ?? scale);
    for (const [j, { square }] of averages.entries()) {
      values[j] = square + spec.residual ** 2 * values[j];
      sums[j] = Math.min(MOST_VARIANCE, weights * (j === 2 ? gain ** 2 : 1) * values[j] + biases);
    }
    return gain;
  });
}

/** The activations of a layer: those of both ends and those of the mix. */
interface MixedLayer {
  fraction: number;
  pairs: Pair[][];
}

function mixedLayer(activation: LayerActivation, spec: NetworkSpec): MixedLayer {
  const { seed } = spec;
  const fraction = fractionOf(activation, spec);
  const isMix = typeof activation === 'object' && 'from' in activation;
  const ends = isMix ? [activation.from, activation.to] : [activation, activation];
  const sides = typeof seed === 'object' ? [seed.from, seed.to] : [seed, seed];
  const pairs = ends.map((end, j) => pairsOf(end, sides[j], 'far'));
  return { fraction, pairs: [...pairs, pairsOf(activation, seed, 'far')] };
}

/** How far a layer's activations are between two: 0 if they are not. Between seeds, units may change theirs. */
function fractionOf(activation: LayerActivation, { seed }: NetworkSpec): number {
  if (typeof activation === 'string') return 0;
  const mix = 'from' in activation ? activation : typeof seed === 'object' ? seed : undefined;
  return mix && mix.from !== mix.to && mix.fraction < 1 ? mix.fraction : 0;
}
