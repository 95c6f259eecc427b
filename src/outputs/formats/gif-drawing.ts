/** Makes a GIF from a film's lossless copy: with one palette per frame, or one for all. ffmpeg only decodes the copy,
 *  so that every version of it gives the same bytes. */

import { promises as fs } from 'node:fs';
import { RenderError } from '../../core/errors.js';
import { gifHead, gifPicture, TRAILER } from '../../files/write/gif.js';
import { writeError } from '../opened.js';
import type { Step } from '../run.js';
import { segmentsOf } from './arguments.js';
import type { Bench, FilmShape } from './format.js';
import { Colours, NearestColours } from './gif-colours.js';
import { Shrinking } from './shrinking.js';

export type Palette = 'per-frame' | 'global';

/** A GIF's settings: a rung of the ladder of sizes. */
export interface Rung {
  /** Frame step: 2 = every second frame. */
  every: number;
  /** Colours in a palette, at most 256. */
  colours: number;
  /** The scale of its sides: 1 for the film's size. */
  scale: number;
}

/** The length of a film's side at a scale, in pixels. */
export const scaled = (side: number, scale: number): number => Math.max(1, Math.round(side * scale));

/** Makes the GIF with either kind of palette. */
export async function draw(
  bench: Bench,
  film: FilmShape,
  rung: Rung,
  palette: Palette,
  to: string,
): Promise<void> {
  const from = segmentsOf('copy', film);
  const fixed = palette === 'global' ? await globalPalette(bench, from, film, rung) : undefined;
  const [width, height] = [film.width, film.height].map((side) => scaled(side, rung.scale));
  const drawing = new GifDrawing(width, height, rung.colours, fixed);
  const refuse = (error: unknown): never => {
    throw writeError('The GIF', error);
  };
  const file = await fs.open(bench.path(to), 'w').catch(refuse);
  try {
    await file.writeFile(gifHead(width, height, fixed)).catch(refuse);
    await readFrames(bench, from, film, rung, async (frame, number) => {
      await file.writeFile(drawing.add(frame, durationOf(number, film, rung))).catch(refuse);
    });
    await file.writeFile(TRAILER).catch(refuse);
  } finally {
    await file.close();
  }
}

/** The palette that fits all frames best. */
export async function globalPalette(
  bench: Bench,
  from: Step['inputs'][number],
  film: FilmShape,
  rung: Rung,
): Promise<Uint8Array> {
  const colours = new Colours();
  await readFrames(bench, from, film, rung, async (frame) => colours.add(frame));
  return paletteOf(colours, rung.colours);
}

/** A palette, without the index that remains for transparent pixels. */
function paletteOf(colours: Colours, most: number): Uint8Array {
  return Uint8Array.from(colours.palette(most - 1).flat(), Math.round);
}

/**
 * Decodes the frames that a GIF shows, at its size.
 * @param use - Gets the opaque RGBA of a frame, which it may change, and its number in the film.
 */
export async function readFrames(
  bench: Bench,
  from: Step['inputs'][number],
  { width, height, frames }: FilmShape,
  { every, scale }: Rung,
  use: (rgba: Uint8Array, number: number) => Promise<void>,
): Promise<void> {
  const frame = new Uint8Array(4 * width * height);
  const shrinking =
    scale < 1 ? new Shrinking([width, height], [scaled(width, scale), scaled(height, scale)]) : undefined;
  let [filled, number] = [0, 0];
  await bench.run({
    inputs: [from],
    outputs: [{ options: ['-map', '0:v', '-pix_fmt', 'rgba', '-f', 'rawvideo'], to: 'pipe:1' }],
    async read(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const piece = bytes.subarray(at, at + frame.length - filled);
        frame.set(piece, filled);
        filled += piece.length;
        at += piece.length;
        if (filled < frame.length) return;
        filled = 0;
        if (number % every === 0) await use(shrinking ? shrinking.shrink(frame) : frame, number);
        number++;
      }
    },
  });
  if (number !== frames || filled > 0)
    throw new RenderError(`ffmpeg decoded ${number} of ${frames} frames: choose another with --ffmpeg.`);
}

/** How long a GIF shows a frame, in hundredths of a second: as long as the film, with each beginning rounded. */
export function durationOf(number: number, { fps, frames }: FilmShape, { every }: Rung): number {
  const at = (frame: number) => Math.round((100 * frame) / fps);
  const next = number + every;
  return Math.max(1, at(Math.min(next, frames)) - at(number));
}

