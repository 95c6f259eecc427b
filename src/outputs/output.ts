/** What is written, and whether it can be: the file name chooses the format, and every rule that a format sets is
 *  checked here, before a single frame is drawn. How a format is made is the business of encode.ts. */

import { basename, extname } from 'node:path';
import { UsageError } from '../core/errors.js';
import type { PixelFormat } from '../core/frame/pixels.js';
import { nearest } from '../core/wording/did-you-mean.js';
import { shownRate } from './rate.js';

export type Format = 'mp4' | 'gif' | 'webm' | 'webp' | 'mov' | 'png';

export interface Output {
  /** As it was given; relative to the working folder, or absolute. */
  path: string;
  format: Format;
  /** A PNG for each frame, its number printed into the name: `frames/%04d.png`. */
  sequence: boolean;
}

export interface FilmShape {
  /** In pixels. */
  width: number;
  /** In pixels. */
  height: number;
  /** Frames a second. Fractions are welcome (23.976, 12.5). */
  fps: number;
  /** How many frames the film has, at least 1. The sink takes exactly as many. */
  frames: number;
  /** How the frames' bytes lie; one of pixelFormatsFor(output). `rgba` by default. */
  pixels?: PixelFormat;
  /** Whether the A of RGBA is meant. Otherwise frames are opaque, whatever it says. */
  alpha?: boolean;
}

const FORMATS: readonly Format[] = ['mp4', 'gif', 'webm', 'webp', 'mov', 'png'];
const KNOWN = FORMATS.map((format) => `.${format}`).join(', ');

/** The number in the name of a PNG sequence, as printf writes it: %d, or %04d for at least four digits. */
const NUMBER = /%(?:0(\d{1,2}))?d/g;

/** The widest and tallest picture that a format can hold, in pixels, where it is less than anyone would try. */
const MAX_SIDE: Partial<Record<Format, number>> = { gif: 65_535, webp: 16_383 };

/**
 * Reads the format from a file name: .mp4, .gif, .webm, .webp, .mov or .png, in either case.
 * @throws UsageError when the extension is missing or unknown, when the path names a folder, and when a PNG's name
 * has a % that is not one number such as %04d.
 */
export function parseOutput(path: string): Output {
  const name = basename(path);
  if (path === '') throw new UsageError('The film has no file name: try "film.mp4".');
  if (/[/\\]$/.test(path) || name === '.' || name === '..') {
    throw new UsageError(
      `"${path}" is a folder, and a file is needed: try "${path.replace(/[/\\]+$/, '')}/film.mp4".`,
    );
  }
  const extension = extname(name).slice(1).toLowerCase();
  if (extension === '') {
    const named = name.startsWith('.') ? `${path.slice(0, -name.length)}film${name}` : `${path}.mp4`;
    throw new UsageError(`"${path}" has no extension to choose a format by (${KNOWN}): try "${named}".`);
  }
  const format = FORMATS.find((known) => known === extension);
  if (format === undefined) {
    const near = nearest(extension, FORMATS, {});
    const hint = near ? `did you mean .${near}?` : `try .mp4.`;
    throw new UsageError(`"${path}" ends in .${extension}, and the formats are ${KNOWN}: ${hint}`);
  }

  if (format !== 'png' || !name.includes('%')) return { path, format, sequence: false };
  const literal = name.replaceAll('%%', '');
  if (literal.match(NUMBER)?.length !== 1 || literal.replace(NUMBER, '').includes('%')) {
    throw new UsageError(
      `"${path}" has a % that is not one frame number: write %d or %04d once, as in "frame-%04d.png", and %% for a plain %.`,
    );
  }
  return { path, format, sequence: true };
}

/** The path of one frame of a sequence: `frames/%04d.png` and 7 make `frames/0007.png`. Folders are taken literally. */
export function framePath(pattern: string, number: number): string {
  const name = basename(pattern);
  const printed = name.replace(/%%|%(?:0(\d{1,2}))?d/g, (match, digits?: string) =>
    match === '%%' ? '%' : String(number).padStart(Number(digits ?? 0), '0'),
  );
  return pattern.slice(0, pattern.length - name.length) + printed;
}

/**
 * Refuses what the format cannot hold.
 * @throws UsageError for transparent frames in what has no transparency, for an odd width or height in an MP4 or WebM, for a side beyond what GIF or WebP can store, and for
 * a film of several frames in one plain .png.
 */
export function checkOutput(output: Output, film: FilmShape): void {
  const { path, format, sequence } = output;
  const { width, height, frames, alpha } = film;
  if (alpha && !['webm', 'mov', 'png'].includes(format)) {
    throw new UsageError(
      `"${path}" cannot be --transparent, which a .${format} of ours is not: write a .webm (VP9), a .mov (ProRes 4444), or frames as "%04d.png".`,
    );
  }
  if ((format === 'mp4' || format === 'webm') && (width % 2 !== 0 || height % 2 !== 0)) {
    throw new UsageError(
      `The frame is ${width}x${height}, and ${format === 'mp4' ? 'MP4' : 'WebM'} (yuv420p) needs both sides even: ` +
        `try --size ${width + (width % 2)}x${height + (height % 2)}.`,
    );
  }
  const maxSide = MAX_SIDE[format];
  if (maxSide !== undefined && Math.max(width, height) > maxSide) {
    throw new UsageError(
      `The frame is ${width}x${height}, and a .${format} holds at most ${maxSide} pixels a side: ` +
        'make it smaller with --size, or write an .mp4 or a .png.',
    );
  }
  if (format === 'png' && !sequence && frames > 1) {
    const numbered = `${path.slice(0, -extname(path).length)}-%04d${extname(path)}`;
    throw new UsageError(
      `"${path}" is one picture, and the film has ${frames} frames: write "${numbered}" for all of them, ` +
        'or use `untrained still` for one.',
    );
  }
}

/** Whether making it needs ffmpeg: we write PNGs ourselves. */
export const needsFfmpeg = ({ format }: Output): boolean => format !== 'png';

/** What a format can be made of, the cheapest first. */
export function pixelFormatsFor({ format }: Output): PixelFormat[] {
  return format === 'mp4' || format === 'webm' ? ['yuv420p', 'rgba'] : ['rgba'];
}

/** What is legal but will not look as asked, each in one line. Today all of it is about the frame rate of GIFs. */
export function warningsFor(output: Output, film: FilmShape): string[] {
  const { fps, frames } = film;
  if (output.format !== 'gif' || frames === 1) return [];
  if (fps > 50) {
    const every = Math.ceil(fps / 50 - 1e-9);
    return [
      `A GIF at ${shownRate(fps)} fps would have frames of one hundredth of a second, which browsers show for ten: ` +
        `it gets every ${every === 2 ? '2nd' : '3rd'} frame, ${Number((fps / every).toFixed(2))} fps.`,
    ];
  }
  const delay = 100 / fps; // in centiseconds, the unit in which a GIF counts
  if (Math.abs(delay - Math.round(delay)) < 1e-6) return [];
  const exact = [1, 2, 4, 5, 10, 20, 25, 50];
  const below = exact.filter((rate) => rate < fps).at(-1);
  const above = exact.find((rate) => rate > fps);
  return [
    `A GIF counts time in hundredths of a second, so at ${shownRate(fps)} fps its frames last ${Math.floor(delay)} or ${Math.ceil(delay)} ` +
      `by turns: ${[below, above].filter((rate) => rate !== undefined).join(' or ')} fps would be exact.`,
  ];
}
