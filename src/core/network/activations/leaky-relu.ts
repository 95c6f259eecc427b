import type { ActivationDefinition } from './activation.js';
import * as glsl from './glsl.js';
import { float } from './wgsl.js';

/** The slope below 0. */
const SLOPE = 0.01;

/** The leaky rectifier: where relu returns 0, it returns a hundredth of x. */
export const leakyRelu: ActivationDefinition = {
  f: (x) => Math.max(x, SLOPE * x),
  derivative: (x) => (x < 0 ? SLOPE : 1),
  formula: 'max(x, 0.01 x)',
  source: 'Maas, Hannun & Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models", ICML 2013',
  synonyms: ['lrelu', 'leaky', 'leakyRectifier'],
  signed: false,
  homogeneous: true,
  bounded: false,
  error: (x) => 1e-9 * Math.abs(x), // of the slope
  wgsl: (_, { x }) => `  return max(${x}, ${float(SLOPE)} * ${x});`,
  glsl: `  return max(x, ${glsl.float(SLOPE)} * x);`,
  wasm: (math, x) => math.max(x, math.mul(x, math.float(SLOPE))),
  onnx: 'LeakyRelu',
  torch: 'F.leaky_relu(x)',
};
