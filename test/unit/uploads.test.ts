/** How a page sends its frames, and what Node makes of what it receives. */
import { afterEach, expect, test, vi } from 'vitest';
import type { FrameReader } from '../../src/sources/composed/page/read.js';
import { startUploads } from '../../src/sources/composed/page/upload.js';
import { FrameQueue } from '../../src/sources/composed/queue.js';

const SIZE = [2, 2] as const;
const picture = { context: {} as CanvasRenderingContext2D, complete: () => {} };

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A page whose frames have one colour each, and the queue that they are sent to. */
function page(step: number) {
  const queue = new FrameQueue(SIZE, 'rgba');
  const posts: { path: string; bytes: number }[] = [];
  vi.stubGlobal('fetch', async (path: string, { body }: { body?: Blob }) => {
    const bytes = Buffer.from((await body?.arrayBuffer()) ?? new ArrayBuffer(0));
    posts.push({ path, bytes: bytes.length });
    const [number, first, step, count] = path.split('/').slice(1, 5).map(Number);
    const frames = { page: number, first, step, count, fingerprint: undefined };
    await queue.take(
      frames,
      (async function* () {
        if (bytes.length > 0) yield bytes;
      })(),
    );
    return { ok: true };
  });
  let reads = 0;
  const read = async () => ({ frame: new Uint32Array(4).fill(++reads), runs: [0, 4] });
  const uploads = startUploads(0, step, { read } as unknown as FrameReader, { read: 0, send: 0 });
  return { queue, posts, uploads, reads: () => reads };
}

async function received(queue: FrameQueue, frames: readonly number[]): Promise<number[]> {
  const all: number[] = [];
  for (const frame of frames) all.push((await queue.next(frame))[0]);
  return all;
}

const [A, B] = ['a', 'b'].map((digit) => digit.repeat(16));

test('frames with the fingerprint of the one before are neither read nor sent, one by one', async () => {
  vi.spyOn(performance, 'now').mockReturnValue(0);
  const { queue, posts, uploads, reads } = page(2);
  const prints = [A, A, A, B, B, A, undefined, undefined];
  const frames = prints.map((_, i) => 2 * i);
  const got = received(queue, frames);
  for (const [i, print] of prints.entries()) await uploads.send(frames[i], picture, print);
  await uploads.finish();
  expect(await got).toEqual([1, 1, 1, 2, 2, 3, 4, 5]);
  expect(reads()).toBe(5);
  expect(posts).toEqual([
    { path: `frames/0/0/2/1/${A}`, bytes: 28 },
    { path: `frames/0/2/2/2/${A}`, bytes: 0 },
    { path: `frames/0/6/2/1/${B}`, bytes: 28 },
    { path: `frames/0/8/2/1/${B}`, bytes: 0 },
    { path: `frames/0/10/2/1/${A}`, bytes: 28 },
    { path: 'frames/0/12/2/1/none', bytes: 28 },
    { path: 'frames/0/14/2/1/none', bytes: 28 },
  ]);
});

test('long rests are sent from time to time', async () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(0);
  const { queue, posts, uploads } = page(1);
  const got = received(queue, [0, 1, 2, 3, 4]);
  for (let frame = 0; frame < 5; frame++) {
    now.mockReturnValue(60 * frame);
    await uploads.send(frame, picture, A);
  }
  expect(posts.map(({ path }) => path)).toEqual([
    `frames/0/0/1/1/${A}`,
    `frames/0/1/1/2/${A}`,
    `frames/0/3/1/2/${A}`,
  ]);
  await uploads.finish();
  expect(await got).toEqual([1, 1, 1, 1, 1]);
});
