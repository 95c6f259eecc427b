/** How the CPU renderer handles its threads, here mocks that reply on demand or fail to start. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { Thread } from '../../src/renderers/cpu/host.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import type { DrawnMessage, PartMessage } from '../../src/renderers/cpu/thread.js';
import { frameOf } from '../frames/compare.js';

interface Fake extends Thread {
  sent: PartMessage[];
  ended: boolean;
  answer(message: DrawnMessage): void;
}

const threads: Fake[] = [];
let most = Number.POSITIVE_INFINITY;

vi.mock('#host', async (original) => ({
  ...(await original<object>()),
  startThread(answer: Fake['answer']): Thread {
    if (threads.length === most) throw new Error('no more threads');
    const sent: PartMessage[] = [];
    const fake: Fake = {
      sent,
      ended: false,
      answer,
      post: (message) => sent.push(message as PartMessage),
      terminate: async () => {
        fake.ended = true;
      },
    };
    threads.push(fake);
    return fake;
  },
}));

beforeEach(() => {
  threads.length = 0;
  most = Number.POSITIVE_INFINITY;
});

const frame = frameOf({ network: { layers: 1 }, size: [20, 10] });

test('if a thread cannot start, those already started are ended', () => {
  most = 2;
  expect(() => new CpuRenderer(4)).toThrow('no more threads');
  expect(threads.map(({ ended }) => ended)).toEqual([true, true]);
});

test('a band that arrives after its frame was cancelled is discarded, and the next frame is drawn', async () => {
  const renderer = new CpuRenderer(1);
  const [thread] = threads;
  const stop = new AbortController();
  const into = new Uint8Array(4 * 20 * 10).fill(7);
  const given = renderer.render(frame, into, 'rgba', stop.signal);
  stop.abort(new Error('Stopped.'));
  await expect(given).rejects.toThrow('Stopped.');
  const next = renderer.render(frame);
  const late = new Uint8Array(thread.sent[0].rgba).fill(1).buffer;
  thread.answer({ rgba: late });
  expect(into.every((byte) => byte === 7)).toBe(true);
  thread.answer({ rgba: new Uint8Array(thread.sent[1].rgba).fill(2).buffer });
  expect(new Set(await next)).toEqual(new Set([2]));
  await renderer.close();
  expect(thread.ended).toBe(true);
});

test('a band without memory fails its frame with one line, but not later frames', async () => {
  const renderer = new CpuRenderer(1);
  const [thread] = threads;
  const [first, second] = [renderer.render(frame), renderer.render(frame)];
  thread.answer({ rgba: thread.sent[0].rgba, failed: new RangeError('WebAssembly.Memory(): no room') });
  await expect(first).rejects.toThrow(
    'The frame does not fit into memory (WebAssembly.Memory(): no room): use fewer units or layers.',
  );
  expect(thread.sent[1].frame, 'the next frame is sent in full').toBeDefined();
  thread.answer({ rgba: new Uint8Array(thread.sent[1].rgba).fill(3).buffer });
  expect(new Set(await second)).toEqual(new Set([3]));
  await renderer.close();
});
