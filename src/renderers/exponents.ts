/**
 * Networks whose values overflow float32, which ends at 2^128: deep ones of relu and other unbounded activations, or
 * with residuals, whose values grow with every layer, to 2^200 and more. Their layers are computed scaled down by 2^-e.
 * Scaling by a power of two loses no precision: the next layer's weights absorb the factor, and the activation is that
 * of the unscaled value.
 * Both backends use the exponents chosen here, so they agree.
 *
 * Each layer has one exponent per frame, chosen so that its largest value stays below 2^120 for every sample. A strict
 * bound, from sums of absolute weights, is tried first; most networks stay within it and need no exponents. It grows
 * much faster than the values do, so if it is exceeded, the network is evaluated at nine points of the frame, and no
 * value is assumed to be more than 2^60 times the largest found there.
 */

import type { FrameDescription } from '../core/frame/description.js';
import { areLinear, inputAt, inputsAt } from '../core/frame/inputs.js';
import {
  activationFunction,
  isBounded,
  type LayerActivation,
  namesOf,
  scaledActivation,
} from '../core/network/activations.js';
import type { DrawCache } from '../core/network/draws.js';
import { doesFade, FADE_BITS } from '../core/network/fade.js';
import { normalised } from '../core/network/forward.js';
import { layerActivation, unitActivations } from '../core/network/layer-activations.js';
import { type Layer, type Side, scalesOf, sidesOf, unitDraws, weightedSums } from '../core/network/layers.js';
import { layerMaker } from '../core/network/network.js';
import { type LayerRule, lastUnitOf, layerRules } from '../core/network/rules.js';
import type { NetworkSpec } from '../core/network/spec.js';
import { drawnOf } from './drawn.js';
import { foldView } from './first-layer.js';

/** The binary exponents by which the values of a frame's layers (see drawn.ts) are scaled down: integers, 0 or more. */
export interface Exponents {
  /** Of each hidden layer's weighted sums. */
  sums: number[];
  /** Of each hidden layer's activations: the same, or 0 if all are bounded by [-1, 1]. */
  units: number[];
  /** Of each hidden layer's values, the residual included. Without one, those of the activations. */
  values: number[];
  /** Of what each matrix receives, first to last: the layer's values, or 0 if they are normalised. */
  received: number[];
  /** Of the sums that are drawn, and of those of the output one layer earlier. */
  output: number;
}

/** The largest value allowed, as a binary exponent: the sum of two such values is finite even after rounding. */
const MOST_BITS = 120;
/** The same with layer normalisation, which adds the squares of all values of a layer. */
const MOST_SQUARED_BITS = 50;
/** How much larger a value may be anywhere in the frame than at the sampled points. */
const HEADROOM = 2 ** 60;
/** The largest factor a kernel multiplies by, as a binary exponent. Products stay finite; the rest is negligible. */
const MOST_FACTOR_BITS = 120;
/** The largest argument of an activation, as a binary exponent; beyond it all are constant, linear or (sin) noise. */
const FAR_BITS = 100;

/** A frame's exponents; undefined if all are 0, as for nearly every network. */
export function exponentsOf(frame: FrameDescription, draws: DrawCache): Exponents | undefined {
  const { activation, residual, weights } = frame.network;
  // Bounded activations keep values small; then only explicit weights or residuals can make sums too large.
  if ([activation].flat().every(isLayerBounded) && !weights && Math.abs(residual) <= 1) return undefined;
  if (!isNeeded(exponents(frame, draws, []))) return undefined;
  const found = exponents(frame, draws, pointsOf(frame));
  return isNeeded(found) ? found : undefined;
}

const isNeeded = ({ sums, values, output }: Exponents) =>
  output > 0 || [...sums, ...values].some((exponent) => exponent > 0);

const isLayerBounded = (layer: LayerActivation): boolean =>
  typeof layer === 'object' && 'perUnit' in layer
    ? layer.perUnit.every(isBounded)
    : isBounded(namesOf(layer));

