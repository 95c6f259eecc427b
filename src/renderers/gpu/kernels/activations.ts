/**
 * The activation functions in WGSL, for f32 and its vectors, from their definitions in src/core/network/activations.
 *
 * WGSL guarantees little accuracy for its own tanh and sin (2^-11 for sin), so all are built from fma, division and
 * exp2, whose errors are a few ULPs on all GPUs we know of.
 */
import type { ActivationDefinition, WgslWords } from '../../../core/network/activations/activation.js';
import type { Components } from '../../../core/network/activations/wgsl.js';
import {
  type ActivationName,
  type ActivationNames,
  activationTable,
  isBounded,
} from '../../../core/network/activations.js';

export type FloatType = Components;

/** The activations' names, for a kernel's label. */
export const inWords = (names: ActivationNames): string =>
  typeof names === 'string' ? names : `${names.from} to ${names.to}`;

/**
 * The hidden layers' functions `activation(x)` for these types.
 * @param held - Whether sums are scaled down: see ../../exponents.ts. The signature is then `activation(sums, held)`,
 * where the second argument has the layer's Held in x, y and z.
 */
export function activationSource(names: ActivationNames, types: readonly FloatType[], held = false): string {
  return types.map((type) => overload('activation', names, type, held)).join('\n');
}

/** The name of a type's function in `activationSource`. WGSL has no user-defined overloads. */
export const activationOf = (type: FloatType): string => `activation_${type}`;

/**
 * A function `brightness(sum)`: the brightness in [0, 1] of an output with this activation.
 * @param held - As in `activationSource`; the signature is then `brightness(sum, held)`.
 */
export function brightnessSource(name: ActivationName, held = false): string {
  const value = `output_f32(${held ? meant('f32', 'sum') : 'sum'})`;
  return `${overload('output', name, 'f32')}
fn brightness(sum: f32${held ? ', held: vec4f' : ''}) -> f32 {
  let shown = ${activationTable[name].signed ? `0.5 * ${value} + 0.5` : value};
  return min(1.0, select(0.0, shown, shown > 0.0)); // what is not a number is not greater than 0
}`;
}

/** The true sums, clamped to a finite range. */
const meant = (type: FloatType, sums: string) => `held.x * clamp(${sums}, ${type}(-held.z), ${type}(held.z))`;

function overload(prefix: string, names: ActivationNames, type: FloatType, held = false): string {
  const name = `${prefix}_${type}`;
  const parameters = held ? `sums: ${type}, held: vec4f` : `x: ${type}`;
  const given = held ? 'sums, held' : 'x';
  if (typeof names === 'string') {
    const definition: ActivationDefinition = activationTable[names];
    const body = held ? heldBody(definition, type) : definition.wgsl(type, plain);
    return `fn ${name}(${parameters}) -> ${type} {\n${body}\n}`;
  }
  const { from, to } = names;
  const sources = `${overload(`${prefix}_from`, from, type, held)}
${overload(`${prefix}_to`, to, type, held)}`;
  const [first, second] = [`${prefix}_from_${type}(${given})`, `${prefix}_to_${type}(${given})`];
  if (isBounded(names)) {
    return `${sources}
fn ${name}(${parameters}) -> ${type} {
  let from_value = ${first};
  return fma(${type}(step.mix), ${second} - from_value, from_value);
}`;
  }
  return `${sources}
fn ${name}(${parameters}) -> ${type} {
  // Of two values that may be far apart the difference would keep nothing of the smaller one.
  return fma(${type}(step.mix), ${second}, step.rest * ${first});
}`;
}

/** A function body over scaled sums: x is their true value, and the result is scaled by held.y. */
function heldBody({ wgsl, homogeneous }: ActivationDefinition, type: FloatType): string {
  if (homogeneous) return wgsl(type, { x: 'sums', out: undefined });
  return `  let x = ${meant(type, 'sums')};\n${wgsl(type, { x: 'sums', out: 'held.y' })}`;
}

const plain: WgslWords = { x: 'x', out: undefined };
