/** Animated PNGs (PNG, third edition, 2025, 11.3.5), made of PNGs that are each compressed once. */

import { big, joined } from '../bytes.js';
import { chunk, IEND, type PngShape, pngHead } from './png.js';

/** What all frames have in common. */
export interface ApngShape extends PngShape {
  frames: number;
  /** The duration of a frame, as a fraction of a second. */
  duration: readonly [numerator: number, denominator: number];
}

/** Where a frame is, in pixels. */
export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The file before its first frame. It repeats forever. */
export function apngHead(shape: ApngShape): Uint8Array {
  const { header, rest } = pngHeadParts(shape);
  return joined(header, chunk('acTL', joined(big(shape.frames, 4), big(0, 4))), rest);
}

/** A PNG's signature and header, and the chunks that follow. */
function pngHeadParts(shape: PngShape): { header: Uint8Array; rest: Uint8Array } {
  const head = pngHead(shape);
  return { header: head.subarray(0, 33), rest: head.subarray(33) };
}

/**
 * A frame's chunks.
 * @param number - Counted from 0.
 * @param data - Its compressed pixels, as in a PNG of its own.
 */
export function apngFrame(
  number: number,
  place: Place,
  { duration }: ApngShape,
  data: Uint8Array,
): Uint8Array {
  // Chunks are numbered: one for the first frame, whose pixels are those of the PNG, and two for each of the others.
  const sequence = number === 0 ? 0 : 2 * number - 1;
  const { x, y, width, height } = place;
  const control = chunk(
    'fcTL',
    joined(
      ...[sequence, width, height, x, y].map((value) => big(value, 4)),
      ...duration.map((value) => big(value, 2)),
      Uint8Array.of(0, 0), // it stays, and replaces what is there, transparent or not
    ),
  );
  return joined(
    control,
    number === 0 ? chunk('IDAT', data) : chunk('fdAT', joined(big(sequence + 1, 4), data)),
  );
}

export const APNG_TAIL = IEND;
