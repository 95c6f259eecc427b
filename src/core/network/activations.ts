/** The activations by name, and what is computed from their definitions in float64. */
import { abs } from './activations/abs.js';
import type { ActivationDefinition } from './activations/activation.js';
import { elu } from './activations/elu.js';
import { gaussian } from './activations/gaussian.js';
import { gelu } from './activations/gelu.js';
import { identity } from './activations/identity.js';
import { leakyRelu } from './activations/leaky-relu.js';
import { relu } from './activations/relu.js';
import { sawtooth } from './activations/sawtooth.js';
import { sigmoid } from './activations/sigmoid.js';
import { silu } from './activations/silu.js';
import { sin } from './activations/sin.js';
import { softplus } from './activations/softplus.js';
import { step } from './activations/step.js';
import { tanh } from './activations/tanh.js';

/** The definition of each activation. To add one, write its file and list it here. */
export const activationTable = {
  tanh,
  relu,
  sigmoid,
  sin,
  gelu,
  softplus,
  identity,
  gaussian,
  abs,
  sawtooth,
  step,
  silu,
  leakyRelu,
  elu,
} satisfies Record<string, ActivationDefinition>;

/** The name of an activation. (With Extract, editors show this type's name instead of all names.) */
export type ActivationName = Extract<keyof typeof activationTable, string>;

/** The names of all activations. */
export const activationNames = Object.keys(activationTable) as [ActivationName, ...ActivationName[]];

/** Every activation's float64 function, by name. Accepts any number. */
export const activations = Object.fromEntries(
  activationNames.map((name) => [name, activationTable[name].f]),
) as Record<ActivationName, (x: number) => number>;

/** A mix of two activations: (1 - fraction) from(x) + fraction to(x), with a fraction from 0 to 1. */
export interface ActivationMix {
  /** The activation at fraction 0. */
  from: ActivationName;
  /** The activation at fraction 1. */
  to: ActivationName;
  /** From 0 to 1. */
  fraction: number;
}

/** The activation of one unit. */
export type UnitActivation = ActivationName | ActivationMix;

/** An activation drawn for each unit of a layer. */
export interface ActivationPerUnit {
  /** The names to draw from, 1 to 1024, which may repeat. */
  perUnit: ActivationName[];
}

/** The activation of a layer: one for all units, or one drawn for each. */
export type LayerActivation = UnitActivation | ActivationPerUnit;

/** The activation of the hidden layers: one for all, or a list with one for each, whose last entry repeats. */
export type Activation = LayerActivation | LayerActivation[];

/** An activation without a mix's fraction. Kernels are generated for it, and read the fraction as data. */
export type ActivationNames = ActivationName | { from: ActivationName; to: ActivationName };

export function namesOf(activation: UnitActivation): ActivationNames {
  return typeof activation === 'string' ? activation : { from: activation.from, to: activation.to };
}

/** Whether an activation, or both of a mix, are bounded by [-1, 1]. */
export function isBounded(names: ActivationNames): boolean {
  return typeof names === 'string'
    ? activationTable[names].bounded
    : isBounded(names.from) && isBounded(names.to);
}

/** The function of an activation; a mix is (1 - fraction) from(x) + fraction to(x). */
export function activationFunction(activation: UnitActivation): (x: number) => number {
  if (typeof activation === 'string') return activations[activation];
  const { from, to, fraction } = activation;
  return (x) => (1 - fraction) * activations[from](x) + fraction * activations[to](x);
}

/** Beyond this, an unbounded activation equals a straight line through 0, or a constant, to the last bit of float64. */
const STRAIGHT = 2 ** 500;

/**
 * An unbounded activation for values beyond float64: a(2^exponent v) / 2^exponent as a function of v.
 * @param exponent - An integer, 0 or more.
 */
export function scaledActivation(a: (x: number) => number, exponent: number): (v: number) => number {
  if (exponent === 0) return a;
  const [scale, back] = [2 ** exponent, 2 ** -exponent];
  return (v) => {
    const x = v * scale;
    if (Math.abs(x) < STRAIGHT) return back * a(x);
    const far = Math.sign(v) * STRAIGHT;
    const slope = (a(2 * far) - a(far)) / STRAIGHT;
    return slope === 0 ? back * a(far) : Math.abs(v) * slope;
  };
}

/**
 * The brightness in [0, 1] of a sum, for an output with this activation. Signed activations are in [-1, 1] and are
 * shown as (v + 1) / 2; the others are shown unchanged, clipped to [0, 1]. A mix of two is a mix of their brightnesses.
 * @param added - A number that is added to the activation's value: see `residual`.
 * @param levels - The shown values that become 0 and 1 before the rest is clipped.
 */
export function brightness(
  activation: UnitActivation,
  sum: number,
  added = 0,
  levels: readonly [low: number, high: number] = [0, 1],
): number {
  if (typeof activation === 'object') {
    const { from, to, fraction } = activation;
    const [first, second] = [from, to].map((end) => brightness(end, sum, added, levels));
    return (1 - fraction) * first + fraction * second;
  }
  const value = activations[activation](sum) + added;
  const shown = activationTable[activation].signed ? (value + 1) / 2 : value;
  const [low, high] = levels;
  return Math.min(1, Math.max(0, (shown - low) / (high - low)));
}
