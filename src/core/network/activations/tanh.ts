import type { ActivationDefinition } from './activation.js';
import { TANH, TANH_NEAR_ZERO } from './approximations.js';
import * as glsl from './glsl.js';
import { oddRational } from './vector.js';
import { float, horner, LARGEST_EXPONENT, times } from './wgsl.js';

/** Below this, WGSL uses the series, because 1 - 2 / (e^2x + 1) loses precision there. */
const SERIES_END = 0.3;

/** The hyperbolic tangent. */
export const tanh: ActivationDefinition = {
  f: Math.tanh,
  derivative: (x) => 1 / Math.cosh(x) ** 2,
  formula: 'tanh x',
  source: 'LeCun, Bottou, Orr & Müller, "Efficient BackProp", 1998',
  synonyms: ['hyperbolicTangent'],
  signed: true,
  homogeneous: false,
  bounded: true,
  error: () => 4e-7,
  // 1 - 2 / (e^2x + 1), within 4e-7: two operations of the special function unit and three others. That error is
  // absolute, so near 0, where all values of an odd network without biases may be, an odd polynomial is used instead,
  // with a relative error within 2e-7.
  wgsl: (t, { out }) => `  let e = exp2(min(${float(2 * Math.LOG2E)} * x, ${t}(${float(LARGEST_EXPONENT)})));
  let far = fma(${t}(-2.0), 1.0 / (e + 1.0), ${t}(1.0));
  let u = x * x;
  let near = fma(${horner(TANH_NEAR_ZERO, t)}, x * u, x);
  return ${times(out, `select(far, near, abs(x) < ${t}(${float(SERIES_END)}))`)};`,
  // The same formula. Beyond ±10 it is ±1 in float32.
  glsl: `  float t = clamp(x, -10.0, 10.0);
  float u = t * t;
  if (abs(t) < ${glsl.float(SERIES_END)}) return t + t * u * (${glsl.polynomial(TANH_NEAR_ZERO, 'u')});
  return 1.0 - 2.0 / (exp(2.0 * t) + 1.0);`,
  /** An odd rational function, the argument clamped where tanh is 1 in float32. */
  wasm: (math, x) => oddRational(math, math.min(math.max(x, math.float(-8.75)), math.float(8.75)), TANH),
  onnx: 'Tanh',
  torch: 'torch.tanh(x)',
};
