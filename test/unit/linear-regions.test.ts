/** The linear regions of networks with piecewise linear activations. */
import { expect, test } from 'vitest';
import { logits } from '../../src/core/network/forward.js';
import {
  areaOf,
  clipped,
  linearRegions,
  type Point,
  type Polygon,
} from '../../src/core/network/linear-regions.js';
import { buildNetwork } from '../../src/core/network/network.js';
import { type NetworkInput, networkSchema } from '../../src/core/network/spec.js';

const specOf = (input: NetworkInput) => networkSchema.parse(input);

const mean = (points: Polygon): Point => [
  points.reduce((sum, [x]) => sum + x, 0) / points.length,
  points.reduce((sum, [, y]) => sum + y, 0) / points.length,
];

test.each(['relu', 'leakyRelu', 'abs'] as const)(
  '%s: the regions cover the plane without overlap, and the network is affine in each',
  (activation) => {
    const spec = specOf({ seed: 3, layers: 3, width: 5, weightScale: 1, activation });
    const network = buildNetwork(spec);
    const regions = linearRegions(spec);
    expect(regions.length).toBeGreaterThan(15);
    const inView = regions
      .map(({ polygon }) => clipped(polygon, [-3, -2], [3, 2]))
      .filter(({ length }) => length > 2);
    expect(inView.reduce((sum, polygon) => sum + areaOf(polygon), 0)).toBeCloseTo(24, 6);
    for (const polygon of inView) {
      // The value at the mean of the corners is the mean of the values at the corners.
      const values = polygon.map((point) => logits(network, point));
      const expected = [0, 1, 2].map((k) => values.reduce((sum, value) => sum + value[k], 0) / values.length);
      for (const [k, value] of logits(network, mean(polygon)).entries()) {
        expect(value).toBeCloseTo(expected[k], 9);
      }
    }
  },
);

test('one unit divides the plane into two unbounded halves, three with biases enclose one region', () => {
  expect(linearRegions(specOf({ layers: 2, width: 1, activation: 'relu' })).map((r) => r.unbounded)).toEqual([
    true,
    true,
  ]);
  const triangle = [
    { w: [[1, 0], [0, 1], [-1, -1]], b: [1, 1, 1] },
    { w: [[1, 1, 1]], b: [0] },
  ]; // biome-ignore format: a matrix
  const regions = linearRegions(specOf({ weights: triangle, activation: 'relu' }));
  expect(regions.filter(({ unbounded }) => !unbounded)).toHaveLength(1);
  expect(regions).toHaveLength(7);
});

test('networks that are not piecewise linear are refused', () => {
  expect(() => linearRegions(specOf({}))).toThrow('"tanh" is not linear on both sides of 0');
  expect(() => linearRegions(specOf({ activation: 'relu', inputs: 4 }))).toThrow('a network of x and y');
  expect(() => linearRegions(specOf({ activation: 'relu', layers: 30 }))).toThrow('over 5000 linear regions');
});
