/**
 * The activation functions in WGSL, for f32 and its vectors; src/core/network/activations.ts has what they compute.
 *
 * WGSL promises little of its own tanh and sin (2^-11 for sin), so all are made of fma, division and exp2, whose errors
 * are a few units in the last place everywhere we know of.
 */
import {
  type ActivationName,
  type ActivationNames,
  isBounded,
  isSigned,
} from '../../../core/network/activations.js';
import { ARTANH, ERF_OF_X_OVER_SQRT2, PI_PARTS, SIN, TANH_NEAR_ZERO } from '../../approximations.js';
import { float } from './kernel.js';

type FloatType = 'f32' | 'vec2f' | 'vec3f' | 'vec4f';

/** For a kernel's label. */
export const inWords = (names: ActivationNames): string =>
  typeof names === 'string' ? names : `${names.from} to ${names.to}`;

/**
 * Functions `activation(x)` of these types for the hidden layers.
 * @param held - Whether sums are parts of themselves, as in ../../exponents.ts. Then it is `activation(sums, held)`,
 * whose second argument has the layer's Held as its x, y and z.
 */
export function activationSource(names: ActivationNames, types: readonly FloatType[], held = false): string {
  return types.map((type) => overload('activation', names, type, held)).join('\n');
}

/** The name `activationSource` gives the function of a type. WGSL has no overloads. */
export const activationOf = (type: FloatType): string => `activation_${type}`;

/**
 * A function `brightness(sum)`: what an output of this activation shows, in [0, 1].
 * @param held - As in `activationSource`; then it is `brightness(sum, held)`.
 */
export function brightnessSource(name: ActivationName, held = false): string {
  const value = `output_f32(${held ? meant('f32', 'sum') : 'sum'})`;
  return `${overload('output', name, 'f32')}
fn brightness(sum: f32${held ? ', held: vec4f' : ''}) -> f32 {
  let shown = ${isSigned(name) ? `0.5 * ${value} + 0.5` : value};
  return min(1.0, select(0.0, shown, shown > 0.0)); // what is not a number is not greater than 0
}`;
}

/** The sums that held ones stand for, as far as they are finite. */
const meant = (type: FloatType, sums: string) => `held.x * clamp(${sums}, ${type}(-held.z), ${type}(held.z))`;

function overload(prefix: string, names: ActivationNames, type: FloatType, held = false): string {
  const name = `${prefix}_${type}`;
  const parameters = held ? `sums: ${type}, held: vec4f` : `x: ${type}`;
  const given = held ? 'sums, held' : 'x';
  if (typeof names === 'string') {
    const body = held ? heldBody(names, type) : bodies[names](type, plain);
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

/** The same for held sums: x is what they stand for, and the result is one of them. */
function heldBody(name: ActivationName, type: FloatType): string {
  if (name === 'relu' || name === 'identity') return bodies[name](type, { x: 'sums', out: undefined });
  return `  let x = ${meant(type, 'sums')};\n${bodies[name](type, { x: 'sums', out: 'held.y' })}`;
}

/** What a body is written with: its argument where the result follows it, and what the result is multiplied by. */
interface Words {
  x: string;
  out: string | undefined;
}
const plain: Words = { x: 'x', out: undefined };

const LOG2E = Math.LOG2E;
/** exp2 of more than this is infinite. */
const LARGEST_EXPONENT = 126;

/** Below this, tanh is its series: there 1 - 2 / (e^2x + 1) has few digits left. */
const TANH_SERIES_END = 0.3;

/** The body of each function of `x`, by the type it is for. */
const bodies: Record<ActivationName, (type: FloatType, words: Words) => string> = {
  identity: (_, { x }) => `  return ${x};`,
  relu: (t, { x }) => `  return max(${x}, ${t}(0.0));`,
  // 1 - 2 / (e^2x + 1), within 4e-7: two operations of the special function unit and three others. Its error is
  // absolute, so near 0, where an odd network without biases has all its values, it is an odd polynomial, within 2e-7 x
  // in all.
  tanh: (t, words) => `  let e = exp2(min(${float(2 * LOG2E)} * x, ${t}(${float(LARGEST_EXPONENT)})));
  let far = fma(${t}(-2.0), 1.0 / (e + 1.0), ${t}(1.0));
  let u = x * x;
  let near = fma(${horner(TANH_NEAR_ZERO, t)}, x * u, x);
  return ${times(words, `select(far, near, abs(x) < ${t}(${float(TANH_SERIES_END)}))`)};`,
  sigmoid: (t, words) =>
    `  return ${times(words, `1.0 / (1.0 + exp2(min(${float(-LOG2E)} * x, ${t}(${float(LARGEST_EXPONENT)}))))`)};`,
  // x (1 + erf(x / √2)) / 2, erf as an odd rational function. What is left of 1 + erf at -5.4, where gelu is 0 in
  // float32, must not be multiplied by more than that.
  gelu: (t, words) => `  let t = clamp(x, ${t}(-5.4), ${t}(5.4));
  let u = t * t;
  let p = ${horner(ERF_OF_X_OVER_SQRT2.p, t)};
  let q = ${horner(ERF_OF_X_OVER_SQRT2.q, t)};
  return max(${words.x}, ${t}(${times(words, '-5.4')})) * fma(0.5 * t * p, 1.0 / q, ${t}(0.5));`,
  // max(x, 0) + ln(1 + e^-|x|), the logarithm as 2 artanh(e / (2 + e)).
  softplus: (t, words) => `  let e = exp2(${float(-LOG2E)} * abs(x));
  let t = e / (2.0 + e);
  let u = t * t;
  return fma(${times(words, '2.0 * t')}, ${horner(ARTANH, t)}, max(${words.x}, ${t}(0.0)));`,
  // sin(x + n π) = (-1)^n sin(x): n π is taken off in three parts, and the rest is an odd polynomial on [-π/2, π/2].
  sin: (t, words) => `  let n = round(${float(1 / Math.PI)} * x);
  let reduced = ${PI_PARTS.reduce((sum, part) => `fma(n, ${t}(${float(-part)}), ${sum})`, 'x')};
  let t = clamp(reduced, ${t}(-1.6), ${t}(1.6)); // beyond 1e7 or so n is wrong
  let u = t * t;
  let sign = fma(${t}(-2.0), n - 2.0 * floor(0.5 * n), ${t}(1.0));
  return ${times(words, `sign * fma(${horner(SIN, t)} * u, t, t)`)};`,
};

const times = ({ out }: Words, value: string): string => (out ? `${out} * ${value}` : value);

/** A polynomial in u, its coefficients from the highest power down. */
function horner([first, ...rest]: number[], type: FloatType): string {
  return rest.reduce((sum, c) => `fma(${sum}, u, ${type}(${float(c)}))`, `${type}(${float(first)})`);
}
