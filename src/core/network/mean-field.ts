/**
 * The mean-field theory of random networks: whether a network of this shape tends to order or to chaos.
 *
 * In a wide layer of random weights, the sums z are normally distributed. From layer to layer their variance q goes to
 *
 *     σw² E a(√q n)² + σb²,    n standard normal, σw² = inputs * variance of a weight, σb² = variance of a bias
 *
 * and the mean square difference of the sums of two nearby points is multiplied by
 *
 *     χ = σw² E a'(√q n)²
 *
 * where q is the variance at which the map settles. Below 1 is order: nearby points become more alike with each layer,
 * until a deep network's picture is a single colour. Above 1 is chaos: they become ever less alike, until it is noise.
 * (Poole et al., "Exponential expressivity in deep neural networks through transient chaos", arXiv:1606.05340;
 * Schoenholz et al., "Deep Information Propagation", arXiv:1611.01232. With residuals: Yang & Schoenholz, "Mean Field
 * Residual Networks: On the Edge of Chaos", arXiv:1712.08969.)
 *
 * Layers may differ here. So the hidden layers are repeated until the variance settles, and χ is the geometric mean
 * over them: that of one layer if all are alike. Where the variance grows without bound, as with relus, χ compares the
 * growth of differences to it: values that all grow alike make no picture. Residuals are followed from the variance at
 * which the layers settle without them.
 */
import type { LayerActivation } from './activations.js';
import { NORMALISATION_EPSILON } from './forward.js';
import { layerActivation } from './layer-activations.js';
import { averagesOf, type Pair, pairsOf } from './layer-moments.js';
import { scalesOf } from './layers.js';
import type { Distance } from './moments.js';
import { inputsInVariance, type LayerRule, layerRules, varianceOf } from './rules.js';
import { hiddenWidths, type NetworkSpec } from './spec.js';

/** What a network tends to with depth. */
export type Regime = 'ordered' | 'edge' | 'chaotic';

/** The mean-field measure of a network. */
export interface MeanField {
  /** χ, 0 or more: by how much a layer multiplies the mean square difference of nearby points. */
  chi: number;
  /** Of this network: see edgeOf. */
  regime: Regime;
}

/** Why a network has no mean-field measure. */
export interface NoMeanField {
  /** One short sentence. */
  reason: string;
}

/** The mean-field measure of a network, or why there is none. Takes well under 2 ms. */
export function meanField(spec: NetworkSpec): MeanField | NoMeanField {
  const reason = whyNone(spec);
  if (reason) return { reason };
  const chi = growthPerLayer(spec, 'near');
  return { chi, regime: regimeOf(chi, spec.layers) };
}

/**
 * χ of a network that has one: see whyNone.
 * @param distance - Where activations jump, it depends on how far apart points are.
 */
export function growthPerLayer(spec: NetworkSpec, distance: Distance): number {
  const steps = stepsOf(spec, distance);
  return growthOf(spec, steps, settled(spec, steps));
}

/**
 * The weight scale at which large values keep their variance from layer to layer, for activations without bounds. For
 * relus it is that of He et al., "Delving Deep into Rectifiers" (arXiv:1502.01852), and for others that end in the same
 * straight lines, too.
 * @param weightScale - The network's own, above 0.
 */
export function steadyScale(spec: NetworkSpec, weightScale: number): number {
  const steps = stepsOf({ ...spec, weightScale }, 'near');
  const logs = steps.map(({ activation, weights }) =>
    Math.log((weights * averagesOf(activation, UNBOUNDED).square) / UNBOUNDED),
  );
  return weightScale * Math.exp(-logs.reduce((sum, log) => sum + log, 0) / logs.length / 2);
}

/** Why mean-field theory says nothing about a network; undefined if it does. */
export function whyNone({ weights, features, layers }: NetworkSpec): string | undefined {
  if (weights) return 'Its weights are given, not random.';
  const other = features.find((name) => name !== 'x' && name !== 'y');
  if (other) return `There is no formula for the feature ${other}.`;
  if (layers === 1) return 'It has no hidden layers.';
}

/**
 * The χ between which a network of this depth is at the edge: [low, high]. There, differences change by less than a
 * factor of e over all of its layers: its depth is within the depth scale 1 / |ln χ| of Schoenholz et al. So the edge
 * is wide for shallow networks and narrow for deep ones.
 * @param layers - The number of weight matrices, above 1.
 */
export function edgeOf(layers: number): [low: number, high: number] {
  const high = Math.exp(1 / (layers - 1));
  return [1 / high, high];
}

function regimeOf(chi: number, layers: number): Regime {
  const [low, high] = edgeOf(layers);
  return chi < low ? 'ordered' : chi > high ? 'chaotic' : 'edge';
}

/** A hidden layer, and the matrix behind it. */
interface Step {
  activation: Pair[];
  /** The width, fractions included. */
  units: number;
  /** σw² and σb² of the next matrix. */
  weights: number;
  biases: number;
}

