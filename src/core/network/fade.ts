/**
 * How a network changes into another without losing contrast: with a fractional number of layers, and between seeds or
 * activations.
 *
 * Two outputs one layer apart are about as unlike as those of two networks, and their average varies less than either.
 * So their sums (logits) are interpolated spherically: on an arc from one to the other at constant speed, with the part
 * of each that varies as a vector,
 *
 *     z = sin((1 - f) Ω) / sin Ω z₁ + sin(f Ω) / sin Ω z₂,    cos Ω = the correlation of z₁ and z₂
 *
 * (Shoemake, "Animating Rotation with Quaternion Curves", SIGGRAPH 1985). The deviation goes from that of one to that
 * of the other, and so does the mean. What contrast the outputs still lose, because their colours partly cancel or
 * because the network between two others happens to be dull, is restored by a gain of all deviations from the means.
 *
 * Means, deviations and correlations are those at a fixed set of points of the plane. They depend on the network alone,
 * so that a place has the same colour in every view. All factors are in the weights and biases of the output layers. At
 * whole numbers of layers, at a seed and with plain activations there are none.
 */
import { LUMINANCE } from '../luminance.js';
import { activationFunction, brightness, type LayerActivation } from './activations.js';
import type { DrawCache } from './draws.js';
import { featureCalled } from './features.js';
import { normalised } from './forward.js';
import { unitActivations } from './layer-activations.js';
import { type Layer, makeLayer } from './layers.js';
import { lastUnitOf, layerRules } from './rules.js';
import { countWeights, type NetworkSpec } from './spec.js';

/** For each unit of an output layer: the factor of its sum, and what is then added. */
export interface Factors {
  scale: number[];
  offset: number[];
}

/** The factors of the last layer, and of the output one layer earlier if there is one. */
interface Fade {
  own: Factors;
  earlier?: Factors;
}

/** Factors are smaller than this, as a binary exponent. */
export const FADE_BITS = 6;
/** The standard deviation of the probes' coordinates: most views are within a distance of 3 of the origin. */
const SPREAD = 1.5;
/** How many probes there are, and how many in a network so large that they would take more multiply-adds than WORK. */
const [PROBES, FEWER, WORK] = [64, 16, 5e7];
/** Correlations beyond this count as this: opposite outputs have no arc between them. */
const MOST_CORRELATION = 0.9;
/** If deviations differ by more than this factor, the smaller one counts as this part of the other. */
const MOST_RATIO = 4;
/** The greatest gain, and how often it is corrected: outputs saturate, so contrast grows more slowly than a gain. */
const [MOST_GAIN, CORRECTIONS] = [3, 8];
/** The most parameters that may be between two values at once, for each doubles the work. */
const MOST_MIXES = 2;

/** The factors of an output layer; undefined if it has none. @param number - The matrix, counted from 1. */
export function fadeFactors(spec: NetworkSpec, number: number, draws: DrawCache): Factors | undefined {
  if (!doesFade(spec)) return undefined;
  let fade = fades.get(spec);
  if (!fade) {
    fade = fadeOf(spec, draws);
    fades.set(spec, fade);
  }
  return (number < spec.layers && fade.earlier) || fade.own;
}

/** An output layer as it is while the network changes. @param number - The matrix, counted from 1. */
export function fadedOutput(spec: NetworkSpec, layer: Layer, number: number, draws: DrawCache): Layer {
  const factors = fadeFactors(spec, number, draws);
  if (!factors) return layer;
  const { scale, offset } = factors;
  const { inputs, units, weights, biases } = layer;
  return {
    inputs,
    units,
    weights: weights.map((weight, i) => weight * scale[Math.floor(i / inputs)]),
    biases: biases.map((bias, unit) => bias * scale[unit] + offset[unit]),
  };
}

/** Whether a spec's output layers have factors. */
export function doesFade(spec: NetworkSpec): boolean {
  if (spec.fade === 'outputs' || spec.weights) return false;
  return !Number.isInteger(spec.layers) || isBetween(spec);
}

const fades = new WeakMap<NetworkSpec, Fade>();

function fadeOf(spec: NetworkSpec, draws: DrawCache): Fade {
  const count = Math.ceil(spec.layers);
  const second = outputOf({ ...spec, layers: count }, draws);
  if (count === spec.layers) return { own: second.factors };
  const first = outputOf({ ...spec, layers: count - 1 }, draws);
  const f = 1 - (count - spec.layers);
  const rest = part(f);
  const arcs = first.outputs.map((a, i) => arc(a, second.outputs[i], f));
  const outputs = arcs.map(({ p, q, added }, i) =>
    probedOf(first.outputs[i].sums.map((z, j) => p * z + q * second.outputs[i].sums[j] + added)),
  );
  const wanted = rest * contrastOf(first.outputs, spec) + (1 - rest) * contrastOf(second.outputs, spec);
  const gained = withGain(outputs, wanted, spec);
  // The sums are halves of these: see earlierShare in network.ts.
  const after = (factors: Factors, scales: number[], offsets: number[]): Factors => ({
    scale: factors.scale.map((own, i) => 2 * gained.scale[i] * scales[i] * own),
    offset: factors.offset.map((own, i) => 2 * (gained.scale[i] * (scales[i] * own + offsets[i]))),
  });
  const own = after(
    second.factors,
    arcs.map(({ q }) => q),
    arcs.map(({ added }) => added),
  );
  return {
    own: { ...own, offset: own.offset.map((offset, i) => offset + 2 * gained.offset[i]) },
    earlier: after(
      first.factors,
      arcs.map(({ p }) => p),
      arcs.map(() => 0),
    ),
  };
}

