/**
 * PNGs (ISO/IEC 15948), written without ffmpeg, so that stills, sheets and sequences need none: 8 bits, RGB or RGBA,
 * sRGB.
 */

import { promises as fs } from 'node:fs';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';
import { RenderError } from '../core/errors.js';
import { whyRefused } from '../system/folders.js';
import type { FilmShape } from './output.js';
import type { Exit, Run } from './run.js';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The last chunk of every PNG: no bytes of data, its name, its checksum. */
export const IEND = chunk('IEND', Buffer.alloc(0));

/** Filters of PNG: a byte less the one of the pixel before, or of the pixel above. */
const [SUB, UP] = [1, 2];

/** Which bytes of a row determine its filter: every nth. */
const SAMPLE = 8;

/** Says that colours are sRGB, with perceptual intent. */
const SRGB = chunk('sRGB', Buffer.of(0));

/** A chunk: the data's length, a four-letter name, the data, and the CRC of the latter two. */
export function chunk(name: string, data: Buffer): Buffer {
  const whole = Buffer.alloc(data.length + 12);
  whole.writeUInt32BE(data.length);
  whole.write(name, 4, 'latin1');
  data.copy(whole, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, data.length + 8)), data.length + 8);
  return whole;
}

/**
 * A picture as a PNG.
 * @param rgba - Four bytes a pixel, rows from the top. Read before this returns. Without alpha, the
 * fourth is ignored.
 */
export async function encodePng(
  rgba: Uint8Array,
  { width, height, alpha }: Pick<FilmShape, 'width' | 'height' | 'alpha'>,
): Promise<Buffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, alpha ? 6 : 2], 8); // bits of a sample; with alpha or without. Compression, filters, interlace: 0
  const data = await promisify(deflate)(filtered(rgba, width, height, alpha ? 4 : 3)); // in Node's own threads
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), SRGB, chunk('IDAT', data), IEND]);
}

/**
 * Rows as they are compressed, each after the number of its filter: that of the two which leaves smaller numbers. On
 * frames of sweeps, composed scenes and sheets the other two filters, for two to four times the work, gain 2% at most.
 */
function filtered(rgba: Uint8Array, width: number, height: number, channels: 3 | 4): Buffer {
  const stride = width * channels;
  const rows = Buffer.allocUnsafe((stride + 1) * height);
  let [row, above] = [new Uint8Array(stride), new Uint8Array(stride)];
  for (let y = 0; y < height; y++) {
    for (let from = 4 * y * width, to = 0; to < stride; from += 4, to += channels) {
      row[to] = rgba[from];
      row[to + 1] = rgba[from + 1];
      row[to + 2] = rgba[from + 2];
      if (channels === 4) row[to + 3] = rgba[from + 3];
    }
    let [at, filter] = [y * (stride + 1), UP];
    if (y === 0 || sizeOf(row, row, channels) < sizeOf(row, above, 0)) filter = SUB;
    rows[at++] = filter;
    if (filter === UP) {
      for (let i = 0; i < stride; i++) rows[at++] = row[i] - above[i];
    } else {
      for (let i = 0; i < channels; i++) rows[at++] = row[i];
      for (let i = channels; i < stride; i++) rows[at++] = row[i] - row[i - channels];
    }
    [row, above] = [above, row];
  }
  return rows;
}

/** The size of the differences, estimated from a sample: as numbers from -128 to 127, which is how they compress. */
function sizeOf(row: Uint8Array, before: Uint8Array, distance: number): number {
  let sum = 0;
  for (let i = distance; i < row.length; i += SAMPLE - 1) {
    const difference = (row[i] - before[i - distance]) & 255;
    sum += difference < 128 ? difference : 256 - difference;
  }
  return sum;
}

/** How many frames may be compressed at a time: as many as there are cores, for Node's four threads. */
const AT_ONCE = Math.min(4, availableParallelism());

/**
 * Accepts frames as ffmpeg does, and writes their PNGs into one file, one after the other.
 * @param path - Absolute.
 * @throws RenderError if the file cannot be opened.
 */
export async function startPngs(path: string, film: FilmShape): Promise<Run> {
  let failure: RenderError | undefined;
  const fail = (error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    const reason = `${whyRefused(error)}${code ? ` (${code})` : ''}`;
    failure ??= new RenderError(
      `Pictures cannot be written because ${reason}: free some space, or write elsewhere.`,
      {
        cause: error,
      },
    );
    return failure;
  };
  const file = await fs.open(path, 'w').catch((error) => {
    throw fail(error);
  });
  const underWay: Promise<void>[] = []; // in order
  let last: Promise<void> = Promise.resolve();
  let settle!: (exit: Exit) => void;
  const exit = new Promise<Exit>((resolve) => {
    settle = resolve;
  });

  async function leave(): Promise<void> {
    await last.catch(() => {});
    await file.close().catch(fail);
    settle({ code: failure ? 1 : 0, signal: null, stderr: [], error: failure });
  }

  return {
    exit,
    async write(frame) {
      if (failure) throw failure;
      const png = encodePng(frame, film);
      last = Promise.all([png, last]).then(async ([bytes]) => {
        if (failure) throw failure;
        await file.writeFile(bytes).catch((error) => {
          throw fail(error);
        });
      });
      last.catch(leave);
      underWay.push(last);
      if (underWay.length >= AT_ONCE) await underWay.shift();
    },
    end: () => void leave(),
    kill() {
      failure ??= new RenderError('Writing the pictures was stopped.');
      void leave();
    },
  };
}

/**
 * Splits files of PNGs, as written by startPngs, into one file per picture.
 * @param to - The path of each picture, counted from 0 over all files.
 */
export async function splitPngs(paths: string[], to: (number: number) => string): Promise<void> {
  let number = 0;
  for (const path of paths) {
    const file = await fs.open(path);
    try {
      const { size } = await file.stat();
      for (let start = 0; start < size; number++) {
        const png = Buffer.alloc((await endOf(file, start)) - start);
        await file.read(png, 0, png.length, start);
        await fs.writeFile(to(number), png);
        start += png.length;
      }
    } finally {
      await file.close();
    }
  }
}

/** Where the PNG ends that begins at `start`. */
async function endOf(file: fs.FileHandle, start: number): Promise<number> {
  const head = Buffer.alloc(8);
  for (let at = start + SIGNATURE.length; ; ) {
    const { bytesRead } = await file.read(head, 0, head.length, at);
    if (bytesRead < head.length) throw new Error('A segment of pictures is cut short.');
    at += 12 + head.readUInt32BE();
    if (head.toString('latin1', 4) === 'IEND') return at;
  }
}
