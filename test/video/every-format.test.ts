/** What every format must do: applied to each in the table, new ones included. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import type { PixelFormat } from '../../src/core/frame/pixels.js';
import { encodingOf } from '../../src/outputs/encode.js';
import type { FilmShape } from '../../src/outputs/formats/format.js';
import {
  checkOutput,
  formatList,
  type Output,
  parseOutput,
  pixelFormatsFor,
  probe,
} from '../../src/outputs/index.js';
import { ffmpegFor } from './decode.js';
import { fakeFfmpeg, HEIGHT, noise, picture, render as renderAny, testFolder, WIDTH } from './films.js';
import { yuv420p } from './yuv.js';

const folder = testFolder();
const film: FilmShape = { width: WIDTH, height: HEIGHT, fps: 25, frames: 60 };
/** Whether a program can be pinned to one of several cores. */
const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-c', '0', 'true']).status === 0;

/** A frame in another pixel format. */
function framesAs(pixels: PixelFormat, rgba: Uint8Array): Uint8Array {
  if (pixels === 'yuv420p') return yuv420p(rgba, WIDTH, HEIGHT);
  if (pixels === 'rgba') return rgba;
  return new Uint8Array(Uint16Array.from(rgba, (value) => 256 * value).buffer);
}

const note = '{"untrained":1,"scene":"<&>"}';

test('names are unique, and each ending chooses a format', () => {
  expect(new Set(formatList.map(({ name }) => name)).size).toBe(formatList.length);
  for (const { endings } of formatList)
    for (const ending of endings) {
      expect(ending).toMatch(/^[a-z0-9]+$/);
      const { format } = parseOutput(`film.${ending.toUpperCase()}`);
      expect(formatList.find(({ name }) => name === format)?.endings).toContain(ending);
    }
});

/** Whether there is an ffmpeg that can make each format. */
const ffmpegs = await Promise.all(formatList.map(ffmpegFor));
const makeable = formatList.flatMap((format, i) => {
  const ffmpeg = ffmpegs[i];
  return ffmpeg ? [[format.name, format, ffmpeg] as const] : [];
});

describe.each(makeable)('%s', (name, format, ffmpeg) => {
  const codec = format.choice;
  const render: typeof renderAny = (path, frames, options) =>
    renderAny(path, frames, { codec, ffmpeg, ...options });
  const output: Output = { path: `film.${format.endings[0]}`, format: name, sequence: false };
  const pictures = Array.from({ length: format.onePicture ? 1 : 3 }, (_, i) => picture(i));
  /** Whether file names choose this format, rather than another with its ending. */
  const chosen = parseOutput(output.path, { codec }).format === name;

  test.runIf(chosen)('is made from all pixel formats, with the right properties and its note', async () => {
    for (const pixels of pixelFormatsFor(output)) {
      const frames = pictures.map((rgba) => framesAs(pixels, rgba));
      const depth = pixels === 'rgba64' && format.deep ? 10 : 8;
      const made = await render(folder.in(output.path), frames, { note, pixels, depth });
      const read = probe(made.path);
      expect(read).toMatchObject({ format: name, width: WIDTH, height: HEIGHT, bytes: made.bytes, note });
      expect(read.frames).toBe(pictures.length);
      expect(read.seconds).toBeCloseTo(format.onePicture ? 0 : pictures.length / 25, 2);
      const bytes = readFileSync(made.path);
      if (format.tail) expect(Buffer.compare(bytes.subarray(-format.tail.length), format.tail)).toBe(0);
    }
  });

  test('is recognised by its own reader before any other', async () => {
    const { path } = await render(folder.in(output.path), pictures);
    const head = readFileSync(path).toString('latin1', 0, 64);
    expect(formatList.find(({ reader }) => reader.begins(head))?.reader).toBe(format.reader);
  });

  test('supports transparent frames if it says so, and refuses them otherwise', async () => {
    const alpha = { ...film, frames: pictures.length, alpha: true };
    if (!format.transparent) return expect(() => checkOutput(output, alpha)).toThrow('--transparent');
    await render(folder.in(output.path), pictures, { alpha: true });
    expect(probe(folder.in(output.path)).frames).toBe(pictures.length);
  });

  test('keeps its rules', async () => {
    const refuses = (change: Partial<FilmShape>) =>
      expect(() => checkOutput(output, { ...film, frames: 1, ...change }));
    if (format.evenSides) refuses({ width: 33 }).toThrow('34x48');
    else refuses({ width: 33 }).not.toThrow();
    if (format.maxSide) refuses({ width: format.maxSide + 1 }).toThrow(`${format.maxSide} pixels`);
    if (format.onePicture) refuses({ frames: 2 }).toThrow('-%04d.');
    else refuses({ frames: 2 }).not.toThrow();
    const refused = (options: object) =>
      render(folder.in(output.path), pictures, options).then(() => '', String);
    expect(await refused({ loops: 2 })).toMatch(format.loops ? /^$/ : /--loops applies only to/);
    if (format.fixedSize) expect(await refused({ maxSize: 1000 })).toContain('write ');
    const { option, least, most } = format.quality?.option ?? {};
    if (!option) return;
    for (const value of [least! - 1, most! + 1])
      expect(await refused({ [option]: value })).toContain(`from ${least}`);
    for (const value of [least, most]) expect(await refused({ [option]: value })).toBe('');
  });

  test('keeps to a maximum size, or refuses it', async () => {
    const frames = Array.from({ length: 6 }, (_, i) => noise(i));
    if (format.fixedSize) {
      const refused = render(folder.in(output.path), frames.slice(0, 1), { maxSize: 1e9 });
      await expect(refused).rejects.toThrow(format.fixedSize.instead);
      return;
    }
    const { bytes } = await render(folder.in('free', output.path), frames);
    const maxSize = Math.ceil(0.7 * bytes);
    const made = await render(folder.in(output.path), frames, { maxSize, note });
    expect(made.bytes).toBeLessThanOrEqual(maxSize);
    expect(made.chose).toContain('to fit');
    expect(probe(made.path).note).toBe(note);
  });

  test.skipIf(!canPin)('has the same bytes on one core', async () => {
    const [width, height] = [160, 112]; // x264 gives lower pictures one thread anyway
    const frames = Array.from({ length: format.onePicture ? 1 : 12 }, (_, i) => picture(i, width, height));
    const { path } = ffmpeg;
    const pinned = fakeFfmpeg(folder.in('ffmpeg'), `exec taskset -c 0 "${path}" "$@"`);
    const all = await render(folder.in('all', output.path), frames, { width, height });
    const one = await render(folder.in('one', output.path), frames, { width, height, ffmpeg: pinned });
    expect(readFileSync(one.path).equals(readFileSync(all.path))).toBe(true);
  });
});

test.each([
  [1080, 3],
  [96, 3],
  [80, 2],
  [16, 1],
])(
  'x264 gets the number of threads that it would choose on two cores: for %i rows, %i',
  (height, threads) => {
    const { takes } = encodingOf(parseOutput('film.mp4'), { ...film, height }, { maxSize: 1e6 });
    const { options } = takes.find(({ name }) => name === 'video')!;
    expect(options.slice(options.indexOf('libx264')).slice(0, 3)).toEqual([
      'libx264',
      '-threads',
      String(threads),
    ]);
  },
);
