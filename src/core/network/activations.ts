/** The activations, by the names that specs use, and what is computed of their definitions in float64. */
import type { ActivationDefinition } from './activations/activation.js';
import { gelu } from './activations/gelu.js';
import { identity } from './activations/identity.js';
import { relu } from './activations/relu.js';
import { sigmoid } from './activations/sigmoid.js';
import { sin } from './activations/sin.js';
import { softplus } from './activations/softplus.js';
import { tanh } from './activations/tanh.js';

/** All that is known of each activation. To add one, write its file and list it here. */
export const activationTable = { tanh, relu, sigmoid, sin, gelu, softplus, identity } satisfies Record<
  string,
  ActivationDefinition
>;

/** The name of an activation. */
export type ActivationName = keyof typeof activationTable;

/** The names of all activations. */
export const activationNames = Object.keys(activationTable) as [ActivationName, ...ActivationName[]];

/** Every activation's function in float64, of any number, by its name. */
export const activations = Object.fromEntries(
  activationNames.map((name) => [name, activationTable[name].f]),
) as Record<ActivationName, (x: number) => number>;

/** One activation, or two mixed: fraction 0 is all `from`, 1 all `to`. */
export type Activation = ActivationName | { from: ActivationName; to: ActivationName; fraction: number };

/** An activation without a mix's fraction: what programs are written for, which read the fraction as a number. */
export type ActivationNames = ActivationName | { from: ActivationName; to: ActivationName };

export function namesOf(activation: Activation): ActivationNames {
  return typeof activation === 'string' ? activation : { from: activation.from, to: activation.to };
}

/** Whether an activation, or both of a mix, stay within [-1, 1]. */
export function isBounded(names: ActivationNames): boolean {
  return typeof names === 'string'
    ? activationTable[names].bounded
    : isBounded(names.from) && isBounded(names.to);
}

/** The function an activation names; a mix is (1 - fraction) from(x) + fraction to(x). */
export function activationFunction(activation: Activation): (x: number) => number {
  if (typeof activation === 'string') return activations[activation];
  const { from, to, fraction } = activation;
  return (x) => (1 - fraction) * activations[from](x) + fraction * activations[to](x);
}

/** Beyond this, an unbounded activation is its slope there times its argument, to the last bit of float64. */
const STRAIGHT = 2 ** 500;

/**
 * An activation of numbers that float64 cannot hold: a(2^exponent v) / 2^exponent as a function of v.
 * @param exponent - Whole, 0 or more. For an activation that is not bounded; one that is needs none.
 */
export function scaledActivation(a: (x: number) => number, exponent: number): (v: number) => number {
  if (exponent === 0) return a;
  const [scale, back] = [2 ** exponent, 2 ** -exponent];
  return (v) => {
    const x = v * scale;
    return Math.abs(x) < STRAIGHT ? back * a(x) : Math.abs(v) * (a(Math.sign(v) * STRAIGHT) / STRAIGHT);
  };
}

/**
 * The brightness in [0, 1] that an output of `name` has. A signed one lives in [-1, 1] and is shown as (v + 1) / 2; the
 * others are shown as they are, clipped to [0, 1].
 */
export function brightness(name: ActivationName, logit: number): number {
  const value = activations[name](logit);
  const shown = activationTable[name].signed ? (value + 1) / 2 : value;
  return Math.min(1, Math.max(0, shown));
}
