/**
 * Flat colours are within 2/255 in every format, for readers that follow the frames' tags and for readers that follow
 * the container's.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { decode, FROM_BT709, readMp4, testFfmpeg } from './decode.js';
import { render, testFolder } from './films.js';

const folder = testFolder();
const levels = [0, 64, 128, 191, 255];
const colours = levels.flatMap((r) => levels.flatMap((g) => levels.map((b) => [r, g, b])));
colours[7] = [0x00, 0xbd, 0xf2];

const SIDE = 16; // of a patch, in pixels: one H.264 macroblock
const COLUMNS = 25;
const shape = { width: COLUMNS * SIDE, height: (colours.length / COLUMNS) * SIDE };
const patches = new Uint8Array(shape.width * shape.height * 4);
for (let y = 0; y < shape.height; y++) {
  for (let x = 0; x < shape.width; x++) {
    const patch = Math.floor(y / SIDE) * COLUMNS + Math.floor(x / SIDE);
    patches.set([...colours[patch], 255], 4 * (y * shape.width + x));
  }
}

/** The error of the worst patch, by the mean of its middle, away from its neighbours. */
function worstOf(frame: Uint8Array): { by: number; what: string } {
  let worst = { by: 0, what: '' };
  for (const [patch, colour] of colours.entries()) {
    const [left, top] = [(patch % COLUMNS) * SIDE + 4, Math.floor(patch / COLUMNS) * SIDE + 4];
    const sums = [0, 0, 0];
    for (let y = top; y < top + 8; y++)
      for (let x = left; x < left + 8; x++)
        for (const channel of sums.keys()) sums[channel] += frame[4 * (y * shape.width + x) + channel];
    const got = sums.map((sum) => sum / 64);
    const by = Math.max(...got.map((value, channel) => Math.abs(value - colour[channel])));
    if (by > worst.by) worst = { by, what: `${colour} came out as ${got}` };
  }
  return worst;
}

/** Exact arithmetic, with the matrix that ffmpeg assumes for the file. */
const AS_TAGGED = 'scale=out_range=full:flags=accurate_rnd+full_chroma_int+bicubic';

describe.each([
  ['film.mp4', false],
  ['film.webm', false],
  ['clear.webm', true],
  ['film.mov', false],
  ['clear.mov', true],
  ['film.webp', false],
  ['film.gif', false],
  ['film.png', false],
  ['clear.png', true],
])('%s', (name, alpha) => {
  test('keeps colours within 2/255', async () => {
    const still = /png|webp/.test(name);
    const frames = still ? [patches] : [patches, patches, patches];
    const { path } = await render(folder.in(name), frames, { ...shape, alpha });
    const filters = /png|webp|gif/.test(name) ? [AS_TAGGED] : [AS_TAGGED, FROM_BT709];
    for (const filter of filters) {
      const { frames } = await decode(path, { ...shape, filter });
      const { by, what } = worstOf(frames.at(-1)!);
      expect(by, `${filter}: ${what}`).toBeLessThanOrEqual(2);
    }
  });
});

describe('both are tagged BT.709:', () => {
  const BT709 = [1, 1, 1]; // primaries, transfer, matrix, as ISO/IEC 23091-2 numbers them
  let ffmpeg = '';
  beforeAll(async () => {
    ffmpeg = (await testFfmpeg()).path;
  });
  const film = (name: string, alpha?: boolean) =>
    render(folder.in(name), [patches, patches, patches], { ...shape, alpha }).then(({ path }) => path);

  test('the box and the H.264 of an MP4', async () => {
    const path = await film('film.mp4');
    expect(readMp4(path).colour).toEqual({ type: 'nclx', codes: BT709, full: false });
    const bare = folder.in('bare.h264'); // the stream alone
    execFileSync(ffmpeg, ['-v', 'error', '-i', path, '-c', 'copy', '-bsf:v', 'h264_mp4toannexb', bare]);
    const { frames } = await decode(bare, { ...shape, filter: AS_TAGGED });
    const { by, what } = worstOf(frames[2]);
    expect(by, what).toBeLessThanOrEqual(2);
  });

  test.each([false, true])('the element and the VP9 of a WebM, transparent: %s', async (alpha) => {
    const path = await film('film.webm', alpha);
    const bytes = readFileSync(path);
    // Colour's MatrixCoefficients, TransferCharacteristics and Primaries, one byte each.
    const codes = ['55bb81', '55ba81', '55b181'].map(
      (id) => bytes[bytes.indexOf(Buffer.from(id, 'hex')) + 3],
    );
    expect(codes).toEqual(BT709);
    const bare = folder.in('bare.ivf');
    execFileSync(ffmpeg, ['-v', 'error', '-i', path, '-c', 'copy', bare]);
    const frame = readFileSync(bare).subarray(32 + 12); // after the file's header and the frame's
    // VP9's uncompressed header: 8 bits for the kind of frame, a sync code of 24, then 3 for the colour space.
    expect(frame.subarray(1, 4).toString('hex')).toBe('498342');
    expect(frame[4] >> 5).toBe(2); // CS_BT_709
    expect((frame[4] >> 4) & 1).toBe(0); // 16 to 235
  });

  test.each([false, true])('the box and every ProRes frame of a MOV, transparent: %s', async (alpha) => {
    const path = await film('film.mov', alpha);
    expect(readMp4(path).colour).toMatchObject({ codes: BT709 });
    const bytes = readFileSync(path);
    const frames: number[][] = [];
    for (let at = bytes.indexOf('icpf'); at !== -1; at = bytes.indexOf('icpf', at + 1))
      frames.push([...bytes.subarray(at + 4 + 14, at + 4 + 17)]); // SMPTE RDD 36, 6.1.1
    expect(frames).toEqual([BT709, BT709, BT709]);
    // A reader that finds no tags in the container must use those of the frames.
    bytes.write('free', bytes.indexOf('colr'));
    const bare = folder.in('bare.mov');
    writeFileSync(bare, bytes);
    const decoded = await decode(bare, { ...shape, filter: AS_TAGGED });
    const { by, what } = worstOf(decoded.frames[2]);
    expect(by, what).toBeLessThanOrEqual(2);
  });

  test('and a PNG says sRGB', async () => {
    const { path } = await render(folder.in('film.png'), [patches], shape);
    expect(readFileSync(path).indexOf('sRGB')).toBeGreaterThan(0);
  });
});
