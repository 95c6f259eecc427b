/** Writes PNGs without ffmpeg, so that stills, sheets and sequences do not need it. */

import { promises as fs } from 'node:fs';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { crc32, deflate, inflate } from 'node:zlib';
import { RenderError } from '../core/errors.js';
import { roundedTo8 } from '../core/frame/pixels.js';
import { type Bytes, Malformed, textOf } from '../files/bytes.js';
import { apngFrames } from '../files/read/apng.js';
import { APNG_TAIL, apngFrame, apngHead, type Place } from '../files/write/apng.js';
import { encodePng as encode, type PngShape, pngHead, pngsIn } from '../files/write/png.js';
import type { FilmShape } from './formats/format.js';
import { named, withBytes, writeError } from './opened.js';
import { fractionOf } from './rate.js';
import type { Exit, Run } from './run.js';

/** Encodes a picture as a PNG, in Node's thread pool. @param rgba - Read before this returns. */
export const encodePng = (rgba: Uint8Array, shape: PngShape): Promise<Uint8Array> =>
  encode(rgba, shape, promisify(deflate));

/** How many frames are compressed at a time: one per core, at most the four threads of Node's pool. */
const AT_ONCE = Math.min(4, availableParallelism());

/** Encodes the next frame. The frame is read before this returns. */
type Encode = (frame: Uint8Array) => Promise<Uint8Array>;

/** Each frame as a PNG. Frames with 16 bits are rounded to 8. */
const whole = (film: FilmShape): Encode => {
  const deep = film.pixels === 'rgba64';
  return (frame) => encodePng(deep ? roundedTo8(frame) : frame, film);
};

/** Of each frame, the smallest rectangle with all pixels that differ from the frame before. */
function changesOf(film: FilmShape): Encode {
  const { width, height, alpha } = film;
  const before = new Uint8Array(4 * width * height);
  let isFirst = true;
  return (frame) => {
    const place = isFirst ? { x: 0, y: 0, width, height } : changed(frame, before, film);
    isFirst = false;
    before.set(frame);
    const part = new Uint8Array(4 * place.width * place.height);
    for (let y = 0; y < place.height; y++) {
      const at = 4 * ((place.y + y) * width + place.x);
      part.set(frame.subarray(at, at + 4 * place.width), 4 * y * place.width);
    }
    const shape = { width: place.width, height: place.height, alpha };
    return encode(part, shape, promisify(deflate), [place.x, place.y]);
  };
}

