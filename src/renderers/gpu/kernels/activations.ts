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

/**
 * The activations that a kernel is generated for: one for all units, or several, of which each unit has one or a mix of
 * two by its row: see unitRows in ../arrange.ts.
 */
export type KernelActivations = ActivationNames | readonly ActivationName[];

/** Whether each unit has its own. */
export const arePerUnit = (names: KernelActivations): names is readonly ActivationName[] =>
  Array.isArray(names);

/** The activations' names, for a kernel's label. */
export const inWords = (names: KernelActivations): string => {
  if (arePerUnit(names)) return `each of ${names.join(' and ')}`;
  return typeof names === 'string' ? names : `${names.from} to ${names.to}`;
};

/** Units' rows have the number of a first activation, plus this times the number of a second. */
export const KINDS = 64;

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
 * The hidden layers' function `activation(x, unit)` for a type, where `unit` is a unit's row.
 * @param held - As in `activationSource`; the signature is then `activation(sums, held, unit)`.
 */
export function unitActivationSource(
  names: readonly ActivationName[],
  type: FloatType,
  held = false,
): string {
  const parameters = held ? `sums: ${type}, held: vec4f` : `x: ${type}`;
  const given = held ? 'sums, held' : 'x';
  const sources = names.map((name, i) => overload(`activation_${i}`, name, type, held));
  return `${sources.join('\n')}
${chosen('activation', names, type, parameters, (i) => `return activation_${i}_${type}(${given});`)}
fn ${activationOf(type)}(${parameters}, unit: vec4f) -> ${type} {
  ${mixed('activation', names, type, given)}
}`;
}

/**
 * A function `unit_brightness(sum, unit, added)`: the brightness in [0, 1] of a hidden unit, shown as an output would
 * be. `unit` is its row, `added` what the residual adds to its activation.
 * @param held - As in `activationSource`; the signature is then `unit_brightness(sum, unit, added, held)`.
 * @param levels - Whether the frame has levels. What is added has then been scaled by them.
 */
export function unitBrightnessSource(
  names: readonly ActivationName[],
  type: FloatType,
  held = false,
  levels = false,
): string {
  const isScaled = (name: ActivationName) => isScaledDown(name, held, levels);
  const sources = names.map((name, i) => overload(`output_${i}`, name, type, isScaled(name)));
  const one = (i: number) => {
    const name = names[i];
    const { signed } = activationTable[name];
    const value = `output_${i}_${type}(${isScaled(name) ? 'sum, held' : 'x'})`;
    const plain = `let value = ${value} + added;
  let shown = ${signed ? '0.5 * value + 0.5' : 'value'};`;
    const mapped = `let shown = ${levelled(name, value, type)} + ${signed ? '0.5 * added' : 'added'};`;
    return `${levels ? mapped : plain}
  return min(${type}(1.0), select(${type}(0.0), shown, shown > ${type}(0.0)));`;
  };
  const [parameters, given] =
    levels && held
      ? [`x: ${type}, added: ${type}, sum: ${type}, held: vec4f`, 'x, added, sum, held']
      : [`x: ${type}, added: ${type}`, 'x, added'];
  return `${sources.join('\n')}
${chosen('brightness', names, type, parameters, one)}
fn unit_brightness(sum: ${type}, unit: vec4f, added: ${type}${held ? ', held: vec4f' : ''}) -> ${type} {
  let x = ${held ? meant(type, 'sum') : 'sum'};
  ${mixed('brightness', names, type, given)}
}`;
}

/** A function `NAME_by(kind, ...)` that does what `body` gives for each kind. */
function chosen(
  name: string,
  names: readonly ActivationName[],
  type: FloatType,
  parameters: string,
  body: (i: number) => string,
): string {
  const cases = names.map((_, i) => `${i < names.length - 1 ? `case ${i}u:` : 'default:'} {\n${body(i)}\n}`);
  const all = names.length === 1 ? body(0) : `switch (kind) {\n${cases.join('\n')}\n}`;
  return `fn ${name}_by(kind: u32, ${parameters}) -> ${type} {\n${all}\n}`;
}

/** The statements that return the value of a unit's one or two activations. */
function mixed(name: string, names: readonly ActivationName[], type: FloatType, given: string): string {
  if (names.length === 1) return `return ${name}_by(0u, ${given});`;
  return `let kinds = u32(unit.x);
  let from_value = ${name}_by(kinds % ${KINDS}u, ${given});
  if (unit.y == 0.0) {
    return from_value;
  }
  let to_value = ${name}_by(kinds / ${KINDS}u, ${given});
  return fma(${type}(unit.y), to_value, (1.0 - unit.y) * from_value);`;
}

/**
 * A function `brightness(sum)`: the brightness in [0, 1] of an output with this activation, or with a mix of two.
 * @param held - As in `activationSource`; the signature is then `brightness(sum, held)`.
 * @param levels - Whether the frame has levels.
 */
export function brightnessSource(names: ActivationNames, held = false, levels = false): string {
  if (typeof names === 'object') {
    const of = (name: ActivationName, end: string) =>
      brightnessSource(name, held, levels).replaceAll(/\b(output_f32|brightness)\b/g, `${end}_$1`);
    const given = held ? 'sum, held' : 'sum';
    return `${of(names.from, 'from')}
${of(names.to, 'to')}
fn brightness(sum: f32${held ? ', held: vec4f' : ''}) -> f32 {
  let from_value = from_brightness(${given});
  return fma(step.outputMix, to_brightness(${given}) - from_value, from_value);
}`;
  }
  const name = names;
  const isScaled = isScaledDown(name, held, levels);
  const value = `output_f32(${isScaled ? 'sum, held' : held ? meant('f32', 'sum') : 'sum'})`;
  const plain = activationTable[name].signed ? `0.5 * ${value} + 0.5` : value;
  return `${overload('output', name, 'f32', isScaled)}
fn brightness(sum: f32${held ? ', held: vec4f' : ''}) -> f32 {
  let shown = ${levels ? levelled(name, value, 'f32') : plain};
  return min(1.0, select(0.0, shown, shown > 0.0)); // what is not a number is not greater than 0
}`;
}

/** Whether an output's values are scaled down like its sums: those beyond float32 that levels may show. */
const isScaledDown = (name: ActivationName, held: boolean, levels: boolean) =>
  held && levels && !activationTable[name].bounded;

/** A value of an activation, mapped by the levels but not clipped: see levelTerms in ../arrange.ts. */
function levelled(name: ActivationName, value: string, type: FloatType): string {
  const { signed, bounded } = activationTable[name];
  const scale = bounded ? 'step.levelScale' : 'step.levelScaleUnbounded';
  const limit = `${type}(step.levelLimit)`;
  const finite = bounded ? value : `clamp(${value}, -${limit}, ${limit})`;
  const offset = signed ? 'step.levelOffsetSigned' : 'step.levelOffset';
  return `fma(${type}(${signed ? '0.5 * ' : ''}${scale}), ${finite}, ${type}(${offset}))`;
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
