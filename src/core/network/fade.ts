/**
 * How a network's last layer fades in, with a fractional number of layers, so that contrast lasts.
 *
 * Two outputs one layer apart are about as unlike as those of two networks, and their average varies less than either.
 * So their sums (logits) are mixed as vectors are turned: on an arc from one to the other at constant speed, with the
 * part of each that varies as a vector,
 *
 *     z = sin((1 - f) Ω) / sin Ω z₁ + sin(f Ω) / sin Ω z₂,    cos Ω = the correlation of z₁ and z₂
 *
 * (Shoemake, "Animating Rotation with Quaternion Curves", SIGGRAPH 1985). The deviation goes from that of one to that
 * of the other, and so does the mean. What contrast the outputs' colours still lose is restored by a gain of all
 * deviations from the means.
 *
 * Means, deviations and correlations are those at a fixed set of points of the plane. They depend on the network alone,
 * so that a place has the same colour in every view.
 *
 * At whole numbers of layers nothing is mixed. Between them, the factors are in the weights and biases of the two
 * output layers: z = (own z₂ + earlier z₁) / 2.
 */
import { activationFunction, brightness } from './activations.js';
import type { DrawCache } from './draws.js';
import { featureCalled } from './features.js';
import { normalised } from './forward.js';
import { unitActivations } from './layer-activations.js';
import { type Layer, makeLayer, weightedSums } from './layers.js';
import { lastUnitOf, layerRules } from './rules.js';
import { countWeights, type NetworkSpec } from './spec.js';

/** For each unit of an output layer: the factor of its sum, and what is then added. */
export interface Factors {
  scale: number[];
  offset: number[];
}

/** The factors of the last layer and of the output one layer earlier. */
export interface LayerFade {
  own: Factors;
  earlier: Factors;
}

/** No factor is larger. */
export const MOST_FADE = 64;
/** The standard deviation of the probes' coordinates: most views are within a distance of 3 of the origin. */
const SPREAD = 1.5;
/** How many probes there are, and how many if a network is so large that they would take more multiply-adds than WORK. */
const [PROBES, FEWER, WORK] = [64, 16, 5e7];
/** Correlations beyond this count as this: opposite outputs have no arc between them. */
const MOST_CORRELATION = 0.9;
/** If deviations differ by more than this factor, the smaller one counts as this part of the other. */
const MOST_RATIO = 4;
/** The greatest gain. Contrast grows more slowly than a gain, about as its square root, because outputs saturate. */
const [MOST_GAIN, GAIN_POWER] = [2.5, 2];
/** The relative luminance of red, green and blue: IEC 61966-2-1. */
const LUMINANCE = [0.2126, 0.7152, 0.0722];

/** The fade of a spec; undefined if its number of layers is whole, or if its outputs are averaged. */
export function fadeOf(spec: NetworkSpec, draws: DrawCache): LayerFade | undefined {
  if (spec.fade === 'outputs' || Number.isInteger(spec.layers)) return undefined;
  let fade = fades.get(spec);
  if (!fade) {
    fade = between(probed(spec, draws), spec);
    fades.set(spec, fade);
  }
  return fade;
}

/** A layer with the factors of its fade. */
export function fadedLayer({ inputs, units, weights, biases }: Layer, { scale, offset }: Factors): Layer {
  return {
    inputs,
    units,
    weights: weights.map((weight, i) => weight * scale[Math.floor(i / inputs)]),
    biases: biases.map((bias, unit) => bias * scale[unit] + offset[unit]),
  };
}

const fades = new WeakMap<NetworkSpec, LayerFade>();

/** The sums of an output at the probes. */
interface Probed {
  sums: Float64Array;
  mean: number;
  deviation: number;
}

/** The factors at a fraction. @param first - The outputs one layer earlier. */
function between({ first, second }: { first: Probed[]; second: Probed[] }, spec: NetworkSpec): LayerFade {
  const f = 1 - (Math.ceil(spec.layers) - spec.layers);
  const rest = Math.cos((f * Math.PI) / 2) ** 2; // of the means and deviations of the first
  const arcs = first.map((a, i) => arc(a, second[i], f, rest));
  const gain = gainFor(first, second, arcs, rest, spec);
  const factors = arcs.map(({ p, q, mean, added }) => ({
    p: 2 * gain * p,
    q: 2 * gain * q,
    offset: 2 * (gain * added + (1 - gain) * mean),
  }));
  return {
    own: { scale: factors.map(({ q }) => q), offset: factors.map(({ offset }) => offset) },
    earlier: { scale: factors.map(({ p }) => p), offset: factors.map(() => 0) },
  };
}

/** One output on its way: z = p z₁ + q z₂ + added, with this mean. */
interface Arc {
  p: number;
  q: number;
  added: number;
  mean: number;
}

