/**
 * The activation functions in WGSL, for f32 and its vectors; src/network/activations.ts has what they compute.
 *
 * WGSL promises little of its own tanh and sin (2^-11 for sin), so all are made of fma, division and exp2, whose errors
 * are a few units in the last place everywhere we know of.
 */
import { type ActivationName, type ActivationNames, isSigned } from '../../../network/activations.js';
import { ARTANH, ERF_OF_X_OVER_SQRT2, PI_PARTS, SIN } from '../../approximations.js';
import { float } from './kernel.js';

export type FloatType = 'f32' | 'vec2f' | 'vec3f' | 'vec4f';

/** For a kernel's label. */
export const inWords = (names: ActivationNames): string =>
  typeof names === 'string' ? names : `${names.from} to ${names.to}`;

/** Functions `activation(x)` of these types for the hidden layers. */
export function activationSource(names: ActivationNames, types: readonly FloatType[]): string {
  return types.map((type) => overload('activation', names, type)).join('\n');
}

/** The name `activationSource` gives the function of a type. WGSL has no overloads. */
export const activationOf = (type: FloatType): string => `activation_${type}`;

/** A function `brightness(sum)`: what an output of this activation shows, in [0, 1]. */
export function brightnessSource(name: ActivationName): string {
  const value = `output_f32(sum)`;
  return `${overload('output', name, 'f32')}
fn brightness(sum: f32) -> f32 {
  let shown = ${isSigned(name) ? `0.5 * ${value} + 0.5` : value};
  return min(1.0, select(0.0, shown, shown > 0.0)); // what is not a number is not greater than 0
}`;
}

function overload(prefix: string, names: ActivationNames, type: FloatType): string {
  const name = `${prefix}_${type}`;
  if (typeof names === 'string') return `fn ${name}(x: ${type}) -> ${type} {\n${bodies[names](type)}\n}`;
  const { from, to } = names;
  return `${overload(`${prefix}_from`, from, type)}
${overload(`${prefix}_to`, to, type)}
fn ${name}(x: ${type}) -> ${type} {
  let from_value = ${prefix}_from_${type}(x);
  return fma(${type}(step.mix), ${prefix}_to_${type}(x) - from_value, from_value);
}`;
}

const LOG2E = Math.LOG2E;
/** exp2 of more than this is infinite. */
const LARGEST_EXPONENT = 126;

/** The body of each function of `x`, by the type it is for. */
const bodies: Record<ActivationName, (type: FloatType) => string> = {
  identity: () => '  return x;',
  relu: (t) => `  return max(x, ${t}(0.0));`,
  // 1 - 2 / (e^2x + 1), within 4e-7: two operations of the special function unit and three others, a third of what a
  // rational function takes. Near 0 its error is absolute, not relative; what is added to it next is of the size of 1.
  tanh: (t) => `  let e = exp2(min(${float(2 * LOG2E)} * x, ${t}(${float(LARGEST_EXPONENT)})));
  return fma(${t}(-2.0), 1.0 / (e + 1.0), ${t}(1.0));`,
  sigmoid: (t) => `  return 1.0 / (1.0 + exp2(min(${float(-LOG2E)} * x, ${t}(${float(LARGEST_EXPONENT)}))));`,
  // x (1 + erf(x / √2)) / 2, erf as an odd rational function.
  gelu: (t) => `  let t = clamp(x, ${t}(-5.4), ${t}(5.4));
  let u = t * t;
  let p = ${horner(ERF_OF_X_OVER_SQRT2.p, t)};
  let q = ${horner(ERF_OF_X_OVER_SQRT2.q, t)};
  return x * fma(0.5 * t * p, 1.0 / q, ${t}(0.5));`,
  // max(x, 0) + ln(1 + e^-|x|), the logarithm as 2 artanh(e / (2 + e)).
  softplus: (t) => `  let e = exp2(${float(-LOG2E)} * abs(x));
  let t = e / (2.0 + e);
  let u = t * t;
  return fma(2.0 * t, ${horner(ARTANH, t)}, max(x, ${t}(0.0)));`,
  // sin(x + n π) = (-1)^n sin(x): n π is taken off in three parts, and the rest is an odd polynomial on [-π/2, π/2].
  sin: (t) => `  let n = round(${float(1 / Math.PI)} * x);
  let reduced = ${PI_PARTS.reduce((sum, part) => `fma(n, ${t}(${float(-part)}), ${sum})`, 'x')};
  let t = clamp(reduced, ${t}(-1.6), ${t}(1.6)); // beyond 1e7 or so n is wrong
  let u = t * t;
  let sign = fma(${t}(-2.0), n - 2.0 * floor(0.5 * n), ${t}(1.0));
  return sign * fma(${horner(SIN, t)} * u, t, t);`,
};

/** A polynomial in u, its coefficients from the highest power down. */
function horner([first, ...rest]: number[], type: FloatType): string {
  return rest.reduce((sum, c) => `fma(${sum}, u, ${type}(${float(c)}))`, `${type}(${float(first)})`);
}
