/** How the plane gets sharp on a GPU, with a renderer whose speed is known. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FrameRenderer, WebGpuCanvas } from '../../src/core/frame/renderer.js';
import { GpuPainter } from '../../src/explorer/plane/gpu-painter.js';
import { pictureAt } from '../../src/explorer/state/document.js';
import { networks } from '../../src/explorer/state/networks.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';

const [a, b, c] = networks.map(({ document }) => pictureAt(document, 0, evaluate));
type Present = NonNullable<FrameRenderer['present']>;
type Frame = Parameters<Present>[0];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A painter on a renderer that takes this many milliseconds a megasample, and what it has drawn or given up. */
function painted(speed: number, answer: (count: number) => boolean = () => true) {
  const begun: Frame[] = [];
  const finished: Frame[] = [];
  const present: Present = (frame, _canvas, signal) =>
    new Promise((resolve, reject) => {
      begun.push(frame);
      const samples = frame.size[0] * frame.size[1] * frame.supersample ** 2;
      const timer = setTimeout(
        () => {
          finished.push(frame);
          resolve(answer(begun.length));
        },
        (speed * samples) / 1e6,
      );
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    });
  const canvas = { width: 1000, height: 1000, getContext: () => null } satisfies WebGpuCanvas;
  const ends: (Error | undefined)[] = [];
  const painter = new GpuPainter({ present }, canvas, { onEnd: (error) => ends.push(error) });
  return { painter, canvas, begun, finished, ends };
}

const drawn = ({ size: [width], supersample, network }: Frame) => [network.seed, width, supersample];

test('a fast GPU draws moving pictures sharply, and at rest with four samples', async () => {
  const { painter, finished } = painted(4);
  for (const picture of [a, b, c, a, b]) {
    painter.show(picture, { moving: true });
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(finished.map(drawn)).toEqual([
    [70, 83, 1], // what a frame costs is not known yet, and then known roughly
    [89, 235, 1],
    [65, 665, 1],
    [70, 1000, 1],
    [89, 1000, 1],
  ]);
  painter.show(b, { moving: false });
  await vi.advanceTimersByTimeAsync(100);
  expect(finished.slice(5).map(drawn)).toEqual([[89, 1000, 2]]);
  await painter.settled();
});

test('a slow GPU draws moving pictures with the pixels that it has time for', async () => {
  const { painter, finished } = painted(128);
  for (const picture of [a, b, c, a, b]) {
    painter.show(picture, { moving: true });
    await vi.advanceTimersByTimeAsync(100);
  }
  const [, side] = drawn(finished[4]);
  expect(side).toBeGreaterThan(220); // 8 ms of 128 are a quarter along each side
  expect(side).toBeLessThan(280);
  painter.show(b, { moving: false });
  await vi.advanceTimersByTimeAsync(2000);
  expect(finished.slice(5).map(drawn)).toEqual([
    [89, 1000, 1],
    [89, 1000, 2],
  ]);
});

test('a change replaces a sharp frame at once, but lets a quick one be finished', async () => {
  const { painter, begun, finished } = painted(128);
  painter.show(a, { moving: false });
  await vi.advanceTimersByTimeAsync(20); // the coarse frame is there, and the sharp one is being drawn
  painter.show(b, { moving: true });
  painter.show(c, { moving: true });
  await vi.advanceTimersByTimeAsync(1);
  painter.show(a, { moving: true });
  await vi.advanceTimersByTimeAsync(100);
  expect(begun.map(drawn)).toEqual([
    [70, 83, 1],
    [70, 1000, 1],
    [65, 235, 1],
    [70, 251, 1],
  ]);
  expect(finished).toHaveLength(3);
});

test('another size is drawn again, and the canvas has it from then on', async () => {
  const { painter, canvas, finished } = painted(1);
  painter.show(a, { moving: false });
  await vi.advanceTimersByTimeAsync(100);
  finished.length = 0;
  painter.resize(500, 400);
  await vi.advanceTimersByTimeAsync(100);
  expect(canvas).toMatchObject({ width: 500, height: 400 });
  expect(finished.map(({ size }) => size)).toEqual([
    [500, 400],
    [500, 400],
  ]);
  painter.resize(0, 400);
  await painter.settled();
  expect(finished).toHaveLength(2);
});

test('ends once if the CPU has taken over, or the GPU fails', async () => {
  const { painter, begun, ends } = painted(1, (count) => count === 1);
  painter.show(a, { moving: false });
  await vi.advanceTimersByTimeAsync(100);
  painter.show(b, { moving: false });
  await vi.advanceTimersByTimeAsync(100);
  expect(begun).toHaveLength(2);
  expect(ends).toEqual([undefined]);

  const problem = new Error('lost');
  const failing = new GpuPainter(
    { present: () => Promise.reject(problem) },
    { width: 4, height: 4, getContext: () => null },
    { onEnd: (error) => ends.push(error) },
  );
  failing.show(a, { moving: false });
  await failing.settled();
  expect(ends).toEqual([undefined, problem]);
});

test('nothing is drawn after close', async () => {
  const { painter, begun, ends } = painted(128);
  painter.show(a, { moving: false });
  painter.close();
  painter.show(b, { moving: false });
  await vi.advanceTimersByTimeAsync(1000);
  expect(begun).toHaveLength(1);
  expect(ends).toEqual([]);
});