/** @param points - Where to evaluate the network, as the first layer's inputs. Empty: use the bound alone. */
function exponents(frame: FrameDescription, draws: DrawCache, points: Float64Array[]): Exponents {
  const { network: spec } = frame;
  const make = layerMaker(spec, draws);
  const rules = layerRules(spec);
  const drawn = drawnOf(frame);
  const isNormalised = spec.normalisation === 'layer';
  const most = isNormalised ? MOST_SQUARED_BITS : MOST_BITS;
  const found: Exponents = { sums: [], units: [], values: [], received: [0], output: 0 };
  const exponentFor = (bound: number, exponent: number) =>
    Math.max(0, exponent + Math.ceil(Math.log2(bound)) - most);

  /** A layer's sums, for inputs that are scaled by 2^-exponent and then at most `bound`. */
  const examine = (k: number, kind: 'hidden' | 'output', inputs: Values): Values => {
    const layer = k === 1 || inputs.points.length > 0 ? make[kind](k) : undefined;
    const folded = layer && k === 1 ? foldView(layer, frame) : layer;
    const norms = folded && k === 1 ? firstNorms(folded, frame) : normsOf(spec, rules[kind](k), draws);
    const fades = kind === 'output' && k > 1 && doesFade(spec); // then norms lack the fade's factors
    const sum = norms.weights * inputs.bound + norms.biases * 2 ** -inputs.exponent;
    const certain = fades ? 2 ** FADE_BITS * sum : sum;
    const sums = folded ? inputs.points.map((y) => weightedSums(folded, y, 2 ** -inputs.exponent)) : [];
    const seen = Math.max(0, ...sums.map(largestOf));
    const largest = seen > 0 ? Math.min(certain, seen * HEADROOM) : certain;
    const exponent = exponentFor(largest, inputs.exponent);
    const factor = 2 ** (inputs.exponent - exponent);
    return { exponent, bound: largest * factor, points: sums.map((z) => z.map((value) => value * factor)) };
  };

  /** The k-th layer's activations of its sums. */
  const activated = (k: number, sums: Values): Values => {
    const bounded = isLayerBounded(layerActivation(spec.activation, k));
    const exponent = bounded ? 0 : sums.exponent;
    if (sums.points.length === 0) return { exponent, bound: boundOf(bounded, sums), points: [] };
    const own = unitActivations(spec, k, rules.hidden(k).units);
    const functions = [own].flat().map((activation) => {
      const a = activationFunction(activation);
      return bounded ? (value: number) => a(value * 2 ** sums.exponent) : scaledActivation(a, exponent);
    });
    const points = sums.points.map((z) => z.map((value, unit) => functions[unit % functions.length](value)));
    return { exponent, bound: boundOf(bounded, sums), points };
  };

  /** `own` and what the residual adds from the layer before. */
  const withResidual = (k: number, own: Values, before: Values): Values => {
    const highest = Math.max(own.exponent, before.exponent);
    const residual = Math.abs(spec.residual);
    const largest =
      own.bound * 2 ** (own.exponent - highest) + residual * before.bound * 2 ** (before.exponent - highest);
    const exponent = exponentFor(largest, highest);
    const [p, q] = [2 ** (own.exponent - exponent), spec.residual * 2 ** (before.exponent - exponent)];
    const last = rules.hidden(k - 1).units - 1;
    const share = (unit: number) => (unit < last ? 1 : unit === last ? lastUnitOf(spec, k - 1) : 0);
    const points = own.points.map((y, i) =>
      y.map((value, unit) => p * value + q * share(unit) * (before.points[i][unit] ?? 0)),
    );
    return { exponent, bound: largest * 2 ** (highest - exponent), points };
  };

  const normal = (k: number, { exponent, points }: Values): Values => {
    const lastUnit = lastUnitOf(spec, k);
    const whole = rules.hidden(k).units - 1 + lastUnit;
    const after = points.map((values) =>
      Float64Array.from(normalised({ values, exponent }, lastUnit).values),
    );
    return { exponent: 0, bound: Math.sqrt(whole / lastUnit), points: after };
  };

  let values: Values = { exponent: 0, bound: 1, points };
  let received = values;
  for (let k = 1; k <= drawn.hidden; k++) {
    if (k === drawn.hidden && drawn.earlier > 0) found.output = examine(k, 'output', received).exponent;
    const sums = examine(k, 'hidden', received);
    const own = activated(k, sums);
    values = k > 1 && spec.residual !== 0 ? withResidual(k, own, values) : own;
    received = isNormalised ? normal(k, values) : values;
    found.sums.push(sums.exponent);
    found.units.push(own.exponent);
    found.values.push(values.exponent);
    found.received.push(received.exponent);
  }
  found.output = Math.max(found.output, examine(drawn.number, drawn.kind, received).exponent);
  return found;
}

/** Of activations: softplus(x) <= |x| + ln 2. */
const boundOf = (bounded: boolean, sums: Values) => (bounded ? 1 : sums.bound + 2 ** -sums.exponent);

/** Values of a layer, scaled by 2^-exponent. */
interface Values {
  exponent: number;
  /** Upper bound of their absolute values. */
  bound: number;
  /** Their values at the sampled points. */
  points: Float64Array[];
}

const largestOf = (values: Float64Array) =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** The greatest distance of a sample from the view's centre, in x and in y. */
function reachOf({ size: [width, height], view }: FrameDescription): [number, number] {
  const pixel = view.halfWidth / Math.min(width, height);
  return [pixel * width, pixel * height];
}

/** The first layer's inputs at a frame's centre, corners and edge midpoints. */
function pointsOf(frame: FrameDescription): Float64Array[] {
  const [x, y] = reachOf(frame);
  const places = [-1, 0, 1].flatMap((i) => [-1, 0, 1].map((j) => [i * x, j * y]));
  const planes = inputsAt(
    frame,
    Float32Array.from(places, ([dx]) => dx),
    Float32Array.from(places, ([, dy]) => dy),
  );
  return places.map((_, i) => Float64Array.from(planes, (plane) => plane[i]));
}

