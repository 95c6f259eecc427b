/** Comparing networks, and changing one weight of one. */
import { expect, test } from 'vitest';
import { differenceBetween, weightCount, withWeightTimes } from '../../src/core/network/difference.js';
import { buildNetwork } from '../../src/core/network/network.js';
import { networkSchema } from '../../src/core/network/spec.js';

const built = (seed: number, layers = 4, weightScale = 1) =>
  buildNetwork(networkSchema.parse({ seed, layers, units: 12, weightScale }));
const along = Array.from({ length: 12 }, (_, i) => i / 6 - 1);
const points = along.flatMap((x) => along.map((y) => [x, y]));

test('weights are counted without biases', () => {
  expect(weightCount(built(1))).toBe(2 * 12 + 12 * 12 + 12 * 12 + 12 * 3);
  expect(weightCount(built(1, 1))).toBe(2 * 3);
});

test('one weight changes, in a hidden layer and in the last', () => {
  const network = built(1, 2);
  const hidden = withWeightTimes(network, { layer: 1, unit: 3, input: 2 }, 1.5);
  expect(hidden.hidden[0].weights[5]).toBe(1.5 * network.hidden[0].weights[5]);
  expect([...hidden.hidden[0].weights].filter((w, i) => w !== network.hidden[0].weights[i])).toHaveLength(1);
  expect(hidden.output).toBe(network.output);
  const last = withWeightTimes(network, { layer: 2, unit: 2, input: 1 }, 2);
  expect(last.output.weights[12]).toBe(2 * network.output.weights[12]);
});

test('the difference is 0 of itself, about 1 of another seed, and grows with depth in chaos', () => {
  const others = [11, 12, 13, 14].map((seed) => built(seed));
  expect(differenceBetween(built(1), built(1), others, points)).toBe(0);
  expect(differenceBetween(built(1), built(2), others, points)).toBeCloseTo(1, 0);
  const changedBy1Percent = (layers: number) => {
    const network = built(1, layers, 1.6);
    const changed = withWeightTimes(network, { layer: 1, unit: 1, input: 1 }, 1.01);
    return differenceBetween(network, changed, [built(11, layers, 1.6)], points);
  };
  expect(changedBy1Percent(20)).toBeGreaterThan(10 * changedBy1Percent(3));
});
