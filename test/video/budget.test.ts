/** That no file exceeds its budget, that reductions are reported, and that impossible budgets are rejected. */

import { readdirSync, statSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitToBudget, inBytes, parseBytes } from '../../src/outputs/budget.js';
import { decode, readGif } from './decode.js';
import { noise, picture, render, testFolder } from './films.js';
import { yuv420p } from './yuv.js';

const folder = testFolder();
const pictures = (n: number) => Array.from({ length: n }, (_, i) => picture(i));

describe('fitToBudget', () => {
  test('finds a rung that fits, next to one that does not or near the budget, in few attempts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 70 }),
        fc.integer({ min: 1, max: 20_000 }),
        async (steps, budget) => {
          let size = 100;
          const sizes = steps.map((step) => (size += step)).reverse(); // from large to small
          const made: number[] = [];
          let accepted = -1;
          const ladder = {
            rungs: sizes.length,
            halving: 5,
            make: async (rung: number) => sizes[made.push(rung) && rung],
            accept: async () => {
              accepted = made.at(-1)!;
            },
          };
          const result = fitToBudget(ladder, budget, 'film').catch(() => 'refused' as const);
          const rung = await result;
          if (rung === 'refused') expect(sizes.at(-1)).toBeGreaterThan(budget);
          else {
            expect(accepted).toBe(rung);
            expect(sizes[rung]).toBeLessThanOrEqual(budget);
            if (rung > 0 && sizes[rung] < 0.93 * budget) expect(sizes[rung - 1]).toBeGreaterThan(budget);
          }
          expect(new Set(made).size).toBe(made.length);
          expect(made.length).toBeLessThanOrEqual(14);
        },
      ),
    );
  });
});

test.each(['film.mp4', 'film.webm', 'film.webp', 'per-frame.gif', 'global.gif', 'auto.gif'])(
  '%s keeps to its budget, from generous to very small, and says how',
  async (name) => {
    const film = Array.from({ length: 12 }, (_, i) => noise(i));
    const gifPalette = name.startsWith('film') ? undefined : (name.split('.')[0] as 'auto');
    const whole = await render(folder.in('whole', name), film, { gifPalette });
    const note = 'x'.repeat(500);
    for (const share of [2, 0.8, 0.4]) {
      const maxSize = Math.floor(share * (whole.bytes + 600));
      const { path, bytes, chose } = await render(folder.in(name), film, { gifPalette, maxSize, note });
      expect(bytes).toBe(statSync(path).size);
      expect(bytes).toBeLessThanOrEqual(maxSize);
      if (share < 1) expect(chose).toMatch(/ to fit$/);
      else expect(chose ?? '').not.toMatch(/ to fit$/);
      if (share < 1) expect(bytes).toBeGreaterThan(0.4 * maxSize); // uses the budget
    }
    const film2 = render(folder.in('never', name), film, { gifPalette, maxSize: 700, note });
    await expect(film2).rejects.toThrow(/cannot be made smaller than \d+ kB: allow /);
    expect(readdirSync(folder.in())).toEqual([name, 'whole']);
  },
);

test('films from YUV frames keep to a budget too', async () => {
  const planes = Array.from({ length: 12 }, (_, i) => yuv420p(noise(i), 64, 48));
  const whole = await render(folder.in('whole.mp4'), planes, { pixels: 'yuv420p' });
  const maxSize = Math.floor(whole.bytes / 3);
  const { bytes, chose } = await render(folder.in('film.mp4'), planes, { pixels: 'yuv420p', maxSize });
  expect(bytes).toBeLessThanOrEqual(maxSize);
  expect(chose).toMatch(/^crf [\d.]+ to fit$/);
});

test('a PNG is refused, with what to write instead', async () => {
  await expect(render(folder.in('a.png'), pictures(1), { maxSize: 1000 })).rejects.toThrow(
    'is a PNG, which is lossless and whose size cannot be chosen, and --max-size is 1 kB: write a .webp',
  );
});

test('a GIF that omits frames keeps its duration', async () => {
  const film = Array.from({ length: 11 }, (_, i) => noise(i));
  const { path, chose } = await render(folder.in('film.gif'), film, {
    gifPalette: 'per-frame',
    fps: 60,
  });
  expect(chose).toBeUndefined();
  const { delays } = readGif(path);
  expect(delays.reduce((sum, delay) => sum + delay)).toBe(18); // 11/60 s
  expect(delays).toHaveLength(6);
});

describe('a GIF that chooses its palette', () => {
  /** A film in which a small square of noise moves over a still gradient. */
  const still = (i: number) => {
    const frame = picture(0);
    for (let y = 10; y < 20; y++)
      for (let x = 4 * i; x < 4 * i + 8; x++)
        frame.fill(40 * (i % 6), 4 * (64 * y + x), 4 * (64 * y + x) + 3);
    return frame;
  };

  test.each([
    ['everything moves, and changes colour', picture, 'one palette per frame'],
    ['much stands still', still, 'one palette'],
  ] as const)('where %s', async (_, frame, palette) => {
    const film = Array.from({ length: 12 }, (_, i) => frame(i));
    const { chose, path } = await render(folder.in('film.gif'), film);
    expect(chose).toBe(palette);
    const gifPalette = palette === 'one palette' ? 'global' : 'per-frame';
    const same = await render(folder.in('same.gif'), film, { gifPalette });
    expect((await decode(path, { width: 64, height: 48 })).frames).toEqual(
      (await decode(same.path, { width: 64, height: 48 })).frames,
    );
  });
});

test('sizes are read as people write them', () => {
  const sizes = ['8MB', '8 mb', '8MiB', '500k', '1.5GB', '12345', '0', '-1MB', '8TB', 'large', ''];
  expect(sizes.map(parseBytes)).toEqual([
    8e6,
    8e6,
    8 * 2 ** 20,
    5e5,
    1.5e9,
    12345,
    ...Array(5).fill(undefined),
  ]);
  expect([999, 83_400, 8e6, 8_000_001, 8e9].map(inBytes)).toEqual([
    ...['1 kB', '84 kB', '8.0 MB', '8.1 MB', '8.0 GB'],
  ]);
});
