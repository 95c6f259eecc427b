/** PNGs (ISO/IEC 15948), written without ffmpeg: 8 bits, RGB or RGBA, sRGB. */

import { type Bytes, big, bytesOf, joined, type Patch } from '../bytes.js';
import { crc32 } from '../crc.js';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** The last chunk of every PNG: a length of zero, its name and its checksum. */
export const IEND = chunk('IEND', new Uint8Array(0));

/** PNG's filters: each byte minus that of the previous pixel, or of the pixel above. */
const [SUB, UP] = [1, 2];

/** Every nth byte of a row determines its filter. */
const SAMPLE = 8;

/** The chunk that declares sRGB colours, with perceptual intent. */
const SRGB = chunk('sRGB', Uint8Array.of(0));

/** A picture's size in pixels, and whether the fourth byte of a pixel is its opacity. */
export interface PngShape {
  width: number;
  height: number;
  alpha?: boolean;
}

/** Compresses bytes with zlib's format (RFC 1950), at its default level. */
export type Deflate = (bytes: Uint8Array) => Promise<Uint8Array>;

/**
 * Encodes a picture as a PNG.
 * @param rgba - Four bytes per pixel, top row first. Read before this returns. Without alpha, the fourth byte is
 * ignored.
 * @param place - Where it is in a larger picture, if it is part of one.
 */
export async function encodePng(
  rgba: Uint8Array,
  shape: PngShape,
  deflate: Deflate,
  place?: readonly [x: number, y: number],
): Promise<Uint8Array> {
  const data = await deflate(new RowFilter(shape).filter(rgba));
  const offset = place ? [offsetChunk(place)] : [];
  return joined(pngHead(shape), ...offset, chunk('IDAT', data), IEND);
}

/** The chunk that says where a picture is in a larger one, in pixels (PNG extensions, 4.2.2). */
function offsetChunk(place: readonly [x: number, y: number]): Uint8Array {
  return chunk('oFFs', joined(...place.map((value) => big(value, 4)), Uint8Array.of(0)));
}

/** The bytes before a picture's IDAT chunks. */
export function pngHead({ width, height, alpha }: PngShape): Uint8Array {
  // Bits of a sample; colours with alpha or without; compression, filters and interlace: 0.
  const header = joined(big(width, 4), big(height, 4), Uint8Array.of(8, alpha ? 6 : 2, 0, 0, 0));
  return joined(SIGNATURE, chunk('IHDR', header), SRGB);
}

/** The text chunk named Comment. @param note - Latin-1. */
export const noteChunk = (note: string): Uint8Array => chunk('tEXt', bytesOf(`Comment\0${note}`));

/** Adds a note to a PNG, before its end. @param note - Latin-1. */
export function noteInPng(bytes: Bytes, note: string): Patch[] {
  return [{ at: bytes.size - IEND.length, bytes: joined(noteChunk(note), IEND) }];
}

/** The start and end of each PNG in a file of concatenated PNGs. @throws Malformed if the last is incomplete. */
export function* pngsIn(bytes: Bytes): Generator<{ start: number; end: number }> {
  for (let start = 0, at = 0; start < bytes.size; start = at) {
    at = start + SIGNATURE.length;
    for (let name = ''; name !== 'IEND'; ) {
      name = bytes.text(at + 4);
      at += 12 + bytes.be(at, 4);
    }
    yield { start, end: at };
  }
}

/** A chunk: the data's length, a four-letter name, the data, and the CRC of name and data. */
export function chunk(name: string, data: Uint8Array): Uint8Array {
  const whole = joined(big(data.length, 4), bytesOf(name), data, new Uint8Array(4));
  whole.set(big(crc32(whole.subarray(4, data.length + 8)), 4), data.length + 8);
  return whole;
}

/**
 * Filters a picture's rows for compression, each preceded by its filter's number. Of two filters, it uses the one that
 * leaves smaller numbers. On frames of sweeps, composed scenes and sheets, the other two would gain at most 2% for two
 * to four times the work.
 */
export class RowFilter {
  readonly #width: number;
  readonly #channels: 3 | 4;
  #row: Uint8Array;
  #above: Uint8Array;
  #isFirst = true;

  constructor({ width, alpha }: PngShape) {
    this.#width = width;
    this.#channels = alpha ? 4 : 3;
    this.#row = new Uint8Array(width * this.#channels);
    this.#above = new Uint8Array(this.#row.length);
  }

  /** Filters the next rows. @param rgba - Four bytes per pixel of whole rows. */
  filter(rgba: Uint8Array): Uint8Array {
    const [width, channels] = [this.#width, this.#channels];
    const stride = width * channels;
    const height = rgba.length / (4 * width);
    const rows = new Uint8Array((stride + 1) * height);
    let [row, above] = [this.#row, this.#above];
    for (let y = 0; y < height; y++) {
      for (let from = 4 * y * width, to = 0; to < stride; from += 4, to += channels) {
        row[to] = rgba[from];
        row[to + 1] = rgba[from + 1];
        row[to + 2] = rgba[from + 2];
        if (channels === 4) row[to + 3] = rgba[from + 3];
      }
      let [at, filter] = [y * (stride + 1), UP];
      if (this.#isFirst || sizeOf(row, row, channels) < sizeOf(row, above, 0)) filter = SUB;
      this.#isFirst = false;
      rows[at++] = filter;
      if (filter === UP) {
        for (let i = 0; i < stride; i++) rows[at++] = row[i] - above[i];
      } else {
        for (let i = 0; i < channels; i++) rows[at++] = row[i];
        for (let i = channels; i < stride; i++) rows[at++] = row[i] - row[i - channels];
      }
      [row, above] = [above, row];
    }
    [this.#row, this.#above] = [row, above];
    return rows;
  }
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