/** The share of the first of two ends. */
const part = (f: number) => Math.cos((f * Math.PI) / 2) ** 2;

/** The sums of an output at the probes. */
interface Probed {
  sums: Float64Array;
  mean: number;
  deviation: number;
}

function probedOf(sums: Float64Array): Probed {
  const mean = sums.reduce((sum, value) => sum + value, 0) / sums.length;
  const square = sums.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sums.length;
  return { sums, mean, deviation: Math.sqrt(square) };
}

/** The deviation of the luminance of the outputs' colours. */
function contrastOf(outputs: Probed[], { outputActivation }: NetworkSpec, factors?: Factors): number {
  const light = new Float64Array(outputs[0].sums.length);
  for (const [output, { sums }] of outputs.entries()) {
    const weight = outputs.length === 1 ? 1 : LUMINANCE[output];
    const [scale, offset] = factors ? [factors.scale[output], factors.offset[output]] : [1, 0];
    for (let i = 0; i < light.length; i++) {
      light[i] += weight * brightness(outputActivation, scale * sums[i] + offset);
    }
  }
  return probedOf(light).deviation;
}

/** The factors with which outputs have this contrast, as far as a gain of at most MOST_GAIN can give it. */
function withGain(outputs: Probed[], wanted: number, spec: NetworkSpec): Factors {
  const factorsAt = (gain: number): Factors => ({
    scale: outputs.map(() => gain),
    offset: outputs.map(({ mean }) => (gain === 1 ? 0 : (1 - gain) * mean)),
  });
  let gain = 1;
  for (let i = 0; i < CORRECTIONS; i++) {
    const found = contrastOf(outputs, spec, factorsAt(gain));
    const next = Math.max(1, Math.min(MOST_GAIN, (gain * wanted) / found));
    if (!(next >= 1) || outputs.some(({ mean }) => !Number.isFinite(mean))) return factorsAt(1);
    gain = next;
  }
  return factorsAt(gain);
}

/** One output on its way: z = p z₁ + q z₂ + added. */
interface Arc {
  p: number;
  q: number;
  added: number;
}

function arc(a: Probed, b: Probed, f: number): Arc {
  const first = Math.max(a.deviation, b.deviation / MOST_RATIO);
  const second = Math.max(b.deviation, a.deviation / MOST_RATIO);
  if (!(first > 0 && Number.isFinite(first * second) && Number.isFinite(a.mean - b.mean))) {
    return { p: Math.cos((f * Math.PI) / 2), q: Math.sin((f * Math.PI) / 2), added: 0 };
  }
  let covariance = 0;
  for (const [i, z] of a.sums.entries()) covariance += (z - a.mean) * (b.sums[i] - b.mean);
  const correlation = covariance / a.sums.length / (first * second);
  const angle = Math.acos(Math.max(-MOST_CORRELATION, Math.min(MOST_CORRELATION, correlation)));
  const rest = part(f);
  const deviation = rest * first + (1 - rest) * second;
  const p = (Math.sin((1 - f) * angle) / Math.sin(angle)) * (deviation / first);
  const q = (Math.sin(f * angle) / Math.sin(angle)) * (deviation / second);
  return { p, q, added: (rest - p) * a.mean + (1 - rest - q) * b.mean };
}

/** The outputs of a network with a whole number of layers, at the probes, after their own factors. */
interface Output {
  outputs: Probed[];
  factors: Factors;
}

/** Kept because many frames of a film have the same. */
const found = new Map<string, Output>();
const MOST_FOUND = 32;

function outputOf(spec: NetworkSpec, draws: DrawCache): Output {
  if (isBetween(spec)) return mixedOutput(spec, draws);
  const key = JSON.stringify(spec);
  const before = found.get(key);
  if (before) return before;
  const outputs = outputsAtProbes(spec, draws);
  const output = { outputs, factors: { scale: outputs.map(() => 1), offset: outputs.map(() => 0) } };
  if (found.size >= MOST_FOUND) found.clear();
  found.set(key, output);
  return output;
}

/** The output of a network between others, with a gain that gives it a contrast between theirs. */
function mixedOutput(spec: NetworkSpec, draws: DrawCache): Output {
  const outputs = outputsAtProbes(spec, draws);
  let wanted = 0;
  for (const { end, weight } of endsOf(spec))
    wanted += weight * contrastOf(outputOf(end, draws).outputs, end);
  const factors = withGain(outputs, wanted, spec);
  const gained = outputs.map(({ sums }, i) =>
    probedOf(sums.map((z) => factors.scale[i] * z + factors.offset[i])),
  );
  return { outputs: gained, factors };
}

