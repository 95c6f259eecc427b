/** GIFs store only what changes, but show the whole film and keep its timing. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sampledFrames } from '../../src/outputs/formats/gif-palette.js';
import { decode, modernFfmpeg, readGif, testFfmpeg } from './decode.js';
import { difference, noise, picture, render, testFolder } from './films.js';

const folder = testFolder();

/** What the film below becomes: the beginnings of the files' SHA-256. */
const PER_FRAME = '7cd1a6457c062cbf';
const GLOBAL = 'e62a008acdf1ec4c';
const SMALLER = '9a9928d20e42da83';

/** An 8-pixel square, of its own colours and black, that moves with `i` over a static gradient. */
function over(i: number, width: number, height: number): Uint8Array {
  const frame = picture(0, width, height);
  for (let y = 10; y < 18; y++) {
    for (let x = 2 * i; x < 2 * i + 8; x++)
      frame.set(
        [(40 * i) % 256, 8 * y, (x * y) % 256, 255].map((v, c) => (y === 12 && c < 3 ? 0 : v)),
        4 * (y * width + x),
      );
  }
  return frame;
}

describe.each([
  [64, 48, 25],
  [33, 21, 23.976],
  [64, 48, 100],
])('%ix%i at %f fps', (width, height, fps) => {
  const places = [0, 1, 2, 2, 2, 3, 4, 4, 5, 3, 3];
  const film = places.map((i) => over(i, width, height));
  const every = Math.ceil(fps / 50);
  const shown = film.filter((_, i) => i % every === 0);

  test('shows every frame, whatever is static in it', async () => {
    const gifPalette = 'per-frame';
    const { path } = await render(folder.in('film.gif'), film, { width, height, fps, gifPalette });
    const { frames } = await decode(path, { width, height });
    expect(frames).toHaveLength(shown.length);
    for (const [i, frame] of frames.entries()) expect(difference(frame, shown[i])).toBeLessThan(3);
    // Static parts do not flicker.
    for (const frame of frames)
      for (let at = 4 * width * 18; at < frame.length; at++) expect(frame[at]).toBe(frames[0][at]);
    const { delays, loop } = readGif(path);
    expect(delays.reduce((sum, delay) => sum + delay)).toBe(Math.round((100 * film.length) / fps));
    expect(loop).toBe(0);
  });
});

test('a static film is one picture, with the right duration', async () => {
  const film = Array.from({ length: 10 }, () => picture(0));
  const { path, bytes } = await render(folder.in('film.gif'), film, { gifPalette: 'per-frame' });
  const { frames } = await decode(path, { width: 64, height: 48 });
  for (const frame of frames) expect(difference(frame, film[0])).toBeLessThan(3);
  expect(readGif(path).delays.reduce((sum, delay) => sum + delay)).toBe(40);
  const { bytes: one } = await render(folder.in('one.gif'), [picture(0)], { gifPalette: 'per-frame' });
  expect(bytes - one).toBeLessThan(9 * 1000); // nothing but a palette, which ffmpeg always writes in full
});

// Times that a GIF cannot represent are rounded frame by frame, with a warning (output.test.ts); the total is kept.
test.each([24, 23.976, 29.97, 30, 48, 50, 59.94, 60, 100, 120])(
  'at %f fps it lasts as long as the film',
  async (fps) => {
    const film = Array.from({ length: 25 }, (_, i) => picture(i % 10, 16, 16));
    for (const gifPalette of ['per-frame', 'global'] as const) {
      const { path } = await render(folder.in('film.gif'), film, { width: 16, height: 16, fps, gifPalette });
      const { delays } = readGif(path);
      expect(delays).toHaveLength(Math.ceil(25 / Math.ceil(fps / 50)));
      expect(delays.reduce((sum, delay) => sum + delay)).toBe(Math.round(2500 / fps));
      expect(Math.min(...delays.slice(0, -1))).toBeGreaterThanOrEqual(2); // browsers show a hundredth for ten
      expect(Math.max(...delays.slice(0, -1)) - Math.min(...delays.slice(0, -1))).toBeLessThanOrEqual(1);
    }
  },
);

test('a frame that a GIF cannot show for long enough is refused', async () => {
  const film = [picture(0, 16, 16), picture(1, 16, 16)];
  const made = render(folder.in('film.gif'), film, { width: 16, height: 16, fps: 1 / 656 });
  await expect(made).rejects.toThrow(
    /"[^"]+film\.gif" would show a frame for more than 655\.35 s, which a GIF cannot/,
  );
});

test('the sample that chooses the palette has as many frames as are expected of it', () => {
  for (let frames = 1; frames <= 100; frames++) {
    for (const period of [8, 9, 10, 33]) {
      const selected = Array.from({ length: frames }, (_, n) => n).filter((n) => n % period < 8);
      expect(sampledFrames(frames, period), `${frames} frames, period ${period}`).toBe(selected.length);
    }
  }
});

test('the bytes depend neither on ffmpeg nor on the machine', async () => {
  const film = [0, 1, 2, 2, 3].map((i) => over(i, 64, 48));
  const ffmpegs = [await testFfmpeg(), await modernFfmpeg()];
  const known = { 'per-frame': PER_FRAME, global: GLOBAL, smaller: SMALLER };
  for (const [name, digest] of Object.entries(known)) {
    for (const ffmpeg of new Set(ffmpegs)) {
      if (!ffmpeg) continue;
      const options = name === 'smaller' ? { maxSize: 1200 } : { gifPalette: name as 'per-frame' | 'global' };
      const { path } = await render(folder.in('film.gif'), film, { ...options, ffmpeg });
      const found = createHash('sha256').update(readFileSync(path)).digest('hex');
      expect(found.slice(0, 16), `${name}, ffmpeg ${ffmpeg.version}`).toBe(digest);
    }
  }
});

test.each([1, 2, 3, 16, 200, 255])('%i colours arrive unchanged, however they are mixed', async (count) => {
  const colour = (i: number) => [(i * 4) & 252, (i >> 6) * 64, ((i * 28) & 252) ^ 128, 255];
  // More than a GIF's table of sequences can hold.
  const film = [1, 2].map((seed) => {
    const values = noise(seed, 120, 80);
    return Uint8Array.from({ length: values.length }, (_, at) => colour(values[at & ~3] % count)[at % 4]);
  });
  for (const gifPalette of ['per-frame', 'global'] as const) {
    const { path } = await render(folder.in('film.gif'), film, { width: 120, height: 80, gifPalette });
    const { frames } = await decode(path, { width: 120, height: 80 });
    expect(frames).toHaveLength(2);
    for (const [i, frame] of frames.entries()) expect(Buffer.compare(frame, film[i])).toBe(0);
  }
});
