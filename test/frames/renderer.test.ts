/** The CPU renderer's bytes do not depend on threads or earlier frames, at any size. */
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FrameDescription } from '../../src/core/frame/description.js';
import { colouringOf } from '../../src/core/frame/palette.js';

import { DrawCache } from '../../src/core/network/draws.js';
import type { NetworkInput } from '../../src/core/network/spec.js';
import { drawPart } from '../../src/renderers/cpu/band.js';
import { chooseKernel, kernelModule, runs } from '../../src/renderers/cpu/choose-kernel.js';
import { Evaluator } from '../../src/renderers/cpu/evaluator.js';
import { packNetwork } from '../../src/renderers/cpu/pack.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { type Kernel, kernels } from '../../src/renderers/cpu/shapes.js';
import { expectReference, frameOf, gradient, largestDifference, somePixels } from './compare.js';

/** Very different frames, so that a thread must replace all state from one to the next. */
const frames: FrameDescription[] = [
  frameOf({ network: { layers: 9 }, size: [200, 150] }),
  frameOf({ network: { layers: 3, activation: 'sin', outputs: 1 }, size: [31, 77], supersample: 3 }),
  frameOf({ network: gradient(0.1, 0.2, 0.4), size: [300, 299], dither: true }),
  frameOf({
    network: {
      layers: 4.5,
      width: 12.5,
      weightScale: 1,
      activation: { from: 'tanh', to: 'relu', fraction: 0.4 },
    },
    size: [90, 90],
  }),
  frameOf({
    network: {
      layers: 4.5,
      width: 12.5,
      weightScale: 1,
      activation: { from: 'tanh', to: 'relu', fraction: 0.9 },
    },
    size: [90, 90],
  }),
  frameOf({ network: { layers: 2, width: 150, weightScale: 0.2, activation: 'gelu' }, size: [1, 33] }),
  frameOf({ network: { layers: 1, inputs: 1 }, size: [256, 256] }),
  frameOf({ network: { layers: 9 }, size: [200, 150], view: { halfWidth: 1 } }),
];

let single: CpuRenderer;
let pictures: Uint8Array[];
beforeAll(async () => {
  single = new CpuRenderer(1);
  pictures = [];
  for (const frame of frames) pictures.push(await single.render(frame));
});
afterAll(() => single.close());

/** Expects the bytes that one thread drew one by one. */
function expectSame(drawn: Uint8Array[], expected = pictures): void {
  expect(drawn.length).toBe(expected.length);
  for (const [i, rgba] of drawn.entries()) {
    expect(largestDifference(rgba, expected[i]), `frame ${i} differs`).toBe(0);
  }
}

describe('the same bytes', () => {
  test('the frames to compare are not blank', () => {
    for (const [i, rgba] of pictures.entries()) {
      expect(rgba.length).toBe(4 * frames[i].size[0] * frames[i].size[1]);
      expect(new Set(rgba.filter((_, at) => at % 4 === 0)).size, `frame ${i}`).toBeGreaterThan(15);
    }
    expect(new Set(pictures.map((rgba) => Buffer.from(rgba).toString('latin1'))).size).toBe(frames.length);
  });

  test.each([2, 3, 7])('from %i threads as from one', async (threads) => {
    const renderer = new CpuRenderer(threads);
    const drawn: Uint8Array[] = [];
    for (const frame of frames) drawn.push(await renderer.render(frame));
    await renderer.close();
    expectSame(drawn);
  });

  test('twice in a row, and again after every other frame', async () => {
    for (const [i, frame] of frames.entries()) {
      expectSame([await single.render(frame), await single.render(frame)], [pictures[i], pictures[i]]);
    }
    for (const i of [7, 0, 4, 3]) expectSame([await single.render(frames[i])], [pictures[i]]);
  });

  test.each([1, 2, 3])('requested at once, from %i threads', async (threads) => {
    const renderer = new CpuRenderer(threads);
    const order = [...frames, ...frames];
    const drawn = await Promise.all(order.map((frame) => renderer.render(frame)));
    await renderer.close();
    expectSame(drawn, [...pictures, ...pictures]);
  });
});

