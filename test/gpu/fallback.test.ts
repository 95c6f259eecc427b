/** If a GPU cannot draw a film, the CPU continues: the film is complete, and there is one warning. */
import { describe, expect, test } from 'vitest';
import { RenderError, UsageError } from '../../src/core/errors.js';
import type { FrameRenderer } from '../../src/core/frame/renderer.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { FallbackRenderer, toYuv420p } from '../../src/renderers/fallback.js';
import type { Device } from '../../src/renderers/gpu/device.js';
import { GpuRenderer } from '../../src/renderers/gpu/renderer.js';
import { drawAhead } from '../../src/sources/draw-ahead.js';
import { frameOf } from '../frames/compare.js';
import { limitsOf, softwareAdapter } from './adapter.js';

const adapter = await softwareAdapter('how the CPU takes over');
const frames = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2].map((weightScale) =>
  frameOf({ network: { layers: 1, weightScale }, size: [40, 24] }),
);

/** A renderer with the CPU as its fallback, and its warnings. */
function withCpu(gpu: FrameRenderer) {
  const notes: string[] = [];
  return {
    renderer: new FallbackRenderer(
      gpu,
      () => new CpuRenderer(1),
      (note) => notes.push(note),
    ),
    notes,
  };
}

/** Draws a film with frames in flight, and calls `each` after every frame. */
async function film(renderer: FrameRenderer, format: 'rgba' | 'yuv420p', each: (drawn: number) => void) {
  const drawn: Uint8Array[] = [];
  const requested = frames.map((frame, i) => ({ frame, text: String(i) }));
  const all = requested.values() as Iterator<(typeof requested)[0], undefined>;
  for await (const pixels of drawAhead(renderer, all, format)) {
    drawn.push(pixels.slice());
    each(drawn.length);
  }
  await renderer.close();
  return drawn;
}

const cpuFilm = await film(new CpuRenderer(1), 'rgba', () => {});
const apart = (a: Uint8Array, b: Uint8Array) =>
  a.reduce((most, byte, i) => Math.max(most, Math.abs(byte - b[i])), 0);

function expectWhole(drawn: Uint8Array[], format: 'rgba' | 'yuv420p'): void {
  expect(drawn).toHaveLength(frames.length);
  for (const [i, pixels] of drawn.entries()) {
    const expected = format === 'rgba' ? cpuFilm[i] : new Uint8Array((40 * 24 * 3) / 2);
    if (format === 'yuv420p') toYuv420p(cpuFilm[i], [40, 24], expected);
    expect(pixels.length).toBe(expected.length);
    expect(apart(pixels, expected), `frame ${i}`).toBeLessThanOrEqual(1);
  }
}

describe.skipIf(!adapter)('a GPU that cannot draw', () => {
  /** Opens devices with reduced limits. */
  const open =
    (opened: Device[], changes: Parameters<typeof limitsOf>[1] = {}) =>
    async () => {
      const device = await adapter!.open();
      opened.push(device);
      Object.defineProperty(device.gpu, 'limits', { value: limitsOf(device, changes) });
      return device;
    };

  test.each(['rgba', 'yuv420p'] as const)(
    "that is lost twice in a film of %s: the rest is the CPU's",
    async (format) => {
      const opened: Device[] = [];
      const { renderer, notes } = withCpu(await GpuRenderer.start(open(opened)));
      const drawn = await film(renderer, format, (count) => {
        if (count === 2 || count === 4) opened.at(-1)!.gpu.destroy();
      });
      expectWhole(drawn, format);
      expect(opened).toHaveLength(2);
      expect(notes).toEqual([
        expect.stringMatching(
          /^Switched from the GPU to the CPU\. The GPU was lost a second time \(.+\): .+$/,
        ),
      ]);
      expect(renderer.backend).toBe('cpu');
      expect(renderer.description).toMatch(/^1 thread, .+, instead of the GPU$/);
    },
  );

  test('whose limits are too small: the CPU draws all frames', async () => {
    const { renderer, notes } = withCpu(await GpuRenderer.start(open([], { maxBufferSize: 1000 })));
    expectWhole(await film(renderer, 'rgba', () => {}), 'rgba');
    expect(notes).toEqual([expect.stringMatching(/make it smaller/)]);
  });

  test('that is lost for good: the CPU draws the rest', async () => {
    const opened: Device[] = [];
    const first = open(opened);
    const { renderer, notes } = withCpu(
      await GpuRenderer.start(() =>
        opened.length === 0 ? first() : Promise.reject(new RenderError('The GPU is gone.')),
      ),
    );
    const drawn = await film(renderer, 'yuv420p', (count) => count === 3 && opened[0].gpu.destroy());
    expectWhole(drawn, 'yuv420p');
    expect(notes).toEqual([expect.stringMatching(/The GPU is gone\.$/)]);
  });

  test('if requested by name, is a one-line error', async () => {
    const renderer = await GpuRenderer.start(open([], { maxBufferSize: 1000 }));
    const attempt = renderer.render(frames[0]);
    await expect(attempt).rejects.toThrow(UsageError);
    await expect(attempt).rejects.toThrow(/^A picture of 40x24 is .*use --backend cpu\.$/);
    await renderer.close();
  });
});

describe('the CPU as the fallback of a GPU', () => {
  const broken = (error: Error): FrameRenderer => ({
    backend: 'gpu',
    description: 'broken',
    arithmetic: 'broken',
    framesInFlight: 3,
    formats: ['rgba', 'yuv420p'],
    render: () => Promise.reject(error),
    close: async () => {},
  });

  test('does not take over cancelled frames, or frames after close', async () => {
    const stop = new AbortController();
    const { renderer, notes } = withCpu(broken(new RenderError('lost')));
    stop.abort(new Error('Stopped.'));
    await expect(renderer.render(frames[0], undefined, 'rgba', stop.signal)).rejects.toThrow('lost');
    await renderer.close();
    await expect(renderer.render(frames[0])).rejects.toThrow('lost');
    expect(notes).toEqual([]);
  });

  test('does not hide bugs', async () => {
    const { renderer, notes } = withCpu(broken(new TypeError('undefined is not a function')));
    await expect(renderer.render(frames[0])).rejects.toThrow(TypeError);
    expect(notes).toEqual([]);
    await renderer.close();
  });

  test("writes to the caller's buffer, and warns once for all frames in flight", async () => {
    const { renderer, notes } = withCpu(broken(new RenderError('lost\nand more')));
    const into = new Uint8Array(40 * 24 * 4);
    const [first] = await Promise.all([renderer.render(frames[0], into), renderer.render(frames[1])]);
    expect(first).toBe(into);
    expect(into).toEqual(cpuFilm[0]);
    expect(notes).toEqual(['Switched from the GPU to the CPU. lost']);
    await renderer.close();
  });
});
