/** What a large still costs, as said before it is drawn. */
import { expect, test } from 'vitest';
import { checkMemory, costLine, extrapolated, memoryFor } from '../../src/cli/cost.js';

test('time follows a line through two smaller pictures, and never falls with the size', () => {
  const measured = [
    { pixels: 1e5, seconds: 0.7 },
    { pixels: 4e5, seconds: 1 },
  ];
  expect(extrapolated(measured, 32e6)).toBeCloseTo(32.6);
  const noisy = [measured[0], { pixels: 4e5, seconds: 0.6 }];
  expect(extrapolated(noisy, 32e6)).toBe(0.6);
});

test('a still that costs much says so', () => {
  expect(costLine([7680, 4320], { seconds: 75, bytes: 3.4e8 })).toBe(
    '7680x4320 pixels take about 75 s and 340.0 MB of memory.',
  );
  expect(costLine([3840, 2160], { seconds: 4, bytes: 1.4e8 })).toBeUndefined();
});

test('a still that needs more memory than is free is refused', () => {
  const bytes = memoryFor('sweep', 16384 ** 2);
  expect(bytes).toBeGreaterThan(4 * 16384 ** 2);
  expect(() => checkMemory([16384, 16384], bytes, bytes)).not.toThrow();
  expect(() => checkMemory([16384, 16384], 2.3e9, 1.2e9)).toThrow(
    '16384x16384 pixels need about 2.3 GB of memory, but only 1.2 GB is free: choose a smaller --size, or close other programs.',
  );
});