/**
 * Draws frames, one after another. Pixels that are the same as in the previous frame stay as they are shown: otherwise,
 * with one palette per frame, what stands still would get different colours every time, flicker, take up most of the
 * file, and leave fewer colours for what moves. Each palette is made from the pixels that change. If much stands still,
 * that looks better than palettes of whole frames, and is up to a third smaller (docs/performance.md).
 *
 * Pixels are not dithered. That would only add noise to colours chosen for one picture.
 */
export class GifDrawing {
  /** The sum of the squared errors of all components in all frames, as they are shown. */
  squaredError = 0;
  private readonly before: Uint32Array;
  /** The squared error of each pixel, as it is shown. */
  private readonly errors: Uint32Array;
  private readonly colours = new Colours();
  private readonly fixed: { palette: Uint8Array; nearest: NearestColours } | undefined;
  private errorShown = 0;
  private isFirst = true;

  /**
   * @param most - How many indices a palette has, with the one of transparent pixels.
   * @param fixed - R, G and B of the colours for all frames; undefined for a palette for each.
   */
  constructor(
    private readonly width: number,
    height: number,
    private readonly most: number,
    fixed?: Uint8Array,
  ) {
    const pixels = width * height;
    this.before = new Uint32Array(pixels);
    this.errors = new Uint32Array(pixels);
    this.fixed = fixed && { palette: fixed, nearest: new NearestColours(fixed) };
  }

  /**
   * The bytes of the next frame.
   * @param rgba - Opaque. Its alpha is changed.
   * @param duration - In hundredths of a second.
   */
  add(rgba: Uint8Array, duration: number): Uint8Array {
    const area = this.markChanged(rgba);
    const isShared = this.fixed !== undefined;
    if (!area) {
      this.squaredError += this.errorShown;
      const palette = this.fixed?.palette ?? new Uint8Array(3);
      const indices = Uint8Array.of(palette.length / 3);
      return gifPicture({ left: 0, top: 0, width: 1, height: 1, indices, palette, isShared, duration });
    }
    const { palette, nearest } = this.fixed ?? this.fitted(rgba);
    const indices = this.indicesOf(rgba, area, palette, nearest);
    this.squaredError += this.errorShown;
    return gifPicture({ ...area, indices, palette, isShared, duration });
  }

  /** Makes unchanged pixels transparent. @returns The rectangle with all others; undefined if there are none. */
  private markChanged(rgba: Uint8Array): Area | undefined {
    const { before, width, isFirst } = this;
    const now = new Uint32Array(rgba.buffer, rgba.byteOffset, before.length);
    let [left, right, top, bottom] = [width, -1, -1, -1];
    for (let y = 0, i = 0; i < now.length; y++) {
      for (let x = 0; x < width; x++, i++) {
        if (now[i] === before[i] && !isFirst) {
          rgba[4 * i + 3] = 0;
          continue;
        }
        before[i] = now[i];
        if (x < left) left = x;
        if (x > right) right = x;
        if (top < 0) top = y;
        bottom = y;
      }
    }
    this.isFirst = false;
    return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
  }

  private fitted(rgba: Uint8Array): { palette: Uint8Array; nearest: NearestColours } {
    this.colours.clear();
    this.colours.add(rgba);
    const palette = paletteOf(this.colours, this.most);
    return { palette, nearest: new NearestColours(palette) };
  }

  /** The index of each pixel in an area. */
  private indicesOf(
    rgba: Uint8Array,
    { left, top, width, height }: Area,
    palette: Uint8Array,
    nearest: NearestColours,
  ): Uint8Array {
    const { errors } = this;
    const transparent = palette.length / 3;
    const indices = new Uint8Array(width * height);
    let more = 0;
    for (let y = top, to = 0; y < top + height; y++) {
      for (let x = left, i = y * this.width + left; x < left + width; x++, i++, to++) {
        const at = 4 * i;
        if (rgba[at + 3] === 0) {
          indices[to] = transparent;
          continue;
        }
        const [r, g, b] = [rgba[at], rgba[at + 1], rgba[at + 2]];
        const index = nearest.find(r, g, b);
        const [red, green, blue] = [palette[3 * index], palette[3 * index + 1], palette[3 * index + 2]];
        const error = (red - r) ** 2 + (green - g) ** 2 + (blue - b) ** 2;
        indices[to] = index;
        more += error - errors[i];
        errors[i] = error;
      }
    }
    this.errorShown += more;
    return indices;
  }
}

/** A rectangle of a frame, in pixels. */
interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}
