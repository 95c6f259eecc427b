import type { ActivationDefinition } from './activation.js';
import { tanh } from './tanh.js';
import { float, LARGEST_EXPONENT, times } from './wgsl.js';

/** The logistic function. */
export const sigmoid: ActivationDefinition = {
  f: (x) => 1 / (1 + Math.exp(-x)),
  derivative: (x) => 0.25 / Math.cosh(x / 2) ** 2,
  formula: '1 / (1 + e^-x)',
  source:
    'Rumelhart, Hinton & Williams, "Learning representations by back-propagating errors", Nature 323, 1986',
  synonyms: ['logistic', 'expit'],
  signed: false,
  homogeneous: false,
  bounded: true,
  error: () => 2e-7,
  wgsl: (t, { out }) => {
    const e = `exp2(min(${float(-Math.LOG2E)} * x, ${t}(${float(LARGEST_EXPONENT)})))`;
    return `  return ${times(out, `1.0 / (1.0 + ${e})`)};`;
  },
  glsl: '  return 1.0 / (1.0 + exp(clamp(-x, -87.0, 87.0)));',
  /** σ(x) = (1 + tanh(x / 2)) / 2. */
  wasm: (math, x) => {
    const half = math.float(0.5);
    return math.madd(tanh.wasm(math, math.mul(x, half)), half, half);
  },
  onnx: 'Sigmoid',
  torch: 'torch.sigmoid(x)',
};