/** The rectangle in which a frame differs from the one before; one pixel if it does not. */
function changed(frame: Uint8Array, before: Uint8Array, { width, alpha }: FilmShape): Place {
  let [left, right, top, bottom] = [width, 0, -1, 0];
  for (let i = 0, at = 0; at < frame.length; i++, at += 4) {
    if (frame[at] === before[at] && frame[at + 1] === before[at + 1] && frame[at + 2] === before[at + 2])
      if (!alpha || frame[at + 3] === before[at + 3]) continue;
    const x = i % width;
    bottom = (i - x) / width;
    if (top < 0) top = bottom;
    if (x < left) left = x;
    if (x > right) right = x;
  }
  if (top < 0) return { x: 0, y: 0, width: 1, height: 1 };
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/**
 * Accepts frames as ffmpeg does, and writes them as PNGs into one file, one after the other.
 * @param path - Absolute.
 * @throws RenderError if the file cannot be opened.
 */
export const startPngs = (path: string, film: FilmShape): Promise<Run> => start(path, whole(film));

/** The same, but writes only what changes from frame to frame: PNGs that know their places. */
export const startChanges = (path: string, film: FilmShape): Promise<Run> => start(path, changesOf(film));

async function start(path: string, encode: Encode): Promise<Run> {
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
      const png = encode(frame);
      last = Promise.all([png, last]).then(async ([bytes]) => {
        if (failure) throw failure;
        await file.writeFile(bytes).catch((error) => {
          throw fail(error);
        });
      });
      last.catch((error: Error) => {
        fail(error);
        void leave();
      });
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
 * Joins files of PNGs, as written by startChanges, to an APNG.
 * @param to - Its path.
 */
export async function joinPngs(paths: string[], film: FilmShape, to: string): Promise<void> {
  const shape = { ...film, duration: durationOf(film.fps) };
  const refuse = (error: unknown): never => {
    throw writeError('The APNG', error);
  };
  const out = await fs.open(to, 'w').catch(refuse);
  try {
    await out.writeFile(apngHead(shape)).catch(refuse);
    let number = 0;
    for (const path of paths) {
      const pictures = withBytes(path, (bytes) => named(path, () => picturesIn(bytes, film, true)));
      if (typeof pictures === 'string') throw new RenderError(`${path} cannot be joined: ${pictures}.`);
      const file = await fs.open(path);
      try {
        for (const { place, data } of pictures) {
          const pixels = await readParts(file, data);
          await out.writeFile(apngFrame(number++, place, shape, pixels)).catch(refuse);
        }
      } finally {
        await file.close();
      }
    }
    await out.writeFile(APNG_TAIL).catch(refuse);
  } finally {
    await out.close();
  }
}

/** A frame's duration in seconds: a fraction of numbers with 16 bits. 120000/1001 fps become 2997/25. */
function durationOf(fps: number): [numerator: number, denominator: number] {
  const [frames, seconds] = fractionOf(fps, 65_535);
  return [seconds, frames];
}

/**
 * Checks a file of PNGs, as written by startPngs or startChanges, one that was split from it, or an APNG.
 * @param decoded - Whether to decompress the pictures.
 * @param kind - Whether these are parts of a picture, or an APNG.
 * @returns A checksum of each picture's compressed pixels, or what is wrong with one.
 */
export async function checksumsOfPngs(
  path: string,
  shape: PngShape,
  decoded: boolean,
  kind?: 'parts' | 'apng',
): Promise<string[] | string> {
  const pictures = withBytes(path, (bytes) =>
    kind === 'apng' ? Array.from(apngFrames(bytes), withPlace) : picturesIn(bytes, shape, kind === 'parts'),
  );
  if (typeof pictures === 'string') return pictures;
  const checksums: string[] = [];
  const file = await fs.open(path);
  try {
    for (let i = 0; i < pictures.length; i += AT_ONCE) {
      const several = pictures.slice(i, i + AT_ONCE).map(async ({ place, data: parts }) => {
        const rows = (1 + place.width * (shape.alpha ? 4 : 3)) * place.height;
        const data = await readParts(file, parts);
        if (decoded) {
          const pixels = await promisify(inflate)(data, { maxOutputLength: rows }).catch(() => undefined);
          if (pixels?.length !== rows) return undefined;
        }
        return `${Object.values(place).join()},${data.length},${crc32(data)}`;
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

/** A picture in a file. */
interface Picture {
  place: Place;
  /** Where its compressed pixels are. */
  data: { at: number; length: number }[];
}

const withPlace = ({ x, y, width, height, data }: Place & Pick<Picture, 'data'>): Picture => ({
  place: { x, y, width, height },
  data,
});

async function readParts(file: fs.FileHandle, parts: Picture['data']): Promise<Buffer> {
  const read = parts.map(async ({ at, length }) => {
    const part = Buffer.alloc(length);
    await file.read(part, 0, length, at);
    return part;
  });
  return Buffer.concat(await Promise.all(read));
}

/**
 * The pictures in a file of PNGs; or what is wrong with one.
 * @param inParts - Whether each may be a part of a picture, with its place.
 */
function picturesIn(bytes: Bytes, shape: PngShape, inParts = false): Picture[] | string {
  const pictures: Picture[] = [];
  try {
    for (const { start, end } of pngsIn(bytes)) {
      const [width, height] = inParts
        ? [bytes.be(start + 16, 4), bytes.be(start + 20, 4)]
        : [shape.width, shape.height];
      const place = { x: 0, y: 0, width, height };
      // Without the signature: IHDR and sRGB, with their checksums.
      const head = textOf(pngHead({ ...shape, width, height }).subarray(8));
      if (bytes.text(start, 8) !== '\x89PNG\r\n\x1a\n' || bytes.text(start + 8, head.length) !== head)
        return `its picture ${pictures.length} is not a PNG of ${shape.width}x${shape.height} like the others`;
      const data: Picture['data'] = [];
      for (let at = start + 8; at < end; ) {
        const length = bytes.be(at, 4);
        const name = bytes.text(at + 4);
        if (crc32(bytes.slice(at + 4, length + 4)) !== bytes.be(at + 8 + length, 4))
          return `its picture ${pictures.length} does not match its checksum`;
        if (name === 'IDAT') data.push({ at: at + 8, length });
        if (name === 'oFFs' && inParts) [place.x, place.y] = [bytes.be(at + 8, 4), bytes.be(at + 12, 4)];
        at += 12 + length;
      }
      if (place.x + width > shape.width || place.y + height > shape.height)
        return `its picture ${pictures.length} is larger than the film`;
      pictures.push({ place, data });
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return `its picture ${pictures.length} ${error.message}`;
  }
  return pictures;
}
