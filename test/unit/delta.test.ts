import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyDelta, deltaOf, longestDelta } from '../../src/sources/composed/page/delta.js';

/** A frame, and another one that differs from it in some runs of pixels. */
const pair = fc
  .tuple(fc.integer({ min: 1, max: 400 }), fc.array(fc.tuple(fc.nat(399), fc.nat(80)), { maxLength: 6 }))
  .map(([pixels, runs]) => {
    const before = Uint32Array.from({ length: pixels }, (_, i) => i * 2654435761);
    const now = before.slice();
    for (const [start, length] of runs)
      for (let i = start; i < start + length && i < pixels; i++) now[i] ^= 1;
    return { before, now };
  });

test('applying a delta restores the frame', () => {
  fc.assert(
    fc.property(pair, ({ before, now }) => {
      const frame = new Uint8Array(before.slice().buffer);
      const delta = deltaOf(now, before);
      expect(delta.length).toBeLessThanOrEqual(longestDelta(now.length));
      applyDelta(delta, frame);
      expect(new Uint32Array(frame.buffer)).toEqual(now);
    }),
  );
});

test('without a previous frame, a delta contains the whole frame; for an unchanged frame, almost nothing', () => {
  const now = Uint32Array.of(1, 2, 3, 4);
  const frame = new Uint8Array(16);
  applyDelta(deltaOf(now), frame);
  expect(new Uint32Array(frame.buffer)).toEqual(now);
  expect(deltaOf(now, now.slice())).toHaveLength(4);
});

test('a delta of another size, or a truncated one, is an error', () => {
  const delta = deltaOf(Uint32Array.from({ length: 8 }, (_, i) => i));
  expect(() => applyDelta(delta, new Uint8Array(16))).toThrow();
  expect(() => applyDelta(delta.subarray(0, 20), new Uint8Array(32))).toThrow('has 20 bytes');
  expect(() => applyDelta(delta.subarray(0, 0), new Uint8Array(32))).toThrow();
});
