/** Values beyond float32 are detected, and the reference handles values beyond float64. Pictures: test/renderers. */
import { describe, expect, test } from 'vitest';
import { toByte } from '../../src/core/frame/colour.js';
import type { FrameDescription } from '../../src/core/frame/description.js';
import { DrawCache } from '../../src/core/network/draws.js';
import { forward, logits } from '../../src/core/network/forward.js';
import { buildNetwork } from '../../src/core/network/network.js';
import type { NetworkInput } from '../../src/core/network/spec.js';
import { brightnessPlanes } from '../../src/renderers/cpu/planes.js';
import { type Kernel, kernels } from '../../src/renderers/cpu/shapes.js';
import { exponentsOf } from '../../src/renderers/exponents.js';
import { expectReference, frameOf } from './compare.js';
import { growing } from './extremes.js';

function drawn(frame: FrameDescription, kernel: Kernel): Uint8Array {
  const planes = brightnessPlanes(frame, kernel);
  const rgba = planes[0].length * 4;
  return Uint8Array.from({ length: rgba }, (_, i) =>
    i % 4 === 3 ? 255 : toByte(planes[(i % 4) % planes.length][i >> 2]),
  );
}

test('sums of an explicit first layer beyond float32', () => {
  const networks: NetworkInput[] = [
    { weights: [{ w: [[1e30, 0], [-1e30, 0]], b: [1e30, 0] }, { w: [[1, 1.5]] }] }, // biome-ignore format: rows
  ];
  for (const network of networks) {
    const frame = frameOf({ network, view: { centre: [3, 0], halfWidth: 1e9 }, size: [16, 16] });
    expectReference(drawn(frame, kernels.plain), frame);
  }
});

test('networks within float32 have no exponents, and so unchanged kernels and bytes', () => {
  for (const network of [
    {},
    { activation: 'relu', initialisation: 'he' },
    { activation: 'gelu', weightScale: 0.9 },
    { activation: 'relu', weightScale: 2, layers: 20 },
    { activation: 'tanh', weightScale: 1e6 },
  ] satisfies NetworkInput[]) {
    expect(exponentsOf(frameOf({ network, size: [9, 9] }), new DrawCache())).toBeUndefined();
  }
});

test('exponents follow from the draws, whatever was drawn before', () => {
  const draws = new DrawCache();
  const frames = (['generator', 'hash'] as const).flatMap((draws) =>
    ['b', 'a'].map((seed) =>
      frameOf({
        network: { draws, seed, activation: 'relu', weightScale: 20, units: 8, layers: 60 },
        size: [2, 2],
      }),
    ),
  );
  const alone = frames.map((frame) => JSON.stringify(exponentsOf(frame, new DrawCache())));
  expect(frames.map((frame) => JSON.stringify(exponentsOf(frame, draws)))).toEqual(alone);
  expect(new Set(alone).size).toBe(4);
});

describe('the reference itself', () => {
  const draws = new DrawCache();
  const network = (layers: number, activation: NetworkInput['activation']) =>
    buildNetwork(
      frameOf({ network: { activation, layers, width: 30, weightScale: 20 }, size: [1, 1] }).network,
      draws,
    );

  test('handles values beyond float64: no sum is NaN, and those too large are infinite', () => {
    for (const activation of growing) {
      const deep = network(400, activation);
      const z = logits(deep, [1, 0.5]);
      expect(z.map(Math.abs)).toEqual(z.map(() => Number.POSITIVE_INFINITY));
      expect(forward(deep, [1, 0.5]).every((v) => v === 0 || v === 1)).toBe(true);
    }
  });

  test('equals plain float64 where that suffices', () => {
    const { hidden, output } = network(100, 'relu');
    let y = [1, 0.5];
    for (const { inputs, weights, biases } of [...hidden, output]) {
      const sums = Array.from(biases, (b, unit) =>
        y.reduce((sum, v, i) => sum + weights[unit * inputs + i] * v, b),
      );
      y = weights === output.weights ? sums : sums.map((z) => Math.max(0, z));
    }
    const z = logits(network(100, 'relu'), [1, 0.5]);
    for (const [i, value] of z.entries()) expect(value / y[i]).toBeCloseTo(1, 10);
  });
});
