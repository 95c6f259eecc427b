import type { ActivationDefinition } from './activation.js';

/** x itself: a network without activations. */
export const identity: ActivationDefinition = {
  f: (x) => x,
  derivative: () => 1,
  formula: 'x',
  source: 'No activation: layers of it are one linear map.',
  synonyms: ['linear', 'none'],
  signed: false,
  homogeneous: true,
  bounded: false,
  error: () => 0,
  wgsl: (_, { x }) => `  return ${x};`,
  glsl: '  return x;',
  wasm: (_, x) => x,
  onnx: 'Identity',
  torch: 'x',
};
