/**
 * Networks whose values overflow float32, which ends at 2^128: deep ones of relu, gelu, softplus or identity, whose
 * values grow with every layer, to 2^200 and more. Their layers are computed scaled down by 2^-e. Scaling by a power of
 * two loses no precision: the next layer's weights absorb the factor, and the activation is that of the unscaled value.
 * Both backends use the exponents chosen here, so they agree.
 *
 * Each layer has one exponent per frame, chosen so that its largest value stays below 2^120 for every sample. A strict
 * bound, from sums of absolute weights, is tried first; most networks stay within it and need no exponents. It grows
 * much faster than the values do, so if it is exceeded, the network is evaluated at nine points of the frame, and no
 * value is assumed to be more than 2^60 times the largest found there.
 */

import type { FrameDescription } from '../core/frame/description.js';
import {
  activationFunction,
  isBounded,
  namesOf,
  plainActivation,
  scaledActivation,
} from '../core/network/activations.js';
import type { DrawCache } from '../core/network/draws.js';
import {
  type Layer,
  type LayerRule,
  layerMaker,
  layerRules,
  type Side,
  scalesOf,
  sidesOf,
  unitDraws,
  weightedSums,
} from '../core/network/network.js';
import type { NetworkSpec } from '../core/network/spec.js';
import { foldView } from './first-layer.js';

/** The binary exponents by which each layer's values are scaled down: integers, 0 or more. */
export interface Exponents {
  /** Of each hidden layer's weighted sums. */
  sums: number[];
  /** Of each hidden layer's activations: the same, or 0 if they are bounded by [-1, 1]. */
  units: number[];
  /** Of the output layer's sums, and of those of the output one layer earlier. */
  output: number;
}

/** The largest value allowed, as a binary exponent: the sum of two such values is finite even after rounding. */
const MOST_BITS = 120;
/** How much larger a value may be anywhere in the frame than at the sampled points. */
const HEADROOM = 2 ** 60;
/** The largest factor a kernel multiplies by, as a binary exponent. Products stay finite; the rest is negligible. */
const MOST_FACTOR_BITS = 120;
/** The largest argument of an activation, as a binary exponent; beyond it all are constant, linear or (sin) noise. */
const FAR_BITS = 100;

/** A frame's exponents; undefined if all are 0, as for nearly every network. */
export function exponentsOf(frame: FrameDescription, draws: DrawCache): Exponents | undefined {
  const { network: spec } = frame;
  // Bounded activations keep values small; then only explicit weights can make sums too large.
  if (isBounded(namesOf(plainActivation(spec.activation))) && !spec.weights) return undefined;
  if (!isNeeded(exponents(frame, draws, []))) return undefined;
  const found = exponents(frame, draws, pointsOf(frame));
  return isNeeded(found) ? found : undefined;
}

const isNeeded = ({ sums, output }: Exponents) => output > 0 || sums.some((exponent) => exponent > 0);

/** @param points - Where to evaluate the network, as offsets from the view's centre. Empty: use the bound alone. */
function exponents(frame: FrameDescription, draws: DrawCache, points: Float64Array[]): Exponents {
  const { network: spec } = frame;
  const make = layerMaker(spec, draws);
  const rules = layerRules(spec);
  const count = Math.ceil(spec.layers);
  const isFading = count > spec.layers;
  const activation = plainActivation(spec.activation);
  const bounded = isBounded(namesOf(activation));
  const a = activationFunction(activation);
  const found: Exponents = { sums: [], units: [], output: 0 };

  /** The exponent of a layer's sums, given inputs that are scaled by 2^-exponent and then at most `bound`. */
  const examine = (k: number, kind: 'hidden' | 'output', inputs: Inputs) => {
    const layer = k === 1 || inputs.points.length > 0 ? make[kind](k) : undefined;
    const folded = layer && k === 1 ? foldView(layer, frame) : layer;
    const norms = folded && k === 1 ? firstNorms(folded, frame) : normsOf(spec, rules[kind](k), draws);
    const certain = norms.weights * inputs.bound + norms.biases * 2 ** -inputs.exponent;
    const sums = folded ? inputs.points.map((y) => weightedSums(folded, y, 2 ** -inputs.exponent)) : [];
    const seen = Math.max(0, ...sums.map(largestOf));
    const largest = seen > 0 ? Math.min(certain, seen * HEADROOM) : certain;
    const exponent = Math.max(0, inputs.exponent + Math.ceil(Math.log2(largest)) - MOST_BITS);
    const factor = 2 ** (inputs.exponent - exponent);
    return { exponent, bound: largest * factor, points: sums.map((z) => z.map((value) => value * factor)) };
  };

  let inputs: Inputs = { exponent: 0, bound: 1, points };
  for (let k = 1; k < count; k++) {
    if (k === count - 1 && isFading) found.output = examine(k, 'output', inputs).exponent;
    const sums = examine(k, 'hidden', inputs);
    const exponent = bounded ? 0 : sums.exponent;
    const activate = bounded
      ? (value: number) => a(value * 2 ** sums.exponent)
      : scaledActivation(a, exponent);
    found.sums.push(sums.exponent);
    found.units.push(exponent);
    inputs = {
      exponent,
      bound: bounded ? 1 : sums.bound + 2 ** -exponent, // softplus(x) <= |x| + ln 2
      points: sums.points.map((z) => z.map(activate)),
    };
  }
  found.output = Math.max(found.output, examine(count, 'output', inputs).exponent);
  return found;
}

/** A layer's inputs, scaled by 2^-exponent. */
interface Inputs {
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

/** A frame's centre, corners and edge midpoints, as offsets from the centre. */
function pointsOf(frame: FrameDescription): Float64Array[] {
  const [x, y] = reachOf(frame);
  return [-1, 0, 1].flatMap((i) => [-1, 0, 1].map((j) => Float64Array.of(i * x, j * y)));
}

/** For inputs within [-1, 1], no sum of the layer exceeds `weights` + `biases` in absolute value. */
interface Norms {
  weights: number;
  biases: number;
}

/** The norms of a first layer over the offsets in a frame. */
function firstNorms({ units, weights, biases }: Layer, frame: FrameDescription): Norms {
  const [x, y] = reachOf(frame);
  const norms = { weights: 0, biases: 0 };
  for (let unit = 0; unit < units; unit++) {
    const sum = Math.abs(weights[2 * unit]) * x + Math.abs(weights[2 * unit + 1]) * y;
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
  const key = 'seed' in side && `${number} ${inputs} ${units} ${spec.distribution} ${side.seed}`;
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

/** The factors of a layer's weights and biases. @param number - The matrix, counted from 1. */
export function factorsOf(
  exponents: Exponents | undefined,
  number: number,
  kind: 'hidden' | 'output',
): { weights: number; biases: number } {
  if (!exponents) return { weights: 1, biases: 1 };
  const before = number === 1 ? 0 : exponents.units[number - 2];
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

/** One for each hidden layer, then one for the output. */
export function heldOf({ sums, units, output }: Exponents): Held[] {
  const held = (before: number, after: number): Held => {
    const bits = Math.min(MOST_FACTOR_BITS, before);
    return { into: 2 ** bits, out: 2 ** -after, limit: 2 ** (FAR_BITS - bits) };
  };
  return [...sums.map((exponent, k) => held(exponent, units[k])), held(output, 0)];
}