/** A parameter that is between two values, or several that are equally far. */
interface Mix {
  fraction: number;
  at(spec: NetworkSpec, end: 'from' | 'to'): NetworkSpec;
}

const isBetween = (spec: NetworkSpec) => {
  const { length } = mixesOf(spec);
  return length > 0 && length <= MOST_MIXES;
};

function mixesOf({ seed, activation, outputActivation }: NetworkSpec): Mix[] {
  const mixes: Mix[] = [];
  const isMoving = (fraction: number) => fraction > 0 && fraction < 1;
  if (typeof seed === 'object' && seed.from !== seed.to && isMoving(seed.fraction)) {
    mixes.push({ fraction: seed.fraction, at: (spec, end) => ({ ...spec, seed: seed[end] }) });
  }
  const fractionOf = (layer: LayerActivation) =>
    typeof layer === 'object' && 'from' in layer && layer.from !== layer.to ? layer.fraction : 0;
  const fractions = new Set([activation, outputActivation].flat().map(fractionOf).filter(isMoving));
  for (const fraction of fractions) {
    const ending = <T extends LayerActivation>(layer: T, end: 'from' | 'to') =>
      typeof layer === 'object' && 'from' in layer && fractionOf(layer) === fraction ? layer[end] : layer;
    mixes.push({
      fraction,
      at: (spec, end) => ({
        ...spec,
        activation: Array.isArray(spec.activation)
          ? spec.activation.map((layer) => ending(layer, end))
          : ending(spec.activation, end),
        outputActivation: ending(spec.outputActivation, end),
      }),
    });
  }
  return mixes;
}

/** The networks that a network is between, and their shares. */
function endsOf(spec: NetworkSpec): { end: NetworkSpec; weight: number }[] {
  let ends = [{ end: spec, weight: 1 }];
  for (const { fraction, at } of mixesOf(spec)) {
    const rest = part(fraction);
    ends = ends.flatMap(({ end, weight }) => [
      { end: at(end, 'from'), weight: weight * rest },
      { end: at(end, 'to'), weight: weight * (1 - rest) },
    ]);
  }
  return ends;
}

/** The sums of the outputs of a network with a whole number of layers. */
function outputsAtProbes(spec: NetworkSpec, draws: DrawCache): Probed[] {
  const rules = layerRules(spec);
  const probes = PLACES.slice(0, countWeights(spec) * PROBES <= WORK ? PROBES : FEWER);
  /** What the next matrix receives: a list for each unit, with a value for each probe. */
  let received = Array.from({ length: Math.ceil(spec.inputs) }, (_, i) => {
    const feature = i < spec.features.length ? featureCalled(spec.features[i]) : undefined;
    return Float64Array.from(probes, ([x, y]) => feature?.at(x, y) ?? 0);
  });
  let values = received;
  for (let k = 1; k < spec.layers; k++) {
    const sums = sumsOf(makeLayer(spec, rules.hidden(k), draws), received);
    const own = unitActivations(spec, k, sums.length);
    const functions = [own].flat().map(activationFunction);
    const before = k > 1 ? values : [];
    const last = k > 1 ? lastUnitOf(spec, k - 1) : 1;
    values = sums.map((z, unit) => {
      const kept = spec.residual * (unit === before.length - 1 ? last : 1);
      const a = functions[unit % functions.length];
      return kept === 0 || unit >= before.length ? z.map(a) : z.map((x, i) => a(x) + kept * before[unit][i]);
    });
    received = spec.normalisation === 'layer' ? normalisedUnits(values, lastUnitOf(spec, k)) : values;
  }
  return sumsOf(makeLayer(spec, rules.output(spec.layers), draws), received).map(probedOf);
}

/** W y + b: see `received` in outputsAtProbes. */
function sumsOf({ inputs, units, weights, biases }: Layer, received: Float64Array[]) {
  return Array.from({ length: units }, (_, unit) => {
    const sums = new Float64Array(received[0].length).fill(biases[unit]);
    for (let input = 0; input < inputs; input++) {
      const weight = weights[unit * inputs + input];
      const y = received[input];
      for (let i = 0; i < sums.length; i++) sums[i] += weight * y[i];
    }
    return sums;
  });
}

function normalisedUnits(values: Float64Array[], lastUnit: number) {
  const after = values.map(({ length }) => new Float64Array(length));
  for (let i = 0; i < values[0].length; i++) {
    const column = normalised({ values: values.map((unit) => unit[i]), exponent: 0 }, lastUnit).values;
    for (let unit = 0; unit < after.length; unit++) after[unit][i] = column[unit];
  }
  return after;
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
const PLACES = Array.from({ length: PROBES }, (_, i): [x: number, y: number] => {
  const r = SPREAD * Math.sqrt(-2 * Math.log(halton(i + 1, 2)));
  const direction = 2 * Math.PI * halton(i + 1, 3);
  return [r * Math.cos(direction), r * Math.sin(direction)];
});
