import type { ActivationDefinition } from './activation.js';
import { ERF_OF_X_OVER_SQRT2 } from './approximations.js';
import * as glsl from './glsl.js';
import { oddRational } from './vector.js';
import { horner, times } from './wgsl.js';

/**
 * The Gaussian error linear unit, in its exact form rather than the tanh approximation. In float32 it is 0 from -5.4
 * down: there the rounding error of 1 + erf must not be multiplied by a larger factor.
 */
export const gelu: ActivationDefinition = {
  f: (x) => 0.5 * Math.max(x, -40) * (1 + erf(x / Math.SQRT2)), // below -40, -Infinity included, it is 0
  /** Φ(x) + x φ(x), φ the normal density. */
  derivative: (x) => 0.5 * (1 + erf(x / Math.SQRT2)) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI),
  formula: 'x Φ(x), Φ the normal distribution function',
  source: 'Hendrycks & Gimpel, "Gaussian Error Linear Units", arXiv:1606.08415',
  synonyms: ['gaussianErrorLinearUnit'],
  signed: false,
  homogeneous: false,
  bounded: false,
  error: (x) => Math.max(1.7e-6, 4e-7 * Math.abs(x)),
  // x (1 + erf(x / √2)) / 2, erf as an odd rational function.
  wgsl: (t, { x, out }) => `  let t = clamp(x, ${t}(-5.4), ${t}(5.4));
  let u = t * t;
  let p = ${horner(ERF_OF_X_OVER_SQRT2.p, t)};
  let q = ${horner(ERF_OF_X_OVER_SQRT2.q, t)};
  return max(${x}, ${t}(${times(out, '-5.4')})) * fma(0.5 * t * p, 1.0 / q, ${t}(0.5));`,
  glsl: `  float t = clamp(x, -5.4, 5.4);
  float u = t * t;
  float p = ${glsl.polynomial(ERF_OF_X_OVER_SQRT2.p, 'u')};
  float q = ${glsl.polynomial(ERF_OF_X_OVER_SQRT2.q, 'u')};
  return max(x, -5.4) * (0.5 + 0.5 * t * p / q); // t p / q is erf(t / sqrt(2))`,
  /** The same formula. */
  wasm: (math, x, scaled) => {
    const [least, half] = [math.float(-5.4), math.float(0.5)];
    const whole = math.max(x, least);
    const t = math.min(whole, math.float(5.4));
    const factor = scaled ? math.max(scaled.sums, math.mul(scaled.out, least)) : whole;
    return math.mul(factor, math.madd(oddRational(math, t, ERF_OF_X_OVER_SQRT2), half, half));
  },
  onnx: (node, x) =>
    node('Mul', node('Mul', 0.5, x), node('Add', 1, node('Erf', node('Mul', Math.SQRT1_2, x)))),
  torch: 'F.gelu(x)',
};

/** The error function to within 1e-15, by a series of positive terms: DLMF 7.6.2, https://dlmf.nist.gov/7.6.E2 */
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
