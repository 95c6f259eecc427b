import { describe, expect, test } from 'vitest';
import type { Network } from '../../src/core/network/layers.js';
import { carriedCurve, flattened, principalDirections, turnedTo } from '../../src/core/network/manifold.js';
import { meanField } from '../../src/core/network/mean-field.js';
import { buildNetwork } from '../../src/core/network/network.js';
import { networkSchema } from '../../src/core/network/spec.js';

const circle = (radius: number, count = 100) =>
  Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
const networkWith = (weightScale: number, layers = 16) =>
  buildNetwork(networkSchema.parse({ seed: 5, layers, width: 30, weightScale }));
/** The root mean square distance from the origin. */
const sizeOf = (curve: Float64Array) =>
  Math.sqrt(curve.reduce((sum, value) => sum + value * value, 0) / (curve.length / 2));
const lengthOf = (curve: Float64Array) =>
  curve.reduce(
    (sum, x, i) => (i % 2 ? sum : sum + Math.hypot(x - curve.at(i - 2)!, curve[i + 1] - curve.at(i - 1)!)),
    0,
  );
const distance = (a: Float64Array, b: Float64Array) => sizeOf(a.map((value, i) => value - b[i]));

describe('principal directions', () => {
  test('are those of a matrix with known ones, the largest first', () => {
    const [c, s] = [0.6, 0.8];
    const known = [
      [c, 0, s],
      [-s, 0, c],
      [0, 1, 0],
    ];
    const matrix = [0, 1, 2].map((i) =>
      Float64Array.from(
        [0, 1, 2].map((j) => [9, 4, 1].reduce((sum, v, k) => sum + v * known[k][i] * known[k][j], 0)),
      ),
    );
    for (const [k, direction] of principalDirections(matrix).entries()) {
      const cosine = direction.reduce((sum, value, i) => sum + value * known[k][i], 0);
      expect(Math.abs(cosine)).toBeCloseTo(1, 12);
    }
  });

  test('flatten a tilted ellipse to its own shape', () => {
    const points = circle(1).map(([x, y]) => [3 * x, 0, 0.6 * y, 0.8 * y]);
    const flat = turnedTo(flattened(points), Float64Array.from(circle(1).flat()));
    const expected = circle(1).flatMap(([x, y]) => [1.5 * x, 0.5 * y]); // divided by sqrt(4)
    expect(distance(flat, Float64Array.from(expected))).toBeLessThan(1e-9);
  });
});

test('a turned and mirrored curve is turned back', () => {
  const curve = Float64Array.from(circle(1).flatMap(([x, y]) => [x + 0.3 * x * y, 0.7 * y + 0.2 * x]));
  for (const mirror of [1, -1]) {
    const moved = curve.map((value, i) => {
      const [x, y] = i % 2 ? [curve[i - 1], value] : [value, curve[i + 1]];
      return i % 2 ? 0.8 * x + 0.6 * mirror * y : 0.6 * x - 0.8 * mirror * y;
    });
    expect(distance(turnedTo(moved, curve), curve)).toBeLessThan(1e-12);
  }
});

describe('a circle', () => {
  test('enters as it is', () => {
    const [inputs] = carriedCurve(networkWith(0.45, 2), circle(2));
    const expected = Float64Array.from(circle(2).flat(), (value) => value / Math.SQRT2);
    expect(distance(inputs, expected)).toBeLessThan(1e-9);
  });

  test('vanishes, holds and tangles where mean-field theory says so', () => {
    const regimes = [0.25, 0.45, 0.9].map((weightScale) =>
      meanField(networkSchema.parse({ layers: 16, width: 30, weightScale })),
    );
    expect(regimes).toMatchObject([{ regime: 'ordered' }, { regime: 'edge' }, { regime: 'chaotic' }]);
  });

  test('vanishes with small weights, holds at the edge, tangles with large ones', () => {
    const [small, edge, large] = [0.25, 0.45, 0.9].map((scale) =>
      carriedCurve(networkWith(scale), circle(1)),
    );
    expect(sizeOf(small[15]) / sizeOf(small[1])).toBeLessThan(0.05);
    const held = sizeOf(edge[15]) / sizeOf(edge[1]);
    expect(held).toBeGreaterThan(0.5);
    expect(held).toBeLessThan(2);
    expect(lengthOf(large[15]) / lengthOf(large[1])).toBeGreaterThan(5);
  });

  test('is drawn the same if units have other numbers and signs', () => {
    const network = networkWith(0.9, 8);
    const other = renumbered(network);
    const [before, after] = [network, other].map((one) => carriedCurve(one, circle(1)));
    for (const [k, curve] of before.entries()) {
      expect(distance(curve, after[k]) / sizeOf(curve)).toBeLessThan(1e-6);
    }
  });

  test('does not depend on the layers to come', () => {
    const [deep, shallow] = [8, 4].map((layers) => carriedCurve(networkWith(0.9, layers), circle(1)));
    expect(shallow).toHaveLength(4);
    for (const [k, curve] of shallow.entries()) expect(curve).toEqual(deep[k]);
  });
});

/** The same network, its hidden units in reverse order, every second with the opposite sign: tanh is odd. */
function renumbered({ hidden, output, ...rest }: Network): Network {
  const sign = (unit: number) => (unit % 2 ? -1 : 1);
  const layers = hidden.map(({ inputs, units, weights, biases, ...others }, k) => {
    const from = (unit: number) => units - 1 - unit;
    return {
      ...others,
      inputs,
      units,
      biases: biases.map((_, unit) => sign(unit) * biases[from(unit)]),
      weights: weights.map((_, at) => {
        const [unit, input] = [Math.floor(at / inputs), at % inputs];
        return k === 0
          ? sign(unit) * weights[from(unit) * inputs + input]
          : sign(unit) * sign(input) * weights[from(unit) * inputs + (inputs - 1 - input)];
      }),
    };
  });
  return { ...rest, hidden: layers, output };
}