/** The largest value of each of the first layer's inputs, or more. */
function largestInputs(frame: FrameDescription): number[] {
  const [x, y] = reachOf(frame);
  if (areLinear(frame.network)) return [x, y];
  const { view, network } = frame;
  // No feature is larger than the square of the distance from the origin, or than 4.
  const farthest = Math.hypot(...view.centre) + Math.hypot(x, y);
  const centre = inputAt(frame, 0, 0);
  return network.features.map((_, i) => Math.abs(centre[i]) + Math.max(4, farthest, farthest ** 2));
}

/** For inputs within [-1, 1], no sum of the layer exceeds `weights` + `biases` in absolute value. */
interface Norms {
  weights: number;
  biases: number;
}

/** The norms of a first layer over the offsets in a frame. */
function firstNorms({ units, weights, biases }: Layer, frame: FrameDescription): Norms {
  const most = largestInputs(frame);
  const norms = { weights: 0, biases: 0 };
  for (let unit = 0; unit < units; unit++) {
    const sum = most.reduce((sum, value, i) => sum + Math.abs(weights[most.length * unit + i]) * value, 0);
    norms.weights = Math.max(norms.weights, sum);
    norms.biases = Math.max(norms.biases, Math.abs(biases[unit]));
  }
  return norms;
}

/** Norms of draws, cached so that a film computes them only once. */
const known = new WeakMap<DrawCache, Map<string, Norms>>();
const MOST_KNOWN = 4096;

function normsOf(spec: NetworkSpec, rule: LayerRule, draws: DrawCache): Norms {
  const total = { weights: 0, biases: 0 };
  for (const { side, share } of sidesOf(spec)) {
    const { weights, biases } = drawnNorms(spec, rule, side, draws);
    const scales = scalesOf(spec, rule, side);
    total.weights += Math.abs(share * scales.weights) * weights;
    total.biases += Math.abs(share * scales.biases) * biases;
  }
  return total;
}

function drawnNorms(spec: NetworkSpec, rule: LayerRule, side: Side, draws: DrawCache): Norms {
  const { number, inputs, units } = rule;
  const norms = known.get(draws) ?? new Map<string, Norms>();
  known.set(draws, norms);
  const key =
    'seed' in side && `${number} ${inputs} ${units} ${spec.draws} ${spec.distribution} ${side.seed}`;
  const before = key ? norms.get(key) : undefined;
  if (before) return before;
  const found = { weights: 0, biases: 0 };
  for (let unit = 0; unit < units; unit++) {
    const drawn = unitDraws(spec, rule, side, unit, draws);
    let sum = 0;
    for (let i = 1; i <= inputs; i++) sum += Math.abs(drawn[i]);
    found.weights = Math.max(found.weights, sum);
    found.biases = Math.max(found.biases, Math.abs(drawn[0]));
  }
  if (norms.size >= MOST_KNOWN) norms.clear();
  if (key) norms.set(key, found);
  return found;
}

/**
 * The factors of a layer's weights and biases.
 * @param number - The matrix, counted from 1.
 * @param kind - `output` also for a hidden layer that is drawn.
 */
export function factorsOf(
  exponents: Exponents | undefined,
  number: number,
  kind: 'hidden' | 'output',
): { weights: number; biases: number } {
  if (!exponents) return { weights: 1, biases: 1 };
  const before = exponents.received[number - 1];
  const after = kind === 'output' ? exponents.output : exponents.sums[number - 1];
  return { weights: 2 ** (before - after), biases: 2 ** -after };
}

/** Larger weights occur only for inputs that are all 0, and 0 times infinity would be NaN; so they are clamped. */
const MOST_WEIGHT = 2 ** 100;

export const finiteWeight = (weight: number): number => Math.max(-MOST_WEIGHT, Math.min(MOST_WEIGHT, weight));

/** A layer with its factors applied. */
export function scaledLayer(layer: Layer, { weights, biases }: { weights: number; biases: number }): Layer {
  if (weights === 1 && biases === 1) return layer;
  return {
    ...layer,
    weights: layer.weights.map((weight) => finiteWeight(weight * weights)),
    biases: layer.biases.map((bias) => bias * biases),
  };
}

/**
 * Tells a kernel how to handle a layer's scaled sums v so that nothing it computes overflows: the true sums are
 * `into` * clamp(v, -limit, limit), and the layer's result is their activations times `out`.
 */
export interface Held {
  into: number;
  out: number;
  limit: number;
}

/** From sums scaled by 2^-before to results scaled by 2^-after. */
export function heldFrom(before: number, after: number): Held {
  const bits = Math.min(MOST_FACTOR_BITS, before);
  return { into: 2 ** bits, out: 2 ** -after, limit: 2 ** (FAR_BITS - bits) };
}

/**
 * One for each hidden layer, then one for the output.
 * @param outputScale - The exponent by which the output's values are scaled down: 0 for their true values.
 */
export function heldOf({ sums, units, output }: Exponents, outputScale = 0): Held[] {
  return [...sums.map((exponent, k) => heldFrom(exponent, units[k])), heldFrom(output, outputScale)];
}
