import type { ActivationDefinition } from './activation.js';
import { EXP } from './approximations.js';
import * as glsl from './glsl.js';
import { expm1 } from './vector.js';
import { float, horner, times } from './wgsl.js';

/** Above this, WGSL uses the series, because e^x - 1 loses precision near 0. */
const SERIES_END = -0.35;

/** The exponential linear unit, with α = 1. */
export const elu: ActivationDefinition = {
  f: (x) => (x > 0 ? x : Math.expm1(x)),
  derivative: (x) => (x > 0 ? 1 : Math.exp(x)),
  formula: 'x for x > 0, otherwise e^x - 1',
  source:
    'Clevert, Unterthiner & Hochreiter, "Fast and Accurate Deep Network Learning by Exponential Linear Units ' +
    '(ELUs)", arXiv:1511.07289',
  synonyms: ['exponentialLinearUnit'],
  signed: false,
  homogeneous: false,
  bounded: false,
  error: () => 2e-7,
  wgsl: (t, { x, out }) => `  let u = min(x, ${t}(0.0));
  let near = u * ${horner(EXP.slice(0, -1), t)};
  let far = exp2(${float(Math.LOG2E)} * u) - 1.0;
  return max(${x}, ${t}(0.0)) + ${times(out, `select(far, near, u > ${t}(${float(SERIES_END)}))`)};`,
  glsl: `  float u = clamp(x, -87.0, 0.0);
  float below = u > ${glsl.float(SERIES_END)} ? u * (${glsl.polynomial(EXP.slice(0, -1), 'u')}) : exp(u) - 1.0;
  return max(x, 0.0) + below;`,
  wasm: (math, x, scaled) => {
    const zero = math.float(0);
    const below = expm1(math, math.min(x, zero));
    return scaled
      ? math.madd(scaled.out, below, math.max(scaled.sums, zero))
      : math.add(math.max(x, zero), below);
  },
  onnx: 'Elu',
  torch: 'F.elu(x)',
};