describe('kernel shapes', () => {
  function draw(frame: FrameDescription, kernel: Kernel, bandRows: number): Uint8Array {
    const { size, supersample } = frame;
    const evaluator = new Evaluator();
    const network = packNetwork(frame, kernel, new DrawCache());
    evaluator.load(kernelModule(network), network, bandRows * size[0] * supersample ** 2);
    const rgba = new Uint8Array(4 * size[0] * size[1]);
    for (let firstRow = 0; firstRow < size[1]; firstRow += bandRows) {
      const rows = Math.min(bandRows, size[1] - firstRow);
      const stride = 4 * size[0];
      drawPart(
        evaluator,
        { ...frame, colouring: colouringOf(frame.palette) },
        { x: 0, y: firstRow, width: size[0], height: rows },
        rgba.subarray(firstRow * stride, (firstRow + rows) * stride),
      );
    }
    return rgba;
  }

  const usable = Object.entries(kernels).filter(([, kernel]) => runs(kernel));

  test('the plain kernel and the chosen one are usable', () => {
    const names = usable.map(([name]) => name);
    expect(names).toContain('plain');
    expect(usable.map(([, kernel]) => kernel)).toContainEqual(chooseKernel());
    console.info(`usable here: ${names}; chosen: ${chooseKernel().name}`);
  });

  test.each(usable)('%s draws what the renderer draws, within one step', (_, kernel) => {
    for (const [i, frame] of frames.entries()) {
      expect(largestDifference(draw(frame, kernel, 40), pictures[i]), `frame ${i}`).toBeLessThanOrEqual(1);
    }
  });

  test('every block draws the same bytes, whatever the width and the height of bands', () => {
    const sides = { rows: [1, 2, 3, 4, 5, 6, 7], vectors: [1, 2, 3, 4, 8] };
    // The last one has more weights than FEW_WEIGHTS in evaluator.ts, so that tiles pass through it in groups.
    const networks = [
      { layers: 3, units: 7 },
      { layers: 2, units: 53, activation: { from: 'tanh', to: 'relu', fraction: 0.3 } },
      { layers: 3, units: 60.5, activation: ['sin', 'gelu'], residual: 0.3, normalisation: 'layer' },
      { layers: 3.4, units: 290, weightScale: 0.1 },
    ] satisfies NetworkInput[];
    for (const network of networks) {
      const frame = frameOf({ network, size: [25, 21] });
      for (const [, kernel] of usable) {
        const usual = draw(frame, kernel, 21);
        for (const [i, rows] of sides.rows.entries()) {
          const block = { rows, vectors: sides.vectors[i % sides.vectors.length] };
          const other = { ...kernel, blocks: { narrow: block, broad: block } };
          const inBands = draw(frame, other, 1 + 3 * i);
          expect(largestDifference(inBands, usual), `${rows} x ${block.vectors} in ${kernel.name}`).toBe(0);
        }
      }
    }
  });

  test.each(usable)(
    '%s draws widths with remainders of 1 to 4 units, and bands of any height, correctly',
    (_, kernel) => {
      for (const width of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
        const frame = frameOf({ network: { layers: 3, width, weightScale: 1 }, size: [13, 11] });
        const whole = draw(frame, kernel, 11);
        expectReference(whole, frame);
        for (const rows of [1, 2, 4]) expect(largestDifference(draw(frame, kernel, rows), whole)).toBe(0);
      }
    },
  );
});

describe('sizes', () => {
  const two = new CpuRenderer(2);
  afterAll(() => two.close());

  test.each<[string, Parameters<typeof frameOf>[0], number]>([
    [
      '1024 units in each of 3 layers',
      { network: { layers: 3, width: 1024, weightScale: 0.1 }, size: [40, 30] },
      40,
    ],
    ['128 layers of 16', { network: { layers: 128, width: 16, weightScale: 0.45 }, size: [40, 30] }, 300],
    ['1024 layers of 3', { network: { layers: 1024, width: 3, weightScale: 1 }, size: [20, 20] }, 60],
    ['8192 units', { network: { layers: 2, width: 8192, weightScale: 0.05 }, size: [9, 9] }, 60],
    ['5000 x 3, a row wider than a band', { network: { layers: 4 }, size: [5000, 3] }, 600],
    ['16384 x 1, 4 x 4 samples', { network: gradient(1e-5, 0, 0.4), size: [16384, 1], supersample: 4 }, 600],
    ['1 x 5000', { network: { layers: 4 }, size: [1, 5000] }, 600],
    ['40 x 1500, in several bands', { network: { layers: 4 }, size: [40, 1500] }, 2000],
    ['1 x 1', { network: {}, size: [1, 1] }, 1],
    [
      '64 inputs',
      {
        network: { inputs: 64, layers: 3 },
        slice: Array.from({ length: 62 }, (_, i) => i / 31 - 1),
        size: [30, 30],
      },
      300,
    ],
  ])('%s', async (_, input, pixels) => {
    const frame = frameOf(input);
    const rgba = await two.render(frame);
    expectReference(rgba, frame, somePixels(frame, pixels));
    expect(rgba.every((byte, i) => i % 4 < 3 || byte === 255)).toBe(true);
  });
});

describe('the renderer', () => {
  test('does not leak memory over many frames', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const renderer = new CpuRenderer(2);
    const frame = frameOf({ network: { layers: 1 }, size: [1000, 1000] });
    const held = async (count: number) => {
      for (let i = 0; i < count; i++) await renderer.render(frame);
      // Threads release messages when their event loops turn, which takes a moment on a busy machine.
      let least = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 10; i++) {
        await sleep(50);
        collect();
        least = Math.min(least, process.memoryUsage().arrayBuffers / 1e6);
      }
      return least;
    };
    const early = await held(5);
    const late = await held(35);
    await renderer.close();
    // A leaked frame would be 4 MB, 35 of them 140.
    expect(late - early, `${early} MB after 5 frames, ${late} after 40`).toBeLessThan(20);
  });

  test('describes its threads and kernel', () => {
    expect(single.description).toBe(`1 thread, ${chooseKernel().name}`);
    expect(single.backend).toBe('cpu');
    expect(single.framesInFlight).toBeGreaterThanOrEqual(2);
  });
});
