/**
 * The GPU renderer's pictures match forward() and the CPU renderer, on a software adapter. The tolerances are those of
 * test/frames/reference.test.ts: one step for one and two layers; for deeper networks one step plus SPREADS times the
 * effect of float32 rounding.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ActivationName } from '../../src/core/network/activations.js';
import type { NetworkInput } from '../../src/core/network/spec.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import type { GpuRenderer } from '../../src/renderers/gpu/renderer.js';
import {
  allPixels,
  expectReference,
  type Furthest,
  frameOf,
  furthest,
  largestDifference,
  referenceColours,
  SPREADS,
  spread,
} from '../frames/compare.js';
import { frames, ofAllKinds, real } from '../frames/specs.js';
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

  /** Draws random frames on both backends, and returns the value furthest from the reference. */
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
        // Each may be that far from the reference, in opposite directions.
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

  test('random networks of one and two layers: every pixel within one step of the reference and the CPU', async () => {
    const range = {
      layers: fc.oneof(fc.constantFrom(1, 2), real(1, 2)),
      width: fc.oneof(fc.constantFrom(9, 10), real(9, 10)),
      ...few(10, 'tanh', 'sin'),
      weightScale: 3,
      ...near,
    };
    await expectAll(range, 40, true);
  });

  test.each<[string, (number | number[])[]]>([
    ['narrow', [8, 7.3, [8, 3, 6.5]]],
    ['wide', [50, [50, 3, 49.5]]],
  ])('random %s networks of all kinds: within one step plus the effect of float32', async (_, widths) => {
    // The form whose kernels are the smallest: nearly every network has others.
    const gpu = await start({ form: { size: 2, vectors: 1, weights: 'storage' } });
    const layers = fc.oneof(fc.integer({ min: 1, max: 8 }), real(1, 8));
    const width = fc.constantFrom(...widths);
    const specs = ofAllKinds(frames({ layers, width, weightScale: 1.5, zoom: [-4, 1], centre: 30 }));
    await fc.assert(
      fc.asyncProperty(specs, async (frame) => {
        expectReference(await gpu.render(frame), frame);
      }),
      { seed: 14, numRuns: 40 },
    );
  });

  test('random networks of up to sixteen layers: within one step plus the effect of float32', async () => {
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

  test('random wide networks, whose widths do not fill their tiles', async () => {
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

  describe('samples and dither', () => {
    const network: NetworkInput = { layers: 3, width: 8, weightScale: 2 };

    test.each([1, 2, 3, 4] as const)(
      '%i samples per pixel and side, with and without dither, match the CPU',
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

    test('dither depends on the pixel, not on its chunk, and averages to the brightness', async () => {
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
});
