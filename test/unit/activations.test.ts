/** The activations match the definitions in their papers, and outputs have the right brightness. */

import { describe, expect, test } from 'vitest';
import {
  activationFunction,
  activationNames,
  activations,
  activationTable,
  brightness,
  scaledActivation,
} from '../../src/core/network/activations.js';
import { networkSynonyms } from '../../src/core/network/parameters.js';
import { namesake } from '../../src/core/wording/did-you-mean.js';

describe('activations', () => {
  // x Φ(x), with Φ(1) = 0.841344746068542949 etc. from any table of the normal distribution, or mpmath's ncdf.
  test.each([
    [0, 0],
    [1, 0.8413447460685429],
    [-1, -0.15865525393145707],
    [2, 1.9544997361036416],
    [-3, -0.0040496940948902],
    [0.5, 0.34573123063700656],
    [9, 9],
    [-9, 0],
  ])('gelu(%d) = %d', (x, expected) => {
    expect(activations.gelu(x)).toBeCloseTo(expected, 14);
  });

  test('gelu keeps its precision up to where erf is cut off', () => {
    expect(activations.gelu(-8.48)).toBeCloseTo(activations.gelu(-8.49), 14);
    expect(activations.gelu(8.48)).toBeCloseTo(8.48, 14);
  });

  test.each([
    [0, Math.LN2],
    [1, 1.3132616875182228],
    [-1, 0.31326168751822286],
    [30, 30.000000000000092],
    [1e6, 1e6],
    [-1e6, 0],
    [Number.MAX_VALUE, Number.MAX_VALUE],
  ])('softplus(%d) = %d', (x, expected) => {
    expect(Math.abs(activations.softplus(x) - expected)).toBeLessThanOrEqual(1e-15 * Math.max(1, expected));
  });

  test('softplus keeps its precision for very negative x, where it is e^x', () => {
    expect(activations.softplus(-40) / Math.exp(-40)).toBeCloseTo(1, 12);
  });

  test.each([
    ['tanh', 0.5, 0.46211715726000974],
    ['relu', 0.5, 0.5],
    ['relu', -0.5, 0],
    ['sigmoid', 0.3, 0.574442516811659],
    ['sigmoid', -800, 0],
    ['sin', 1, 0.8414709848078965],
    ['identity', -3.25, -3.25],
    ['gaussian', -1.5, 0.10539922456186433],
    ['abs', -0.5, 0.5],
    ['sawtooth', 0.75, 0.75],
    ['sawtooth', 1, -1],
    ['sawtooth', -1, -1],
    ['sawtooth', 1 - 2 ** -53, 1 - 2 ** -53],
    ['sawtooth', 6.5, 0.5],
    ['sawtooth', -3.25, 0.75],
    ['step', -1e-300, 0],
    ['step', 0, 1],
    ['step', -0, 1],
    ['silu', 2, 1.7615941559557649],
    ['silu', -2, -0.23840584404423515],
    ['silu', -800, 0],
    ['leakyRelu', 3, 3],
    ['leakyRelu', -3, -0.03],
    ['elu', 3, 3],
    ['elu', -1, -0.6321205588285577],
  ] as const)('%s(%d) = %d', (name, x, expected) => {
    expect(activations[name](x)).toBeCloseTo(expected, 15);
  });

  test('elu keeps its precision near 0, where it is x', () => {
    expect(activations.elu(-1e-12) / -1e-12).toBeCloseTo(1, 11);
  });

  test('have the names that specs and recipes use', () => {
    const names = ['tanh', 'relu', 'sigmoid', 'sin', 'gelu', 'softplus', 'identity'];
    const more = ['gaussian', 'abs', 'sawtooth', 'step', 'silu', 'leakyRelu', 'elu'];
    expect(activationNames).toEqual(expect.arrayContaining([...names, ...more]));
  });
});

/** Numbers of every size and sign, infinities included. */
const everything = [
  ...Array.from({ length: 121 }, (_, i) => 10 ** (i / 2 - 30)),
  ...Array.from({ length: 401 }, (_, i) => i / 20),
  Number.MAX_VALUE,
  Number.POSITIVE_INFINITY,
].flatMap((x) => [-x, x]);

