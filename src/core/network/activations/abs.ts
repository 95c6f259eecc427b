import type { ActivationDefinition } from './activation.js';

/** The absolute value. */
export const abs: ActivationDefinition = {
  f: Math.abs,
  derivative: (x) => (x < 0 ? -1 : 1),
  formula: '|x|',
  source: 'Jarrett et al., "What is the Best Multi-Stage Architecture for Object Recognition?", ICCV 2009',
  synonyms: ['absolute', 'absoluteValue', 'modulus'],
  signed: false,
  homogeneous: true,
  bounded: false,
  error: () => 0,
  wgsl: (_, { x }) => `  return abs(${x});`,
  glsl: '  return abs(x);',
  wasm: (math, x) => math.abs(x),
  onnx: 'Abs',
  torch: 'torch.abs(x)',
};
