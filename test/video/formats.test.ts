/** Every frame reaches the file, once, in order and unchanged; and the file has the right duration and colour tags. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decode, decodeWebp, FROM_BT709, readGif, readMp4 } from './decode.js';
import { difference, HEIGHT, noise, picture, render, testFolder, WIDTH } from './films.js';
import { yuv420p } from './yuv.js';

const folder = testFolder();
const size = { width: WIDTH, height: HEIGHT };
const COUNTS = [1, 2, 3, 7, 11];

/** The mean error allowed for a codec, in 8-bit steps. Neighbouring frames differ by 14. */
const VIDEO = 3;
const pictures = (n: number) => Array.from({ length: n }, (_, i) => picture(i));

/** Expects every frame within `tolerance` of its source, in 8-bit steps on average. Neighbours differ by 14. */
function expectInPlace(decoded: Uint8Array[], sent: Uint8Array[], tolerance: number): void {
  expect(decoded.length).toBe(sent.length);
  for (const [i, frame] of decoded.entries()) {
    expect(difference(frame, sent[i]), `frame ${i}`).toBeLessThan(tolerance);
  }
}

describe('PNG', () => {
  test.each(COUNTS)('%i frames in, as many out, unchanged', async (n) => {
    const sent = Array.from({ length: n }, (_, i) => noise(i));
    const { path, bytes } = await render(folder.in('frames', '%04d.png'), sent);
    const { frames } = await decode(path, { ...size, input: ['-start_number', '0'] });
    expect(frames.map((frame) => Buffer.compare(frame, sent[frames.indexOf(frame)]))).toEqual(
      sent.map(() => 0),
    );
    expect(bytes).toBeGreaterThan(n * WIDTH * HEIGHT * 3); // noise does not compress
  });

  test('a still is unchanged, at any size', async () => {
    const sent = noise(5, 31, 17);
    const { path } = await render(folder.in('still.png'), [sent], { width: 31, height: 17 });
    const { frames } = await decode(path, { width: 31, height: 17 });
    expect(frames).toHaveLength(1);
    expect(Buffer.compare(frames[0], sent)).toBe(0);
  });

  test('the fourth byte of a pixel is ignored', async () => {
    const clear = picture(0).map((value, at) => (at % 4 === 3 ? at % 251 : value));
    const { path } = await render(folder.in('clear.png'), [clear]);
    const { frames } = await decode(path, size);
    expect(Buffer.compare(frames[0], picture(0))).toBe(0);
  });
});

describe('MP4', () => {
  test.each(COUNTS)('%i frames in, as many out', async (n) => {
    const { path, bytes } = await render(folder.in('film.mp4'), pictures(n));
    const { frames, duration } = await decode(path, { ...size, filter: FROM_BT709 });
    expectInPlace(frames, pictures(n), VIDEO);
    expect(duration).toBeCloseTo(n / 25, 2);
    expect(bytes).toBe(readFileSync(path).length);
  });

  test('YUV frames make the same film as RGB', async () => {
    const sent = pictures(3);
    const planes = sent.map((frame) => yuv420p(frame, WIDTH, HEIGHT));
    const { path } = await render(folder.in('yuv.mp4'), planes, { pixels: 'yuv420p' });
    const { frames } = await decode(path, { ...size, filter: FROM_BT709 });
    expectInPlace(frames, sent, VIDEO);
    expect(readMp4(path).colour).toEqual({ type: 'nclx', codes: [1, 1, 1], full: false });
  });

  test('the index comes first, and the colours are declared', async () => {
    const { path } = await render(folder.in('film.mp4'), pictures(3));
    const { boxes, colour } = readMp4(path);
    expect(boxes.indexOf('moov')).toBeGreaterThan(-1);
    expect(boxes.indexOf('moov')).toBeLessThan(boxes.indexOf('mdat'));
    expect(colour).toEqual({ type: 'nclx', codes: [1, 1, 1], full: false });
  });

  // x264 adds its own error, which is as large at the default crf; hence both.
  test.each([
    ['rgba' as const, 'as x264 can hardly change them', 1],
    ['rgba' as const, 'as they are written', undefined],
    ['yuv420p' as const, 'as x264 can hardly change them', 1],
    ['yuv420p' as const, 'as they are written', undefined],
  ])('colours sent as %s arrive within 2/255, read as BT.709, %s', async (pixels, _, crf) => {
    const levels = [0, 64, 128, 191, 255];
    const colours = levels.flatMap((r) => levels.flatMap((g) => levels.map((b) => [r, g, b])));
    const side = 16; // of a patch, in pixels: one H.264 macroblock
    const columns = 25;
    const shape = { width: columns * side, height: (colours.length / columns) * side };
    const sent = new Uint8Array(shape.width * shape.height * 4);
    for (let y = 0; y < shape.height; y++) {
      for (let x = 0; x < shape.width; x++) {
        const patch = Math.floor(y / side) * columns + Math.floor(x / side);
        sent.set([...colours[patch], 255], 4 * (y * shape.width + x));
      }
    }

    const handed = pixels === 'yuv420p' ? yuv420p(sent, shape.width, shape.height) : sent;
    const options = { ...shape, pixels, crf };
    const { path } = await render(folder.in('patches.mp4'), [handed, handed, handed], options);
    const [, , frame] = (await decode(path, { ...shape, filter: FROM_BT709 })).frames;
    /** The mean over the 8x8 pixels in the middle of a patch, away from its neighbours. */
    const mean = (patch: number, channel: number) => {
      const [left, top] = [(patch % columns) * side + 4, Math.floor(patch / columns) * side + 4];
      let sum = 0;
      for (let y = top; y < top + 8; y++) {
        for (let x = left; x < left + 8; x++) sum += frame[4 * (y * shape.width + x) + channel];
      }
      return sum / 64;
    };
    let worst = { by: 0, what: '' };
    for (const [patch, colour] of colours.entries()) {
      const got = [0, 1, 2].map((channel) => mean(patch, channel));
      const by = Math.max(...got.map((value, channel) => Math.abs(value - colour[channel])));
      if (by > worst.by) worst = { by, what: `${colour} came out as ${got}` };
    }
    expect(worst.by, worst.what).toBeLessThanOrEqual(2);
  });
});

