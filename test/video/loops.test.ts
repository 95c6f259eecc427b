/** Films repeated within one file, qualities, and invalid values of both. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { noteOf } from '../../src/core/recipe/note.js';
import { parseRecipe } from '../../src/core/recipe/recipe.js';
import { probe } from '../../src/outputs/index.js';
import { decode, FROM_BT709, readMp4 } from './decode.js';
import { HEIGHT, noise, picture, render, testFolder, WIDTH } from './films.js';

const folder = testFolder();
const pictures = (n: number) => Array.from({ length: n }, (_, i) => picture(i));
const size = { width: WIDTH, height: HEIGHT, filter: FROM_BT709 };

describe('--loops', () => {
  test.each([
    [1, 3, 25],
    [2, 3, 25],
    [11, 4, 25],
    [11, 3, 23.976],
    [7, 2, 60],
  ])(
    '%i frames %i times at %f fps are the same frames repeated, at a constant rate',
    async (n, loops, fps) => {
      const once = await render(folder.in('once.mp4'), pictures(n), { fps });
      const note = noteOf({ scene: 'loops' });
      const { path } = await render(folder.in('film.mp4'), pictures(n), { fps, loops, note });
      const [one, all] = [await decode(once.path, size), await decode(path, size)];
      expect(all.frames).toHaveLength(n * loops);
      for (const [i, frame] of all.frames.entries())
        expect(Buffer.compare(frame, one.frames[i % n]), `frame ${i}`).toBe(0);
      const film = probe(path);
      expect(film.frames).toBe(n * loops);
      expect(film.fps).toBeCloseTo(fps, 1);
      expect(parseRecipe(film.note!)).toEqual({ scene: 'loops' });
      const { boxes, colour } = readMp4(path);
      expect(boxes.indexOf('moov')).toBeLessThan(boxes.indexOf('mdat'));
      expect(colour).toEqual({ type: 'nclx', codes: [1, 1, 1], full: false });
      await render(folder.in('again.mp4'), pictures(n), { fps, loops, note });
      expect(readFileSync(folder.in('again.mp4')).equals(readFileSync(path))).toBe(true);
    },
  );

  test('count towards a budget', async () => {
    const film = Array.from({ length: 8 }, (_, i) => noise(i));
    const { bytes } = await render(folder.in('once.mp4'), film, { loops: 3 });
    const maxSize = Math.floor(bytes / 2);
    const budgeted = await render(folder.in('film.mp4'), film, { loops: 3, maxSize });
    expect(budgeted.bytes).toBeLessThanOrEqual(maxSize);
    expect(probe(budgeted.path).frames).toBe(24);
  });

  test('are for MP4s only, and must be integers', async () => {
    const refusal = (name: string, loops: number) =>
      render(folder.in(name), pictures(1), { loops }).then(
        () => '',
        (error: Error) => error.message.replaceAll(folder.in(), '…'),
      );
    expect(
      await Promise.all([refusal('a.gif', 2), refusal('a.webm', 2), refusal('a.mp4', 1.5)]),
    ).toMatchInlineSnapshot(`
      [
        "--loops applies only to .mp4, and "…/a.gif" repeats anyway: leave it out.",
        "--loops applies only to .mp4, and "…/a.webm" is another format: leave it out, or write .mp4.",
        "The --loops is 1.5 but must be a whole number: try 3.",
      ]
    `);
  });
});

test('a higher quality makes a larger file', async () => {
  const film = Array.from({ length: 6 }, (_, i) => noise(i));
  for (const name of ['a.mp4', 'a.webm', 'a.webp', 'a.gif']) {
    const sizes: number[] = [];
    for (const quality of ['draft', 'standard', 'high'] as const)
      sizes.push((await render(folder.in(name), film, { quality, gifPalette: 'per-frame' })).bytes);
    expect(sizes, name).toEqual([...sizes].sort((a, b) => a - b));
    expect(sizes[0], name).toBeLessThan(sizes[2]);
  }
});
