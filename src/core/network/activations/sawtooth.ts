import type { ActivationDefinition } from './activation.js';
import { times } from './wgsl.js';

/** A sawtooth wave of period 2: x itself on [-1, 1). */
export const sawtooth: ActivationDefinition = {
  /**
   * Math.round rounds halves up, so x - 2 round(x / 2) equals the formula, but without its rounding error. 0 for
   * infinite x, where the sawtooth is undefined.
   */
  f: (x) => (Number.isFinite(x) ? x - 2 * Math.round(x / 2) : 0),
  derivative: () => 1,
  formula: 'x - 2 ⌊(x + 1) / 2⌋',
  source: 'Weisstein, "Sawtooth Wave", https://mathworld.wolfram.com/SawtoothWave.html',
  synonyms: ['saw'],
  signed: true,
  homogeneous: false,
  bounded: true,
  jumps: { at: 1, every: 2, by: -2 },
  error: () => 0,
  // round() may round halves down: then the remainder is 1 instead of -1.
  wgsl: (t, { out }) => `  let t = fma(${t}(-2.0), round(0.5 * x), x);
  return ${times(out, `select(t, ${t}(-1.0), t >= ${t}(1.0))`)};`,
  glsl: `  float t = x - 2.0 * round(0.5 * x);
  return t >= 1.0 ? -1.0 : t;`,
  /** The same formula. The constant comes first in max, which thus also replaces NaN, the remainder of infinite x. */
  wasm: (math, x) => {
    const two = math.float(2);
    const n = math.nearest(math.mul(x, math.float(0.5)));
    const t = math.max(math.float(-1), math.sub(x, math.mul(two, n)));
    return math.sub(t, math.mul(two, math.atLeast(t, math.float(1))));
  },
  onnx: (node, x) => node('Sub', x, node('Mul', 2, node('Floor', node('Mul', 0.5, node('Add', x, 1))))),
  torch: 'x - 2 * torch.floor((x + 1) / 2)',
};
