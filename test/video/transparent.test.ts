/** Transparency is kept in formats that support it, and refused in others. */

import { expect, test } from 'vitest';
import { decode, FROM_BT709 } from './decode.js';
import { HEIGHT, picture, render, testFolder, WIDTH } from './films.js';

const folder = testFolder();
const size = { width: WIDTH, height: HEIGHT };

/** Pictures that are half-transparent in the top 16 rows; below, transparent on the left and opaque on the right. */
const sent = Array.from({ length: 5 }, (_, i) =>
  picture(i).map((value, at) => {
    if (at % 4 !== 3) return value;
    const [x, y] = [(at >> 2) % WIDTH, Math.floor((at >> 2) / WIDTH)];
    return y < 16 ? 128 : x < WIDTH / 2 ? 0 : 255;
  }),
);
const alphas = (frame: Uint8Array) => frame.filter((_, at) => at % 4 === 3);

test('a PNG keeps every byte', async () => {
  const { path } = await render(folder.in('%d.png'), sent, { alpha: true });
  const { frames } = await decode(path, { ...size, input: ['-start_number', '0'] });
  expect(frames.map((frame, i) => Buffer.compare(frame, sent[i]))).toEqual([0, 0, 0, 0, 0]);
});

test.each([undefined, 3000])(
  'a WebM is as transparent as its frames, within a budget of %s',
  async (maxSize) => {
    const { path, bytes } = await render(folder.in('film.webm'), sent, { alpha: true, maxSize });
    if (maxSize) expect(bytes).toBeLessThanOrEqual(maxSize);
    // ffmpeg's own decoder ignores transparency.
    const { frames } = await decode(path, { ...size, input: ['-c:v', 'libvpx-vp9'], filter: FROM_BT709 });
    expect(frames).toHaveLength(5);
    for (const [i, frame] of frames.entries()) {
      const off = alphas(frame).map((alpha, at) => Math.abs(alpha - alphas(sent[i])[at]));
      expect(off.reduce((sum, by) => sum + by) / off.length, `frame ${i}`).toBeLessThan(4);
    }
  },
);

test('ProRes is nearly as transparent as its frames', async () => {
  const { path } = await render(folder.in('film.mov'), sent, { alpha: true });
  const { frames } = await decode(path, { ...size, filter: FROM_BT709 });
  expect(frames).toHaveLength(5);
  for (const [i, frame] of frames.entries()) {
    const off = alphas(frame).map((alpha, at) => Math.abs(alpha - alphas(sent[i])[at]));
    expect(Math.max(...off), `frame ${i}`).toBeLessThanOrEqual(1);
  }
});

test.each(['film.mp4', 'film.gif', 'film.webp'])(
  '%s is refused, with what to write instead',
  async (name) => {
    await expect(render(folder.in(name), sent, { alpha: true })).rejects.toThrow(
      /cannot be --transparent, .*: write \.webm \(VP9\), \.mov \(ProRes 4444\), \.apng or frames as name-%04d\.png\.$/,
    );
  },
);
