/** The easings of core/sweep/easing.ts in GLSL. */
import { float } from '../../core/network/activations/glsl.js';
import type { EasingName } from '../../core/sweep/easing.js';

/** The in-curves as expressions of u, or as bodies that return. */
const curves: Record<string, string> = {
  Sine: 'float s = sin_(0.78539816 * u);\n  return 2.0 * s * s;',
  Quad: 'return u * u;',
  Cubic: 'return u * u * u;',
  Quart: 'return u * u * u * u;',
  Quint: 'return u * u * u * u * u;',
  Expo: 'return u == 0.0 ? 0.0 : exp2(10.0 * u - 10.0);',
  Circ: 'return 1.0 - sqrt(max(0.0, 1.0 - u * u));',
  Back: back(1.70158),
  Bounce: `u = 1.0 - u;
  if (u < 1.0 / 2.75) return 1.0 - 7.5625 * u * u;
  if (u < 2.0 / 2.75) return 0.25 - 7.5625 * (u - 1.505 / 2.75) * (u - 1.505 / 2.75);
  if (u < 2.5 / 2.75) return 0.0625 - 7.5625 * (u - 2.25 / 2.75) * (u - 2.25 / 2.75);
  return 0.015625 - 7.5625 * (u - 2.625 / 2.75) * (u - 2.625 / 2.75);`,
  Elastic: elastic((2 * Math.PI) / 3, 1.075),
};

/** The first halves of in-out easings that are not the in-curve at double speed. */
const halves: Record<string, string> = {
  Back: back(1.70158 * 1.525),
  Elastic: elastic((2 * Math.PI) / 4.5, 1.1125),
};

function back(overshoot: number): string {
  return `return u * u * (${float(overshoot + 1)} * u - ${float(overshoot)});`;
}

function elastic(frequency: number, shift: number): string {
  return `if (u == 0.0 || u == 1.0) return u;
  return -exp2(10.0 * u - 10.0) * sin_(${float(10 * frequency)} * (u - ${float(shift)}));`;
}

/** The functions of these easings, after the curves that they call. */
export function easingFunctions(names: Iterable<EasingName>): string[] {
  const functions = new Map<string, string>();
  for (const name of names) {
    const [, kind, curve] = /^ease(InOut|In|Out)(\w+)$/.exec(name) ?? [];
    if (!curve) {
      functions.set(name, `float ${name}(float u) {\n  return u;\n}`);
      continue;
    }
    const own = kind === 'InOut' && halves[curve];
    const called = `${own ? 'half' : 'in'}${curve}`;
    functions.set(called, `float ${called}(float u) {\n  ${own || curves[curve]}\n}`);
    const value = {
      In: `${called}(u)`,
      Out: `1.0 - ${called}(1.0 - u)`,
      InOut: `u < 0.5 ? 0.5 * ${called}(2.0 * u) : 1.0 - 0.5 * ${called}(2.0 - 2.0 * u)`,
    }[kind as 'In' | 'Out' | 'InOut'];
    functions.set(name, `float ${name}(float u) {\n  return ${value};\n}`);
  }
  return [...functions.values()];
}