describe('WebM', () => {
  test.each(COUNTS)('%i frames in, as many out', async (n) => {
    const { path } = await render(folder.in('film.webm'), pictures(n));
    const { frames, duration } = await decode(path, { ...size, filter: FROM_BT709 });
    expectInPlace(frames, pictures(n), VIDEO);
    expect(duration).toBeCloseTo(n / 25, 2);
  });
});

describe('MOV', () => {
  test.each(COUNTS)('%i frames in, as many out, nearly unchanged', async (n) => {
    const { path } = await render(folder.in('film.mov'), pictures(n));
    const { frames, duration } = await decode(path, { ...size, filter: FROM_BT709 });
    expectInPlace(frames, pictures(n), 1);
    expect(duration).toBeCloseTo(n / 25, 2);
    expect(readMp4(path).colour).toMatchObject({ codes: [1, 1, 1] });
  });
});

describe.each(['per-frame', 'global'] as const)('GIF, %s palette', (gifPalette) => {
  test.each(COUNTS)('%i frames in, as many out', async (n) => {
    const { path } = await render(folder.in('film.gif'), pictures(n), { gifPalette });
    const { frames } = await decode(path, size);
    expectInPlace(frames, pictures(n), gifPalette === 'global' && n > 3 ? 6 : 3);
    expect(readGif(path).delays).toEqual(Array(n).fill(4));
  });

  test('it loops forever, and 30 fps keep their timing', async () => {
    const { path } = await render(folder.in('film.gif'), pictures(7), { gifPalette, fps: 30 });
    const { delays, loop } = readGif(path);
    expect(loop).toBe(0);
    expect(delays).toEqual([3, 4, 3, 3, 4, 3, 3]); // 23 hundredths for 7/30 of a second
  });
});

describe('WebP', () => {
  test.each(COUNTS)('%i frames in, as many out', async (n) => {
    const { path } = await render(folder.in('film.webp'), pictures(n));
    const { frames, times, loop } = await decodeWebp(path, size);
    expectInPlace(frames, pictures(n), 4);
    expect(times).toEqual(n === 1 ? [] : Array(n).fill(40)); // one frame is a still
    expect(loop).toBe(n === 1 ? undefined : 0);
  });
});

describe('identical frames', () => {
  const [a, b, c] = pictures(3);
  const sent = [a, a, a, b, b, c, c];

  test.each(['film.mp4', 'film.webm', 'film.mov'])('%s keeps each of them', async (name) => {
    const { path } = await render(folder.in(name), sent);
    const { frames, duration } = await decode(path, { ...size, filter: FROM_BT709 });
    expectInPlace(frames, sent, VIDEO);
    expect(duration).toBeCloseTo(7 / 25, 2);
  });

  test.each(['per-frame', 'global'] as const)(
    'a GIF with a %s palette keeps each of them',
    async (gifPalette) => {
      const { path } = await render(folder.in('film.gif'), sent, { gifPalette });
      expectInPlace((await decode(path, size)).frames, sent, 3);
      expect(readGif(path).delays).toEqual(Array(7).fill(4));
    },
  );

  test('a PNG sequence keeps each of them', async () => {
    const { path } = await render(folder.in('%d.png'), sent);
    expectInPlace((await decode(path, size)).frames, sent, 0.001);
  });

  test('a WebP merges them into one with their total duration', async () => {
    const { path } = await render(folder.in('film.webp'), sent);
    const { frames, times } = await decodeWebp(path, size);
    expectInPlace(frames, [a, b, c], 4);
    expect(times).toEqual([120, 80, 80]);
  });
});

test.each([12.5, 23.976, 59.94, 60])('at %f fps no frame is dropped or duplicated', async (fps) => {
  for (const name of ['film.mp4', 'film.webm']) {
    const { path } = await render(folder.in(name), pictures(11), { fps });
    const { frames, duration } = await decode(path, { ...size, filter: FROM_BT709 });
    expectInPlace(frames, pictures(11), VIDEO);
    expect(Math.abs(duration - 11 / fps), name).toBeLessThan(0.011); // ffmpeg prints hundredths
  }
});

test.each(['a.mp4', 'a.webm', 'a.gif', 'a.webp', 'a.mov', 'a.png'])(
  'the same frames make the same %s, byte for byte',
  async (name) => {
    const frames = name === 'a.png' ? pictures(1) : pictures(5);
    const { path: first } = await render(folder.in('1', name), frames);
    const { path: second } = await render(folder.in('2', name), frames);
    expect(readFileSync(first).equals(readFileSync(second))).toBe(true);
  },
);
