import type { ActivationDefinition } from './activation.js';
import * as glsl from './glsl.js';
import { sigmoid } from './sigmoid.js';
import { exp } from './vector.js';
import { float, times } from './wgsl.js';

/** The factor x is clamped here: e^-87 is just above the smallest normal float32, and -87 e^-87 is 0 in any picture. */
const LEAST = -87;

/** The sigmoid-weighted linear unit, also known as swish. */
export const silu: ActivationDefinition = {
  f: (x) => Math.max(x, -1000) / (1 + Math.exp(-x)), // below -1000, -Infinity included, it is 0
  /** σ(x) (1 + x σ(-x)), σ the logistic function. */
  derivative: (x) => sigmoid.f(x) * (1 + x * sigmoid.f(-x)),
  formula: 'x / (1 + e^-x)',
  source:
    'Elfwing, Uchibe & Doya, "Sigmoid-Weighted Linear Units for Neural Network Function Approximation in ' +
    'Reinforcement Learning", arXiv:1702.03118',
  synonyms: ['swish', 'sigmoidLinearUnit'],
  signed: false,
  homogeneous: false,
  bounded: false,
  error: (x) => 4e-7 * Math.max(1, Math.abs(x)),
  // x (1 or e) / (1 + e), where e = e^-|x| does not overflow: 1 for positive x.
  wgsl: (t, { x, out }) => `  let e = exp2(${float(-Math.LOG2E)} * abs(x));
  return max(${x}, ${t}(${times(out, float(LEAST))})) * (select(e, ${t}(1.0), x >= ${t}(0.0)) / (1.0 + e));`,
  glsl: `  float e = exp(-min(abs(x), 87.0));
  return max(x, ${glsl.float(LEAST)}) * ((x >= 0.0 ? 1.0 : e) / (1.0 + e));`,
  /** The same formula. */
  wasm: (math, x, scaled) => {
    const [least, one] = [math.float(LEAST), math.float(1)];
    const e = exp(math, math.neg(math.abs(x)));
    const factor = scaled ? math.max(scaled.sums, math.mul(scaled.out, least)) : math.max(x, least);
    const part = math.madd(math.sub(one, e), math.atLeast(x, math.float(0)), e);
    return math.mul(factor, math.div(part, math.add(one, e)));
  },
  onnx: (node, x) => node('Mul', x, node('Sigmoid', x)),
  torch: 'F.silu(x)',
};
