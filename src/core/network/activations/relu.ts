import type { ActivationDefinition } from './activation.js';

/** The rectifier. */
export const relu: ActivationDefinition = {
  f: (x) => Math.max(0, x),
  derivative: (x) => (x < 0 ? 0 : 1),
  formula: 'max(0, x)',
  source: 'Nair & Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines", ICML 2010',
  synonyms: ['rectifier', 'rectified'],
  signed: false,
  homogeneous: true,
  bounded: false,
  error: () => 0,
  wgsl: (t, { x }) => `  return max(${x}, ${t}(0.0));`,
  glsl: '  return max(x, 0.0);',
  wasm: (math, x) => math.max(x, math.float(0)),
  onnx: 'Relu',
  torch: 'torch.relu(x)',
};
