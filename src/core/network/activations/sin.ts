import type { ActivationDefinition } from './activation.js';
import { PI_PARTS, SIN } from './approximations.js';
import * as glsl from './glsl.js';
import { horner as polynomial, reduced } from './vector.js';
import { float, horner, times } from './wgsl.js';

/** The sine. */
export const sin: ActivationDefinition = {
  /** 0 for infinite x, where the sine is undefined. */
  f: (x) => (Number.isFinite(x) ? Math.sin(x) : 0),
  derivative: Math.cos,
  formula: 'sin x',
  source:
    'Sitzmann et al., "Implicit Neural Representations with Periodic Activation Functions", arXiv:2006.09661',
  synonyms: ['sine'],
  signed: true,
  homogeneous: false,
  bounded: true,
  /** For |x| up to 100 or so. */
  error: () => 2e-7,
  // sin(x + n π) = (-1)^n sin(x): n π is subtracted in three parts; the rest is an odd polynomial on [-π/2, π/2].
  wgsl: (t, { out }) => `  let n = round(${float(1 / Math.PI)} * x);
  let reduced = ${PI_PARTS.reduce((sum, part) => `fma(n, ${t}(${float(-part)}), ${sum})`, 'x')};
  let t = clamp(reduced, ${t}(-1.6), ${t}(1.6)); // beyond 1e7 or so n is wrong
  let u = t * t;
  let sign = fma(${t}(-2.0), n - 2.0 * floor(0.5 * n), ${t}(1.0));
  return ${times(out, `sign * fma(${horner(SIN, t)} * u, t, t)`)};`,
  // The same formula. PI_PARTS have so few bits that the first products are exact without fma, too.
  glsl: `  float n = round(x * ${glsl.float(1 / Math.PI)});
  float t = ${PI_PARTS.reduce((rest, part) => `(${rest} - n * ${glsl.float(part)})`, 'x').slice(1, -1)};
  t = clamp(t, -1.6, 1.6); // beyond 1e7 or so n is wrong
  float u = t * t;
  float sine = t + t * u * (${glsl.polynomial(SIN, 'u')});
  return n - 2.0 * floor(0.5 * n) == 0.0 ? sine : -sine;`,
  /** The same formula. In min and max the constants come first, which replaces NaN too. */
  wasm: (math, x) => {
    const n = math.nearest(math.mul(x, math.float(1 / Math.PI)));
    const rest = math.max(math.float(-1.6), reduced(math, x, n, PI_PARTS));
    const t = math.min(math.float(1.6), rest);
    const u = math.mul(t, t);
    return math.negateWhereOdd(math.madd(math.mul(polynomial(math, u, SIN), u), t, t), n);
  },
  onnx: 'Sin',
  torch: 'torch.sin(x)',
};
