/** That the activations are the functions their papers define, and that outputs are shown at the right brightness. */
import { describe, expect, test } from 'vitest';
import {
  activationFunction,
  activationNames,
  activations,
  brightness,
} from '../../src/core/network/activations.js';

describe('activations', () => {
  // x Φ(x), Φ(1) = 0.841344746068542949 and so on: any table of the normal distribution, or mpmath's ncdf.
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

  test('gelu keeps its digits up to where erf is cut', () => {
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

  test('softplus keeps its small values: e^x far to the left', () => {
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
  ] as const)('%s(%d) = %d', (name, x, expected) => {
    expect(activations[name](x)).toBeCloseTo(expected, 15);
  });

  test('there are seven', () => {
    expect(activationNames).toEqual(['tanh', 'relu', 'sigmoid', 'sin', 'gelu', 'softplus', 'identity']);
  });
});

describe('mixes', () => {
  const mix = (fraction: number) => activationFunction({ from: 'tanh', to: 'relu', fraction });

  test.each([-2, -0.1, 0, 0.7, 3])(
    'at %d: fraction 0 is all of one, 1 all of the other, and between them a line',
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
  ] as const)('an output %s of %d is shown as %d', (name, logit, expected) => {
    expect(brightness(name, logit)).toBeCloseTo(expected, 14);
  });
});
