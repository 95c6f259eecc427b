import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyDelta, deltaOf, longestDelta, Runs } from '../../src/sources/composed/page/delta.js';

/** A frame, another one that differs from it in some runs of bytes, and these runs. */
const pair = fc
  .tuple(fc.integer({ min: 1, max: 400 }), fc.array(fc.tuple(fc.nat(1599), fc.nat(320)), { maxLength: 6 }))
  .map(([words, places]) => {
    const before = Uint32Array.from({ length: words }, (_, i) => i * 2654435761);
    const now = before.slice();
    const bytes = new Uint8Array(now.buffer);
    const runs = new Runs();
    for (const [start, length] of places.toSorted(([a], [b]) => a - b)) {
      const end = Math.min(bytes.length, start + length);
      if (start >= end) continue;
      for (let i = start; i < end; i++) bytes[i] ^= 1;
      runs.add(start, end);
    }
    return { before, now, runs: runs.list };
  });

test('applying a delta restores the frame, whatever buffer it was made in', () => {
  const buffer = new Uint32Array(500).fill(7);
  fc.assert(
    fc.property(pair, fc.boolean(), ({ before, now, runs }, reused) => {
      const frame = new Uint8Array(before.slice().buffer);
      const delta = bytesOf(deltaOf(now, runs, reused ? buffer : undefined));
      expect(delta.length).toBeLessThanOrEqual(longestDelta(now.length));
      applyDelta(delta, frame);
      expect(new Uint32Array(frame.buffer)).toEqual(now);
    }),
  );
});

test('runs that lie close together, or in the same word, are one', () => {
  const runs = new Runs();
  for (const [from, to] of [
    [1, 3],
    [3, 9],
    [20, 21],
    [36, 40],
  ])
    runs.add(from, to);
  expect(runs.list).toEqual([0, 6, 9, 1]);
});

test('a delta of a buffer that is too short has one of its own; for an unchanged frame, it is almost nothing', () => {
  const now = Uint32Array.of(1, 2, 3, 4);
  const frame = new Uint8Array(16);
  applyDelta(bytesOf(deltaOf(now, [0, 4], new Uint32Array(3))), frame);
  expect(new Uint32Array(frame.buffer)).toEqual(now);
  expect(deltaOf(now, [])).toHaveLength(1);
});

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

test('a delta of another size, or a truncated one, is an error', () => {
  const delta = bytesOf(
    deltaOf(
      Uint32Array.from({ length: 8 }, (_, i) => i),
      [0, 8],
    ),
  );
  expect(() => applyDelta(delta, new Uint8Array(16))).toThrow();
  expect(() => applyDelta(delta.subarray(0, 20), new Uint8Array(32))).toThrow('has 20 bytes');
  expect(() => applyDelta(delta.subarray(0, 0), new Uint8Array(32))).toThrow();
});
