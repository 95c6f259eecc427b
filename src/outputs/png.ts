/** Writes PNGs without ffmpeg, so that stills, sheets and sequences do not need it. */

import { promises as fs } from 'node:fs';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { crc32, deflate, inflate } from 'node:zlib';
import { RenderError } from '../core/errors.js';
import { type Bytes, Malformed, textOf } from '../files/bytes.js';
import { encodePng as encode, type PngShape, pngHead, pngsIn } from '../files/write/png.js';
import { named, withBytes, writeError } from './opened.js';
import type { Exit, Run } from './run.js';

/** Encodes a picture as a PNG, in Node's thread pool. @param rgba - Read before this returns. */
export const encodePng = (rgba: Uint8Array, shape: PngShape): Promise<Uint8Array> =>
  encode(rgba, shape, promisify(deflate));

/** How many frames are compressed at a time: one per core, at most the four threads of Node's pool. */
const AT_ONCE = Math.min(4, availableParallelism());

/**
 * Accepts frames as ffmpeg does, and writes them as PNGs into one file, one after the other.
 * @param path - Absolute.
 * @throws RenderError if the file cannot be opened.
 */
export async function startPngs(path: string, film: PngShape): Promise<Run> {
  let failure: Error | undefined;
  const fail = (error: unknown) => {
    failure ??= writeError('Pictures', error);
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
 * @param to - Gives each picture's path. Pictures are counted from 0 across all files.
 */
export async function splitPngs(paths: string[], to: (number: number) => string): Promise<void> {
  let number = 0;
  for (const path of paths) {
    const pngs = withBytes(path, (bytes) => named(path, () => [...pngsIn(bytes)]));
    const file = await fs.open(path);
    try {
      for (const { start, end } of pngs) {
        const png = Buffer.alloc(end - start);
        await file.read(png, 0, png.length, start);
        await fs.writeFile(to(number++), png).catch((error) => {
          throw writeError('Pictures', error);
        });
      }
    } finally {
      await file.close();
    }
  }
}

/**
 * Checks a file of PNGs, as written by startPngs, or one that was split from it.
 * @param decoded - Whether to decompress the pictures.
 * @returns A checksum of each picture's compressed pixels, or what is wrong with one.
 */
export async function checksumsOfPngs(
  path: string,
  shape: PngShape,
  decoded: boolean,
): Promise<string[] | string> {
  const pictures = withBytes(path, (bytes) => picturesIn(bytes, shape));
  if (typeof pictures === 'string') return pictures;
  const rows = (1 + shape.width * (shape.alpha ? 4 : 3)) * shape.height;
  const checksums: string[] = [];
  const file = await fs.open(path);
  try {
    for (let i = 0; i < pictures.length; i += AT_ONCE) {
      const several = pictures.slice(i, i + AT_ONCE).map(async (parts) => {
        const data = Buffer.concat(
          await Promise.all(
            parts.map(async ({ at, length }) => {
              const part = Buffer.alloc(length);
              await file.read(part, 0, length, at);
              return part;
            }),
          ),
        );
        if (decoded) {
          const pixels = await promisify(inflate)(data, { maxOutputLength: rows }).catch(() => undefined);
          if (pixels?.length !== rows) return undefined;
        }
        return `${data.length},${crc32(data)}`;
      });
      const some = await Promise.all(several);
      const bad = some.indexOf(undefined);
      if (bad >= 0) return `its picture ${i + bad} cannot be decompressed`;
      checksums.push(...(some as string[]));
    }
  } finally {
    await file.close();
  }
  return checksums;
}

/** Where the compressed pixels of each picture are; or what is wrong with one. */
function picturesIn(bytes: Bytes, shape: PngShape): { at: number; length: number }[][] | string {
  const head = textOf(pngHead(shape).subarray(8)); // without the signature: IHDR and sRGB, with their checksums
  const pictures: { at: number; length: number }[][] = [];
  try {
    for (const { start, end } of pngsIn(bytes)) {
      if (bytes.text(start, 8) !== '\x89PNG\r\n\x1a\n' || bytes.text(start + 8, head.length) !== head)
        return `its picture ${pictures.length} is not a PNG of ${shape.width}x${shape.height} like the others`;
      const parts: { at: number; length: number }[] = [];
      for (let at = start + 8; at < end; ) {
        const length = bytes.be(at, 4);
        if (crc32(bytes.slice(at + 4, length + 4)) !== bytes.be(at + 8 + length, 4))
          return `its picture ${pictures.length} does not match its checksum`;
        if (bytes.text(at + 4) === 'IDAT') parts.push({ at: at + 8, length });
        at += 12 + length;
      }
      pictures.push(parts);
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return `its picture ${pictures.length} ${error.message}`;
  }
  return pictures;
}
