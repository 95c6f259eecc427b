/** That budgets hold for films of every kind, in every format, from too small to more than enough. */

import { readdirSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decode } from './decode.js';
import { noise, picture, render, testFolder } from './films.js';

const folder = testFolder();
const [width, height] = [48, 36];

/** Half noise that changes, half a picture that does not. */
function half(i: number): Uint8Array {
  const frame = picture(0, width, height);
  frame.set(noise(i, width, height).subarray(0, frame.length / 2));
  return frame;
}

const films: Record<string, Uint8Array[]> = {
  'a smooth one': Array.from({ length: 8 }, (_, i) => picture(i, width, height)),
  'one that hardly moves': Array.from({ length: 8 }, (_, i) => picture(i < 4 ? 0 : 1, width, height)),
  'one that is half noise': Array.from({ length: 8 }, (_, i) => half(i)),
  'one of a single frame': [noise(1, width, height)],
};

describe.each(Object.keys(films))('%s', (kind) => {
  test.each(['film.mp4', 'film.webm', 'film.webp', 'film.gif'])('%s', async (name) => {
    const film = films[kind];
    const make = (maxSize?: number, note = 'x'.repeat(300)) =>
      render(folder.in(name), film, { width, height, maxSize, note });
    const refusal = await make(200).then(
      () => '',
      ({ message }) => message,
    );
    const [, , least] = /cannot be made smaller than (\d+) kB: allow that with --max-size (\d+)kB/.exec(
      refusal,
    )!;
    expect(readdirSync(folder.in())).toEqual([]);
    const { bytes: whole } = await make();
    // What is named can be had; so can anything above it, and it is what is in the file.
    for (const maxSize of [
      1000 * Number(least),
      (1000 * Number(least) + whole) / 2,
      0.9 * whole,
      3 * whole,
    ].map(Math.floor)) {
      if (maxSize < 1000 * Number(least)) continue;
      const { path, bytes } = await make(maxSize);
      expect(bytes).toBe(statSync(path).size);
      expect(bytes, `of ${maxSize}`).toBeLessThanOrEqual(maxSize);
      if (name === 'film.gif') continue; // which may have become smaller, or have fewer frames
      if (name === 'film.webp') continue; // which this ffmpeg may not decode, and which joins frames that are alike
      expect((await decode(path, { width, height })).frames).toHaveLength(film.length);
    }
    expect(readdirSync(folder.in())).toEqual([name]);
  });
});