describe.each(activationNames)('the definition of %s is right about', (name) => {
  const { f, signed, homogeneous, bounded, formula, source, synonyms } = activationTable[name];

  test('its function, which is never NaN and which the package exports', () => {
    expect(everything.filter((x) => Number.isNaN(f(x)))).toEqual([]);
    expect(activations[name]).toBe(f);
  });

  test('whether it stays within [-1, 1]; if not, it approaches a straight line', () => {
    expect(everything.every((x) => Math.abs(f(x)) <= 1)).toBe(bounded);
    if (bounded) return;
    expect(everything.filter((x) => Math.abs(f(x)) > Math.abs(x) + 1)).toEqual([]);
    for (const far of [-(2 ** 500), 2 ** 500, -(2 ** 100), 2 ** 100]) {
      const slope = (f(2 * far) - f(far)) / far;
      expect(f(8 * far) - f(far)).toBe(7 * far * slope);
      expect(slope === 0 || f(far) === far * slope, 'it is constant or goes through 0').toBe(true);
    }
  });

  test('whether it jumps', () => {
    const around = everything.flatMap((x) => [x - 1e-9, x]).filter((x) => Math.abs(x) < 30);
    const jumps = around.some((x) => Math.abs(f(x + 1e-9) - f(x)) > 0.5);
    const stated = activationTable[name].jumps;
    expect(jumps).toBe(stated !== undefined);
    if (!stated) return;
    const { at, by, every = 0 } = stated;
    for (const x of [at, at + every, at - 5 * every]) {
      expect(f(x + 1e-9) - f(x - 1e-9)).toBeCloseTo(by, 6);
    }
    if (every > 0) expect(Math.abs(f(at + every / 2 + 1e-9) - f(at + every / 2))).toBeLessThan(1e-6);
  });

  test('its derivative', () => {
    const { derivative } = activationTable[name];
    for (let i = -200; i < 200; i++) {
      const x = 0.05 * i + 0.013; // kinks and jumps are at whole numbers
      const measured = (f(x + 1e-4) - f(x - 1e-4)) / 2e-4;
      expect(Math.abs(derivative(x) - measured), `at ${x}`).toBeLessThan(1e-6);
    }
    for (const x of [-1e6, -800, 0, 800, 1e6]) expect(Number.isFinite(derivative(x))).toBe(true);
  });

  test('whether its values range over [-1, 1]', () => {
    expect(bounded && everything.some((x) => f(x) < -0.9)).toBe(signed);
  });

  test('whether it commutes with scaling', () => {
    const moderate = everything.filter((x) => Math.abs(x) < 1e30);
    expect(moderate.every((x) => f(8 * x) === 8 * f(x))).toBe(homogeneous);
  });

  test('its synonyms, which are found and unique', () => {
    for (const synonym of synonyms) expect(namesake(synonym, activationNames, networkSynonyms)).toBe(name);
    for (const text of [formula, source]) expect(text.trim()).not.toBe('');
  });
});

describe('values beyond float64', () => {
  test.each(activationNames.filter((name) => !activationTable[name].bounded))('%s, scaled down', (name) => {
    const f = activations[name];
    const scaled = scaledActivation(f, 400);
    for (const v of [-(2 ** -300), 2 ** -300, -1, 1]) expect(scaled(v)).toBe(f(v * 2 ** 400) * 2 ** -400);
    for (const v of [-(2 ** 120), 2 ** 120]) expect(scaled(v)).toBe(f(v * 2 ** 400) * 2 ** -400);
    expect(scaled(2 ** 900)).toBe(2 ** 900);
  });
});

describe('mixes', () => {
  const mix = (fraction: number) => activationFunction({ from: 'tanh', to: 'relu', fraction });

  test.each([-2, -0.1, 0, 0.7, 3])(
    'at %d: fraction 0 is one activation, 1 the other, and in between is linear',
    (x) => {
      expect(mix(0)(x)).toBe(Math.tanh(x));
      expect(mix(1)(x)).toBe(Math.max(0, x));
      expect(mix(0.25)(x)).toBeCloseTo(0.75 * Math.tanh(x) + 0.25 * Math.max(0, x), 15);
    },
  );
});

describe('brightness', () => {
  test.each([
    ['tanh', 0, 0.5],
    ['tanh', 0.5, 0.7310585786300049], // (1 + tanh(x / 2)) / 2 = sigmoid(x)
    ['tanh', -20, 0],
    ['tanh', 20, 1],
    ['sin', 0, 0.5],
    ['sin', Math.PI / 2, 1],
    ['sin', -Math.PI / 2, 0],
    ['sin', Math.PI / 6, 0.75],
    ['sigmoid', 0, 0.5],
    ['sigmoid', 2, 0.8807970779778823],
    ['relu', -1, 0],
    ['relu', 0.25, 0.25],
    ['relu', 7, 1],
    ['identity', -0.5, 0],
    ['identity', 0.75, 0.75],
    ['identity', 1.5, 1],
    ['softplus', 0, Math.LN2],
    ['softplus', 5, 1],
    ['gelu', -0.5, 0],
    ['gelu', 0.5, 0.34573123063700656],
    ['sawtooth', 1.5, 0.25],
    ['step', 0, 1],
    ['gaussian', 0, 1],
    ['elu', -2, 0],
  ] as const)('an output %s of %d is shown as %d', (name, logit, expected) => {
    expect(brightness(name, logit)).toBeCloseTo(expected, 14);
  });
});
