/** How the plane gets sharp on a GPU, with a renderer whose speed is known. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FrameRenderer } from '../../src/core/frame/renderer.js';
import { GpuGone, GpuPainter } from '../../src/explorer/plane/gpu-painter.js';
import { pictureAt } from '../../src/explorer/state/document.js';
import { networks } from '../../src/explorer/state/networks.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';

const [a, b, c] = networks.map(({ document }) => pictureAt(document, 0, evaluate));
type Present = NonNullable<FrameRenderer['present']>;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A painter on a renderer that takes this many milliseconds a megasample, and what is drawn. */
function painterOf(speed: number) {
  const drawn: Parameters<Present>[0][] = [];
  const present: Present = async (frame) => {
    drawn.push(frame);
    await new Promise((resolve) =>
      setTimeout(resolve, (speed * frame.size[0] ** 2 * frame.supersample ** 2) / 1e6),
    );
    return true;
  };
  const canvas = { width: 300, height: 150, getContext: () => null };
  const painter = new GpuPainter({ present }, canvas);
  /** Draws the next frame. Its seed, its width and its samples; undefined if there is nothing to draw. */
  const next = async (motion: 'changing' | 'rest') => {
    const pass = painter.next(motion);
    if (!pass) return undefined;
    const drawing = pass.draw(new AbortController().signal);
    await vi.advanceTimersByTimeAsync(1000);
    await drawing;
    const { network, size, supersample } = drawn.at(-1)!;
    return { seed: network.seed, width: size[0], supersample, isCoarse: pass.isCoarse };
  };
  return { painter, canvas, next };
}

const SIZE = [1000, 1000] as const;

test('a fast GPU draws changing pictures sharply, and at rest with four samples', async () => {
  const { painter, next } = painterOf(4);
  const widths = [];
  for (const picture of [a, b, c, a, b]) {
    painter.apply(picture, SIZE);
    widths.push((await next('changing'))?.width);
    expect(await next('changing')).toBeUndefined();
  }
  expect(widths).toEqual([83, 235, 665, 1000, 1000]); // what a frame costs is known better and better
  expect(painter.sharpness).toBe(1);
  expect(await next('rest')).toEqual({ seed: 89, width: 1000, supersample: 2, isCoarse: false });
  expect(painter.sharpness).toBe(2);
  expect(await next('rest')).toBeUndefined();
});

test('a slow GPU draws changing pictures with the pixels that it has time for', async () => {
  const { painter, next } = painterOf(128);
  let width = 0;
  for (const picture of [a, b, c, a, b]) {
    painter.apply(picture, SIZE);
    width = (await next('changing'))!.width;
  }
  expect(width).toBeGreaterThan(220); // 8 ms of 128 are a quarter along each side
  expect(width).toBeLessThan(280);
  expect(painter.sharpness).toBeCloseTo(width / 1000, 3);
  expect(await next('rest')).toMatchObject({ width: 1000, supersample: 1 });
  expect(await next('rest')).toMatchObject({ width: 1000, supersample: 2 });
});

test('another size is drawn again, and so is a canvas on which something else has drawn', async () => {
  const { painter, canvas, next } = painterOf(1);
  painter.apply(a, [500, 400]);
  while (await next('rest'));
  expect(canvas).toMatchObject({ width: 500, height: 400 });
  expect(painter.sharpness).toBe(2);
  painter.apply(a, [400, 400]);
  expect(painter.sharpness).toBe(0);
  expect(await next('rest')).toMatchObject({ seed: 70, width: 400, isCoarse: true });
  expect(canvas).toMatchObject({ width: 400, height: 400 });
  painter.forget();
  expect(painter.sharpness).toBe(0);
  painter.apply(a, [0, 400]);
  expect(painter.next('rest')).toBeUndefined();
});

test('a picture is outdated as soon as there is another, even if it is being drawn', async () => {
  const { painter } = painterOf(1);
  painter.apply(a, SIZE);
  const drawing = painter.next('rest')!.draw(new AbortController().signal);
  painter.apply(b, SIZE);
  await vi.advanceTimersByTimeAsync(1000);
  await drawing;
  expect(painter.sharpness).toBe(0);
});

test('a frame that the GPU no longer draws is reported', async () => {
  const painter = new GpuPainter(
    { present: async () => false },
    { width: 4, height: 4, getContext: () => null },
  );
  painter.apply(a, [4, 4]);
  await expect(painter.next('rest')!.draw(new AbortController().signal)).rejects.toThrow(GpuGone);
  expect(painter.sharpness).toBe(0);
  expect(() => new GpuPainter({}, { width: 4, height: 4, getContext: () => null })).toThrow(TypeError);
});
