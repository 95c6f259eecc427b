/** Writes PNGs without ffmpeg, so that stills, sheets and sequences do not need it. */

import { promises as fs } from 'node:fs';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { RenderError } from '../core/errors.js';
import { encodePng as encode, type PngShape, pngsIn } from '../files/write/png.js';
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