function arc(a: Probed, b: Probed, f: number, rest: number): Arc {
  const first = Math.max(a.deviation, b.deviation / MOST_RATIO);
  const second = Math.max(b.deviation, a.deviation / MOST_RATIO);
  if (!(first > 0 && Number.isFinite(first * second) && Number.isFinite(a.mean - b.mean))) {
    return { p: Math.cos((f * Math.PI) / 2), q: Math.sin((f * Math.PI) / 2), added: 0, mean: 0 };
  }
  let covariance = 0;
  for (const [i, z] of a.sums.entries()) covariance += (z - a.mean) * (b.sums[i] - b.mean);
  const correlation = covariance / a.sums.length / (first * second);
  const angle = Math.acos(Math.max(-MOST_CORRELATION, Math.min(MOST_CORRELATION, correlation)));
  const deviation = rest * first + (1 - rest) * second;
  const p = (Math.sin((1 - f) * angle) / Math.sin(angle)) * (deviation / first);
  const q = (Math.sin(f * angle) / Math.sin(angle)) * (deviation / second);
  const mean = rest * a.mean + (1 - rest) * b.mean;
  return { p, q, added: mean - p * a.mean - q * b.mean, mean };
}

/** What restores the contrast of the colours: see the top. */
function gainFor(first: Probed[], second: Probed[], arcs: Arc[], rest: number, spec: NetworkSpec): number {
  const contrast = (sums: (output: number, i: number) => number) =>
    deviationOf(
      first[0].sums.map((_, i) =>
        first.reduce((total, _, output) => {
          const weight = first.length === 1 ? 1 : LUMINANCE[output];
          return total + weight * brightness(spec.outputActivation, sums(output, i));
        }, 0),
      ),
    ).deviation;
  const wanted =
    rest * contrast((output, i) => first[output].sums[i]) +
    (1 - rest) * contrast((output, i) => second[output].sums[i]);
  const found = contrast((output, i) => {
    const { p, q, added } = arcs[output];
    return p * first[output].sums[i] + q * second[output].sums[i] + added;
  });
  return wanted > found ? Math.min(MOST_GAIN, (wanted / found) ** GAIN_POWER) : 1;
}

function deviationOf(values: Float64Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(square) };
}

/** What was found at the probes, kept because a film's layers fade in slowly. */
const found = new Map<string, { first: Probed[]; second: Probed[] }>();
const MOST_FOUND = 16;

function probed(spec: NetworkSpec, draws: DrawCache): { first: Probed[]; second: Probed[] } {
  const count = Math.ceil(spec.layers);
  const key = JSON.stringify({ ...spec, layers: count });
  const before = found.get(key);
  if (before) return before;
  const outputs = outputsAtProbes(spec, draws);
  if (found.size >= MOST_FOUND) found.clear();
  found.set(key, outputs);
  return outputs;
}

function outputsAtProbes(spec: NetworkSpec, draws: DrawCache): { first: Probed[]; second: Probed[] } {
  const rules = layerRules(spec);
  const count = Math.ceil(spec.layers);
  const probes = points.slice(0, countWeights(spec) * PROBES <= WORK ? PROBES : FEWER);
  /** What the next matrix receives at each probe, and the values before any normalisation. */
  let received: ArrayLike<number>[] = probes.map(([x, y]) => {
    const features = spec.features.map((name) => featureCalled(name).at(x, y));
    return Array.from({ length: rules.hidden(1).inputs }, (_, i) => features[i] ?? 0);
  });
  let values = received;
  const output = (k: number): Probed[] => {
    const layer = makeLayer(spec, rules.output(k), draws);
    const sums = received.map((y) => weightedSums(layer, y));
    return Array.from({ length: layer.units }, (_, unit) => {
      const own = Float64Array.from(sums, (z) => z[unit]);
      return { sums: own, ...deviationOf(own) };
    });
  };
  let first: Probed[] = [];
  for (let k = 1; k < count; k++) {
    if (k === count - 1) first = output(k);
    const layer = makeLayer(spec, rules.hidden(k), draws);
    const own = unitActivations(spec, k, layer.units);
    const functions = [own].flat().map(activationFunction);
    const units = k > 1 ? rules.hidden(k - 1).units : 0;
    const last = k > 1 ? lastUnitOf(spec, k - 1) : 1;
    const kept = (unit: number) => (unit < units ? spec.residual * (unit === units - 1 ? last : 1) : 0);
    const before = values;
    values = received.map((y, i) =>
      weightedSums(layer, y).map(
        (z, unit) => functions[unit % functions.length](z) + (kept(unit) && kept(unit) * before[i][unit]),
      ),
    );
    received =
      spec.normalisation === 'layer'
        ? values.map((y) => normalised({ values: y, exponent: 0 }, lastUnitOf(spec, k)).values)
        : values;
  }
  return { first, second: output(count) };
}

/** A number in (0, 1) by its index from 1, evenly spread: Halton 1960. */
function halton(index: number, base: number): number {
  let value = 0;
  for (let [i, part] = [index, 1 / base]; i > 0; i = Math.floor(i / base), part /= base) {
    value += part * (i % base);
  }
  return value;
}

/** The probes: normally distributed about the origin. */
const points = Array.from({ length: PROBES }, (_, i): [x: number, y: number] => {
  const r = SPREAD * Math.sqrt(-2 * Math.log(halton(i + 1, 2)));
  const direction = 2 * Math.PI * halton(i + 1, 3);
  return [r * Math.cos(direction), r * Math.sin(direction)];
});
