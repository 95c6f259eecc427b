/**
 * The activation functions, in float64, as their papers define them. Speed is the business of the renderers;
 * test/frames/reference.test.ts holds their float32 versions to these.
 */

/** Every activation, by the name a spec uses. */
export const activations = {
  tanh: Math.tanh,
  relu: (x) => Math.max(0, x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  /** 0 where x is infinite, which has no sine. */
  sin: (x) => (Number.isFinite(x) ? Math.sin(x) : 0),
  /** x Φ(x), Φ the normal distribution function: Hendrycks & Gimpel, arXiv:1606.08415 (the exact form, not the tanh one). */
  gelu: (x) => 0.5 * Math.max(x, -40) * (1 + erf(x / Math.SQRT2)), // below -40, -Infinity included, it is 0
  /** ln(1 + eˣ), written so that no large x overflows. */
  softplus: (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))),
  identity: (x) => x,
} satisfies Record<string, (x: number) => number>;

/** The name of an activation. */
export type ActivationName = keyof typeof activations;

/** The names of all activations. */
export const activationNames = Object.keys(activations) as [ActivationName, ...ActivationName[]];

/** One activation, or two mixed: fraction 0 is all `from`, 1 all `to`. */
export type Activation = ActivationName | { from: ActivationName; to: ActivationName; fraction: number };

/** An activation without a mix's fraction: what programs are written for, which read the fraction as a number. */
export type ActivationNames = ActivationName | { from: ActivationName; to: ActivationName };

export function namesOf(activation: Activation): ActivationNames {
  return typeof activation === 'string' ? activation : { from: activation.from, to: activation.to };
}

/** Whether an output lives in [-1, 1], and is shown as (v + 1) / 2. */
export const isSigned = (name: ActivationName): boolean => name === 'tanh' || name === 'sin';

/** The activations whose values stay within [-1, 1]; the others follow their argument, however large it is. */
const bounded: ReadonlySet<ActivationName> = new Set(['tanh', 'sigmoid', 'sin']);

/** Whether an activation, or both of a mix, stay within [-1, 1]. */
export function isBounded(names: ActivationNames): boolean {
  return typeof names === 'string' ? bounded.has(names) : bounded.has(names.from) && bounded.has(names.to);
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
 * The brightness in [0, 1] that an output of `name` has. tanh and sin live in [-1, 1] and are shown as (v + 1) / 2;
 * the others are shown as they are, and what lies outside is clipped.
 */
export function brightness(name: ActivationName, logit: number): number {
  const value = activations[name](logit);
  const shown = isSigned(name) ? (value + 1) / 2 : value;
  return Math.min(1, Math.max(0, shown));
}

/** The error function to within 1e-15, by its series of positive terms: DLMF 7.6.2, https://dlmf.nist.gov/7.6.E2 */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x); // 1 - erf(6) is 2e-17
  let term = (2 / Math.sqrt(Math.PI)) * x * Math.exp(-x * x);
  let sum = 0;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 1);
  }
  return sum;
}
