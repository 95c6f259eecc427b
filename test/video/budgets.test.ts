/** That budgets hold for films of every kind, in every format, from too small to more than enough. */

import { readdirSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decode } from './decode.js';
import { noise, picture, render, testFolder } from './films.js';

const folder = testFolder();
const [width, height] = [48, 36];

/** Half changing noise, half a static picture. */
function half(i: number): Uint8Array {
  const frame = picture(0, width, height);
  frame.set(noise(i, width, height).subarray(0, frame.length / 2));
  return frame;
}

const films: Record<string, Uint8Array[]> = {
  'a smooth film': Array.from({ length: 8 }, (_, i) => picture(i, width, height)),
  'an almost static film': Array.from({ length: 8 }, (_, i) => picture(i < 4 ? 0 : 1, width, height)),
  'a film that is half noise': Array.from({ length: 8 }, (_, i) => half(i)),
  'a film with one frame': [noise(1, width, height)],
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
    // The minimum that an error names is possible, and so is anything above it; the file has that size.
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
      if (name === 'film.gif') continue; // may be smaller or have fewer frames
      if (name === 'film.webp') continue; // this ffmpeg may not decode it, and it merges identical frames
      expect((await decode(path, { width, height })).frames).toHaveLength(film.length);
    }
    expect(readdirSync(folder.in())).toEqual([name]);
  });
});
