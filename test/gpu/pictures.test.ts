/**
 * That the GPU renderer's pictures are forward()'s, and the CPU renderer's, on a software adapter. The tolerances are
 * those of test/frames/reference.test.ts: one step for one and two layers, and for deeper networks one step and SPREADS
 * times what float32's own roundings make of them.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FrameDescription, FrameInput } from '../../src/core/frame/description.js';
import { type ActivationName, activationNames } from '../../src/core/network/activations.js';
import type { NetworkInput } from '../../src/core/network/spec.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import type { GpuRenderer } from '../../src/renderers/gpu/renderer.js';
import {
  allPixels,
  expectReference,
  expectWithinOneStep,
  type Furthest,
  frameOf,
  furthest,
  largestDifference,
  referenceColours,
  SPREADS,
  somePixels,
  spread,
} from '../frames/compare.js';
import { curveOf, frames, lookingAt, real } from '../frames/specs.js';
import { rendererStarter, softwareAdapter } from './adapter.js';

const adapter = await softwareAdapter('pictures of the GPU renderer');
const start = rendererStarter(adapter);

describe.skipIf(!adapter)('pictures', () => {
  let gpu: GpuRenderer;
  const cpu = new CpuRenderer(1);
  beforeAll(async () => {
    gpu = await start();
  });
  afterAll(() => cpu.close());

  /** Draws random frames on both backends, and gives the furthest from the reference. */
  async function expectAll(
    range: Parameters<typeof frames>[0],
    numRuns: number,
    isShallow: boolean,
  ): Promise<Furthest> {
    let worst: Furthest = { steps: 0, share: -1, text: '' };
    let apart = 0;
    await fc.assert(
      fc.asyncProperty(frames(range), async (frame) => {
        const colours = referenceColours(frame);
        const spreads = isShallow ? undefined : spread(frame, allPixels(frame), colours);
        const tolerance = (i: number, channel: number) => 1 + SPREADS * (spreads?.[i][channel] ?? 0);
        const [ours, theirs] = [await gpu.render(frame), await cpu.render(frame)];
        const found = furthest(ours, frame, colours, undefined, tolerance);
        if (found.share > worst.share) worst = found;
        expect(found.share, found.text).toBeLessThanOrEqual(1);
        // Both may be as far from the reference as that, on either side.
        for (const [i, byte] of theirs.entries()) {
          const allowed = isShallow || i % 4 === 3 ? 1 : 2 * tolerance(i >> 2, i % 4);
          const difference = Math.abs(ours[i] - byte);
          if (difference > allowed) expect.fail(`GPU and CPU are ${difference} apart, ${allowed} allowed`);
          apart = Math.max(apart, difference);
        }
      }),
      { seed: 2024, numRuns },
    );
    console.info(`${worst.text}; GPU and CPU at most ${apart} apart`);
    expect(worst.steps, 'bytes are rounded, so the furthest is about half a step off').toBeGreaterThan(0.45);
    return worst;
  }

  /** One mix, and one width of explicit layers, since each variant of a kernel takes half a second to compile. */
  const few = (units: number, from: ActivationName, to: ActivationName) => ({
    activation: real(0, 1).map((fraction) => ({ from, to, fraction })),
    outputActivation: fc.constant<ActivationName>('sigmoid'),
    explicitUnits: fc.constant(units),
  });
  const near = { zoom: [-7, 1] as [number, number], centre: 30 };

  test('random networks of one and two layers: every pixel within one step, and as the CPU has it', async () => {
    const range = {
      layers: fc.oneof(fc.constantFrom(1, 2), real(1, 2)),
      width: fc.oneof(fc.constantFrom(9, 10), real(9, 10)),
      ...few(10, 'tanh', 'sin'),
      weightScale: 3,
      ...near,
    };
    await expectAll(range, 40, true);
  });

  test('random networks of up to sixteen layers: within one step and what float32 makes of them', async () => {
    const range = {
      layers: fc.oneof(fc.integer({ min: 3, max: 16 }), real(2, 12)),
      width: fc.oneof(
        fc.constantFrom(7, 8),
        real(7, 8),
        fc.array(real(1, 8), { minLength: 16, maxLength: 16 }).map((list) => [8, ...list.slice(1)]),
      ),
      ...few(8, 'softplus', 'tanh'),
      weightScale: 1.5,
      zoom: [-7, 3] as [number, number],
      centre: 1000,
    };
    await expectAll(range, 40, false);
  });

  test('random wide networks, in tiles, of widths that fill none', async () => {
    const range = {
      layers: fc.oneof(fc.integer({ min: 2, max: 5 }), real(2, 5)),
      width: fc.oneof(
        fc.constantFrom(49, 53, 63),
        real(49, 64),
        fc
          .array(real(1, 60), { minLength: 4, maxLength: 4 })
          .map((list) => [...list.map((w, i) => (i ? w : 64))]),
      ),
      ...few(50, 'tanh', 'relu'),
      weightScale: 0.6,
      ...near,
    };
    await expectAll(range, 30, false);
  });

  const small: [number, number] = [37, 23];

  test.each(activationNames)(
    'hidden %s, narrow and wide, from -1000 to 1000 and at its kink',
    async (name) => {
      for (const halfWidth of [1000 / 999, 0.001, 1e-6]) {
        const frame = frameOf(curveOf(name, halfWidth));
        expectWithinOneStep(await gpu.render(frame), frame);
      }
      const wide = { activation: name, layers: 3, width: 57, weightScale: 0.2 };
      const frame = frameOf({ network: wide, size: small });
      expectReference(await gpu.render(frame), frame);
    },
  );

  test.each(activationNames)('an output of %s is shown as brightness() has it', async (name) => {
    for (const halfWidth of [2 / 333, 30 / 333, 3]) {
      const weights = [{ w: [[1, 0.2]], b: [0.3] }];
      const frame = frameOf({
        network: { outputActivation: name, weights },
        view: { centre: [0, 0], halfWidth },
        size: [999, 3],
      });
      expectWithinOneStep(await gpu.render(frame), frame);
    }
  });

  test.each([-1e30, 1e30])('sums of %d are as bright as the reference, in every activation', async (huge) => {
    for (const name of activationNames) {
      const weights = [{ w: [[1e-9, 0]], b: [huge] }];
      const frame = frameOf({ network: { outputActivation: name, weights }, size: [8, 1] });
      if (name === 'sin') continue; // of 1e30, a float32 knows no sine
      expectWithinOneStep(await gpu.render(frame), frame);
    }
  });

  test.each<[ActivationName, ActivationName, number]>([
    ['tanh', 'sin', 0.3],
    ['relu', 'softplus', 0.8],
    ['sigmoid', 'gelu', 0.5],
    ['identity', 'tanh', 0.5],
  ])('a mix of %s and %s, %d of it', async (from, to, fraction) => {
    for (const width of [8, 57]) {
      const network = {
        activation: { from, to, fraction },
        layers: 4,
        width,
        weightScale: width > 48 ? 0.25 : 0.8,
      };
      const frame = frameOf({ network, size: small });
      expectReference(await gpu.render(frame), frame);
    }
  });

  test.each<[string, FrameInput, number?]>([
    ["the article's network", { network: { weightScale: 0.8 }, size: [64, 64] }],
    ['27.4 layers of 29.5', { network: { layers: 27.4, width: 29.5 }, size: small }],
    ['60 layers of 30, in four parts', { network: { layers: 60, width: 30, weightScale: 0.5 }, size: small }],
    ['1024 layers of 3', { network: { layers: 1024, width: 3, weightScale: 1 }, size: small }, 60],
    [
      '5.3 layers of 48, as wide as narrow ones are',
      { network: { layers: 5.3, width: 48, weightScale: 0.3 }, size: small },
    ],
    ['3.5 layers of 128.5', { network: { layers: 3.5, width: 128.5, weightScale: 0.2 }, size: small }, 300],
    ['1.5 layers of 60, fading from none', { network: { layers: 1.5, width: 60, outputs: 1 }, size: small }],
    ['1.5 layers of 6', { network: { layers: 1.5, width: 6, outputs: 1 }, size: small }],
    [
      '130, 3.2 and 70.5 units',
      { network: { layers: 4, width: [130, 3.2, 70.5], weightScale: 0.25 }, size: small },
      300,
    ],
    [
      'a unit fading in at the edge of narrow, 48.01',
      { network: { layers: 3, width: 48.01, weightScale: 0.3 }, size: small },
    ],
    ['1100 units', { network: { layers: 3, width: 1100, weightScale: 0.05 }, size: [17, 9] }, 20],
    [
      '64 inputs',
      {
        network: { inputs: 64, layers: 3, width: 8 },
        slice: Array.from({ length: 62 }, (_, i) => i / 31 - 1),
        size: small,
      },
    ],
    [
      'a network between two seeds',
      { network: { layers: 5, width: 8, seed: { from: 'a', to: 7, fraction: 0.4 } }, size: small },
    ],
    [
      'a wide one between two seeds',
      {
        network: { layers: 3, width: 57, weightScale: 0.3, seed: { from: 'a', to: 7, fraction: 0.4 } },
        size: small,
      },
    ],
    ['one pixel', { network: { width: 8, layers: 3 }, size: [1, 1] }],
    ['a column', { network: { width: 8, layers: 3 }, size: [1, 1000] }],
    ['a row', { network: { width: 8, layers: 3 }, size: [5000, 1] }],
  ])('%s', async (_, input, pixels) => {
    const frame = frameOf(input);
    const found = expectReference(
      await gpu.render(frame),
      frame,
      pixels ? somePixels(frame, pixels) : undefined,
    );
    console.info(found.text);
  });

  test.each([
    [0.31, -0.2, 1e-9],
    [1e5, -3e6, 1],
    [1e9, 1e9, 1000],
    [-1e9, 1e9, 1e9],
  ])('the view at (%d, %d), half-width %d, is the ordinary picture: one step', async (x, y, halfWidth) => {
    const frame = frameOf(lookingAt(x, y, halfWidth));
    const rgba = await gpu.render(frame);
    expectWithinOneStep(rgba, frame);
    expect(largestDifference(rgba, await gpu.render(frameOf(lookingAt(0, 0, 1))))).toBeLessThanOrEqual(1);
  });

  describe('samples and dither', () => {
    const network: NetworkInput = { layers: 3, width: 8, weightScale: 2 };

    test.each([1, 2, 3, 4] as const)(
      '%i samples a pixel and side, with dither and without, as the CPU has them',
      async (supersample) => {
        const differences: number[] = [];
        for (const [dither, outputs, width] of [
          [false, 3, 8],
          [true, 3, 8],
          [true, 1, 8],
          [false, 3, 57],
        ] as const) {
          const frame = frameOf({
            network: { ...network, outputs, width, weightScale: width > 48 ? 0.5 : 2 },
            size: [33, 19],
            supersample,
            dither,
          });
          const [ours, theirs] = [await gpu.render(frame), await cpu.render(frame)];
          expect(largestDifference(ours, theirs)).toBeLessThanOrEqual(1);
          differences.push(ours.filter((byte, i) => byte !== theirs[i]).length / ours.length);
        }
        console.info(
          `${supersample} x ${supersample}: shares of bytes that differ from the CPU's: ${differences.map((d) => d.toFixed(4))}`,
        );
        expect(Math.max(...differences)).toBeLessThan(0.02);
      },
    );

    test('dither is of the pixel and not of its chunk, and averages to the brightness', async () => {
      const level = 100.3 / 255;
      const frame = frameOf({
        network: { outputActivation: 'identity', weights: [{ w: [[0, 0]], b: [level] }] },
        size: [64, 64],
        dither: true,
      });
      const rgba = await gpu.render(frame);
      const mean = allPixels(frame).reduce((sum, i) => sum + rgba[4 * i], 0) / 4096;
      expect(mean).toBeCloseTo(100.3, 1);
      expect(Buffer.from(rgba).equals(await cpu.render(frame))).toBe(true);
    });
  });

  test('what is no number is black', async () => {
    const frame = frameOf({
      network: {
        activation: 'relu',
        outputActivation: 'identity',
        weights: [
          {
            w: [
              [1e30, 0],
              [1e30, 0],
            ],
          },
          {
            w: [
              [1e30, 1e30],
              [1e30, 1e30],
            ],
          },
          { w: [[1e30, -1e30]] },
        ],
      },
      view: { centre: [5, 0], halfWidth: 1 },
      size: [9, 3],
    });
    const rgba: FrameDescription = frame;
    expect([...(await gpu.render(rgba))]).toEqual(Array.from({ length: 27 }, () => [0, 0, 0, 255]).flat());
  });
});