/** The hidden layers. The last is followed by a matrix to as many units as the first has, as if they were repeated. */
function stepsOf(spec: NetworkSpec, distance: Distance): Step[] {
  const widths = hiddenWidths(spec);
  const rules = layerRules(spec);
  const pairs = new Map<LayerActivation, Pair[]>();
  return widths.map((units, i) => {
    const k = i + 1;
    const activation = layerActivation(spec.activation, k);
    if (!pairs.has(activation)) pairs.set(activation, pairsOf(activation, spec.seed, distance));
    const last: LayerRule = { ...rules.output(k + 1), exact: { inputs: units, units: widths[0] } };
    const rule = k < widths.length ? rules.hidden(k + 1) : last;
    const scales = scalesOf(spec, rule, { seed: 1 });
    return {
      activation: pairs.get(activation)!,
      units,
      weights: varianceOf(spec, scales.weights) * inputsInVariance(rule),
      biases: varianceOf(spec, scales.biases),
    };
  });
}

/** The variance of the first layer's sums when the layers, without residuals, have been repeated until it settles. */
function settled({ normalisation }: NetworkSpec, steps: Step[]): number {
  const alike = steps.every(
    ({ activation, weights, biases }) =>
      activation === steps[0].activation && weights === steps[0].weights && biases === steps[0].biases,
  );
  const repeated = alike ? steps.slice(0, 1) : steps;
  const next = (from: number) => {
    let q = from;
    for (const { activation, weights, biases } of repeated) {
      const { mean, square } = averagesOf(activation, q);
      const variance = square - mean ** 2;
      const received = normalisation === 'layer' ? variance / (variance + NORMALISATION_EPSILON) : square;
      q = weights * received + biases;
    }
    return q;
  };
  let q = 1;
  for (let done = 0; done < MOST_STEPS; done += 2 * repeated.length) {
    const [first, before] = [next(q), q];
    const second = next(first);
    q = second;
    if (q > UNBOUNDED || Math.abs(q - first) <= 1e-9 * q) break;
    const ratio = (second - first) / (first - before);
    if (ratio >= 1 && second > first && next(UNBOUNDED) > UNBOUNDED) return UNBOUNDED;
    // It settles as a geometric series does, so go to that series' end (Aitken).
    const end = second + ((second - first) * ratio) / (1 - ratio);
    if (Math.abs(ratio) < 1 && end > 0) q = end;
  }
  return Math.min(q, UNBOUNDED);
}

/** At the edge, the variance settles slowly; but then χ changes little. */
const MOST_STEPS = 1000;
/** A variance above this is on its way to infinity, and every activation is a straight line or a constant there. */
const UNBOUNDED = 1e6;

/** Units with the same residuals: averages of their values, and the square of the difference of two nearby points. */
interface Run {
  /** The number of the last of them. */
  end: number;
  mean: number;
  square: number;
  difference: number;
}

/** χ: the growth of differences from the first layer's sums to those of the output, per layer. */
function growthOf({ layers, residual, normalisation }: NetworkSpec, steps: Step[], start: number): number {
  const isNormal = normalisation === 'layer';
  const part = layers + 1 - Math.ceil(layers); // of the last hidden layer, while it fades in
  let [q, runs]: [number, Run[]] = [start, []];
  /** Logarithms: of the difference and of the variance, relative to those at the start. */
  let [difference, variance] = [0, 0];
  for (const [i, { activation, units, weights, biases }] of steps.entries()) {
    runs = withResidual(residual, runs, units, averagesOf(activation, q));
    const over = (name: 'mean' | 'square' | 'difference') =>
      runs.reduce((sum, run, j) => sum + run[name] * (run.end - (runs[j - 1]?.end ?? 0)), 0) / units;
    const spread = over('square') - over('mean') ** 2 + NORMALISATION_EPSILON;
    const grown = (weights * over('difference')) / (isNormal ? spread : 1);
    if (grown === 0) return 0;
    for (const run of runs) run.difference /= grown; // so that the difference of the sums is 1 again
    const next = weights * (isNormal ? 1 - NORMALISATION_EPSILON / spread : over('square')) + biases;
    // From a huge variance on, all layers are alike.
    const alike = next > UNBOUNDED ** 2 ? steps.length - 1 - i : 0;
    const count = i + alike === steps.length - 1 ? alike + part : 1;
    difference += count * Math.log(grown);
    variance += count * Math.log(next / q);
    if (alike > 0) break;
    q = next;
  }
  return Math.exp((difference - Math.max(0, variance)) / (steps.length - 1 + part));
}

/** A layer's values: those of its activations, plus the residual of the units that the layer before also has. */
function withResidual(
  residual: number,
  earlier: Run[],
  units: number,
  own: { mean: number; square: number; slope: number },
): Run[] {
  const { mean, square, slope } = own;
  const alone = { end: units, mean, square, difference: slope };
  if (residual === 0) return [alone];
  const runs = earlier.map((run) => ({
    end: Math.min(units, run.end),
    mean: mean + residual * run.mean,
    square: square + 2 * residual * mean * run.mean + residual ** 2 * run.square,
    difference: slope + residual ** 2 * run.difference,
  }));
  const kept = runs.filter(({ end }, i) => end > (runs[i - 1]?.end ?? 0));
  return (kept.at(-1)?.end ?? 0) < units ? [...kept, alone] : kept;
}
