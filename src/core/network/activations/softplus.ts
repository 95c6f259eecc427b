import type { ActivationDefinition } from './activation.js';
import { ARTANH } from './approximations.js';
import * as glsl from './glsl.js';
import { sigmoid } from './sigmoid.js';
import { exp, horner as polynomial } from './vector.js';
import { float, horner, times } from './wgsl.js';

/** The smooth rectifier. */
export const softplus: ActivationDefinition = {
  /** In a form that does not overflow for large x. */
  f: (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))),
  derivative: sigmoid.f,
  formula: 'ln(1 + e^x)',
  source:
    'Dugas et al., "Incorporating Second-Order Functional Knowledge for Better Option Pricing", NIPS 2000',
  synonyms: ['smoothRelu'],
  signed: false,
  homogeneous: false,
  bounded: false,
  error: (x) => 3e-7 * Math.max(1, Math.abs(x)),
  // max(x, 0) + ln(1 + e^-|x|), the logarithm as 2 artanh(e / (2 + e)).
  wgsl: (t, { x, out }) => `  let e = exp2(${float(-Math.LOG2E)} * abs(x));
  let t = e / (2.0 + e);
  let u = t * t;
  return fma(${times(out, '2.0 * t')}, ${horner(ARTANH, t)}, max(${x}, ${t}(0.0)));`,
  glsl: `  float e = exp(-min(abs(x), 87.0));
  float t = e / (2.0 + e);
  float u = t * t;
  return max(x, 0.0) + 2.0 * t * (${glsl.polynomial(ARTANH, 'u')});`,
  /** The same formula; e / (2 + e) is at most 1/3, so the series is short. */
  wasm: (math, x, scaled) => {
    const [two, zero] = [math.float(2), math.float(0)];
    const e = exp(math, math.neg(math.abs(x)));
    const t = math.div(e, math.add(e, two));
    const artanh = math.mul(polynomial(math, math.mul(t, t), ARTANH), t);
    return scaled
      ? math.madd(math.mul(two, scaled.out), artanh, math.max(scaled.sums, zero))
      : math.madd(two, artanh, math.max(x, zero));
  },
  onnx: 'Softplus',
  torch: 'F.softplus(x)',
};
