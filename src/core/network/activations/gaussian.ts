import type { ActivationDefinition } from './activation.js';
import { exp } from './vector.js';
import { float, times } from './wgsl.js';

/** The bell curve of compositional pattern-producing networks. */
export const gaussian: ActivationDefinition = {
  f: (x) => Math.exp(-x * x),
  derivative: (x) => -2 * x * Math.exp(-x * x),
  formula: 'e^-x²',
  source:
    'Stanley, "Compositional Pattern Producing Networks", Genetic Programming and Evolvable Machines 8, 2007',
  synonyms: ['gauss', 'bell', 'bellCurve', 'rbf'],
  signed: false,
  homogeneous: false,
  bounded: true,
  error: () => 2e-7,
  // Beyond ±9 it is 0 to 35 digits, and x² must not overflow.
  wgsl: (t, { out }) => `  let t = clamp(x, ${t}(-9.0), ${t}(9.0));
  return ${times(out, `exp2(${float(-Math.LOG2E)} * t * t)`)};`,
  glsl: `  float t = min(abs(x), 9.0);
  return exp(-t * t);`,
  wasm: (math, x) => exp(math, math.neg(math.mul(x, x))),
  onnx: (node, x) => node('Exp', node('Neg', node('Mul', x, x))),
  torch: 'torch.exp(-x * x)',
};
