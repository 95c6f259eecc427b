/** Sizes of what is saved, and times in words. */
import { expect, test } from 'vitest';
import { sharedSize } from '../../../src/explorer/saving/share.js';
import { even, filmSizes, inWords, pictureSizes, within } from '../../../src/explorer/state/sizes.js';

test('films have even sides, and pictures any that can be drawn', () => {
  expect(even([1281, 0.4])).toEqual([1282, 2]);
  expect(within([20_000, 0.2])).toEqual([16384, 1]);
  expect(pictureSizes([1279.6, 719.9])[0]).toEqual({
    label: 'As in the window (1280 × 720)',
    size: [1280, 720],
  });
  for (const { size } of filmSizes([481, 479])) expect(size).toEqual(even(size));
  expect(filmSizes([481, 479])[0].label).toBe("The scene's (482 × 480)");
  expect(filmSizes([1280, 720]).map(({ label }) => label)[0]).toBe('HD (1280 × 720)');
});

test('shared pictures have the shape of the window, and at most 1200 pixels a side', () => {
  expect(sharedSize([2400, 1200])).toEqual([1200, 600]);
  expect(sharedSize([300, 200])).toEqual([300, 200]);
  expect(sharedSize([10_000, 1])).toEqual([1200, 1]);
});

test.each([
  [0.2, '1 s'],
  [59.7, '60 s'],
  [100, '2 min'],
  [3570, '1 h'],
  [3600 * 2 + 300, '2 h 5 min'],
])('%d seconds are %s', (seconds, words) => {
  expect(inWords(seconds)).toBe(words);
});
