import type { ActivationDefinition } from './activation.js';
import { times } from './wgsl.js';

/** The threshold of the first artificial neurons. */
export const step: ActivationDefinition = {
  f: (x) => (x >= 0 ? 1 : 0),
  derivative: () => 0,
  formula: '0 for x < 0, otherwise 1',
  source:
    'McCulloch & Pitts, "A Logical Calculus of the Ideas Immanent in Nervous Activity", Bulletin of Mathematical ' +
    'Biophysics 5, 1943',
  synonyms: ['heaviside', 'threshold', 'binaryStep', 'unitStep'],
  signed: false,
  homogeneous: false,
  bounded: true,
  jumps: { at: 0, by: 1 },
  error: () => 0,
  wgsl: (t, { out }) => `  return ${times(out, `select(${t}(0.0), ${t}(1.0), x >= ${t}(0.0))`)};`,
  glsl: '  return x >= 0.0 ? 1.0 : 0.0;',
  wasm: (math, x) => math.atLeast(x, math.float(0)),
  onnx: (node, x) => node('Where', node('GreaterOrEqual', x, 0), 1, 0),
  torch: '(x >= 0).to(x.dtype)',
};
