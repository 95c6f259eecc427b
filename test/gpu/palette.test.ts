/** The GPU renderer's palettes match colouring.ts and the CPU renderer, on a software adapter. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Palette } from '../../src/core/frame/palette.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import type { GpuRenderer } from '../../src/renderers/gpu/renderer.js';
import { expectWithinOneStep, frameOf, largestDifference } from '../frames/compare.js';
import { everywhere, frames, inPalettes } from '../frames/specs.js';
import { rendererStarter, softwareAdapter } from './adapter.js';

const adapter = await softwareAdapter('palettes of the GPU renderer');
const start = rendererStarter(adapter);

describe.skipIf(!adapter)('palettes', () => {
  let gpu: GpuRenderer;
  const cpu = new CpuRenderer(1);
  beforeAll(async () => {
    gpu = await start();
  });
  afterAll(() => cpu.close());

  test('random networks of one layer: every pixel within one step of the reference and the CPU', async () => {
    const random = frames({
      layers: fc.constant(1),
      explicitUnits: fc.constant(6),
      activation: fc.constant('tanh'),
      outputActivation: fc.constant('sigmoid'),
      weightScale: 3,
      zoom: [-7, 1],
      centre: 30,
    });
    const differences: number[] = [];
    await fc.assert(
      fc.asyncProperty(inPalettes(random), async (frame) => {
        const [ours, theirs] = [await gpu.render(frame), await cpu.render(frame)];
        expectWithinOneStep(ours, frame);
        expect(largestDifference(ours, theirs)).toBeLessThanOrEqual(1);
        differences.push(ours.filter((byte, i) => byte !== theirs[i]).length / ours.length);
      }),
      { seed: 2024, numRuns: 60 },
    );
    console.info(`share of bytes that differ from the CPU's: ${Math.max(...differences).toFixed(4)} at most`);
    expect(Math.max(...differences)).toBeLessThan(0.02);
  });

  // The conformance suite compares them with the reference.
  test.each<Palette>(['oklab', 'oklch', 'turbo', 'sinebow', { map: 'RdBu', output: 3 }])(
    'samples and dither of %j are within one step of the CPU',
    async (palette) => {
      const sampled = frameOf({ ...everywhere, palette, supersample: 2, dither: true });
      expect(largestDifference(await gpu.render(sampled), await cpu.render(sampled))).toBeLessThanOrEqual(1);
    },
  );

  test('colours are converted to YUV planes', async () => {
    const frame = frameOf({ ...everywhere, palette: 'plasma', size: [16, 16] });
    const [rgba, yuv] = [await gpu.render(frame), await gpu.render(frame, undefined, 'yuv420p')];
    const luma = (5983 * rgba[0] + 20127 * rgba[1] + 2032 * rgba[2] + (16 << 15) + (1 << 14)) >> 15;
    expect(yuv[0]).toBe(luma);
  });
});
