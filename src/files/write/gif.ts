/** GIFs (GIF89a, W3C, 1990), written without ffmpeg: pictures one after another, each over a part of the last. */

import { type Bytes, bytesOf, joined, little, type Patch } from '../bytes.js';

/** The last byte of every GIF. */
export const TRAILER = Uint8Array.of(0x3b);

/** How many bytes a note adds to a GIF. */
export const gifNoteBytes = (note: string): number => comment(note).length;

/** Adds a note to a GIF, as a comment before its trailer. @param note - Latin-1. */
export function noteInGif(bytes: Bytes, note: string): Patch[] {
  return [{ at: bytes.size - TRAILER.length, bytes: joined(comment(note), TRAILER) }];
}

/** A Comment Extension: blocks of up to 255 bytes, each preceded by its length, and an empty block. */
const comment = (note: string) => joined(Uint8Array.of(0x21, 0xfe), inBlocks(bytesOf(note)));

/** The extension by which browsers know that a film repeats: zero times means forever. */
const FOREVER = joined(Uint8Array.of(0x21, 0xff, 11), bytesOf('NETSCAPE2.0'), Uint8Array.of(3, 1, 0, 0, 0));

/**
 * The beginning of a GIF that repeats forever. Sides are in pixels, at most 65535.
 * @param palette - R, G and B of the colours of pictures without a palette of their own: at most 255.
 */
export function gifHead(width: number, height: number, palette?: Uint8Array): Uint8Array {
  const bits = palette ? bitsFor(palette.length / 3 + 1) : 0;
  // 0x70: eight bits per component. Then the background's colour, and square pixels.
  const flags = 0x70 | (palette ? 0x80 | (bits - 1) : 0);
  return joined(
    ...[bytesOf('GIF89a'), little(width, 2), little(height, 2), Uint8Array.of(flags, 0, 0)],
    palette ? tableOf(palette, bits) : new Uint8Array(0),
    FOREVER,
  );
}

/** The number of bits of an index into a palette. */
const bitsFor = (colours: number) => Math.max(1, 32 - Math.clz32(colours - 1));

/** A palette's bytes in a file: as many colours as there are indices. */
function tableOf(palette: Uint8Array, bits: number): Uint8Array {
  const table = new Uint8Array(3 << bits);
  table.set(palette);
  return table;
}

/** One picture of a GIF. */
export interface GifPicture {
  /** The rectangle that it replaces, in pixels from the top left. */
  left: number;
  top: number;
  width: number;
  height: number;
  /** Each pixel's index in the palette, row by row. */
  indices: Uint8Array;
  /** R, G and B of each colour: at most 255. */
  palette: Uint8Array;
  /** Whether that is the palette that the file begins with. */
  isShared: boolean;
  /** In hundredths of a second. */
  duration: number;
}

/** A picture's blocks. Pixels whose index is the number of colours stay as they are. */
export function gifPicture(picture: GifPicture): Uint8Array {
  const { left, top, width, height, indices, palette, isShared, duration } = picture;
  const transparent = palette.length / 3;
  const bits = bitsFor(transparent + 1);
  return joined(
    // 4: the picture stays when the next is shown; 1: an index is transparent.
    Uint8Array.of(0x21, 0xf9, 4, 4 | 1, ...little(duration, 2), transparent, 0),
    Uint8Array.of(0x2c),
    ...[left, top, width, height].map((value) => little(value, 2)),
    isShared ? Uint8Array.of(0) : joined(Uint8Array.of(0x80 | (bits - 1)), tableOf(palette, bits)),
    Uint8Array.of(Math.max(2, bits)),
    inBlocks(compressed(indices, Math.max(2, bits))),
  );
}

/** Bytes in sub-blocks of up to 255, each preceded by its length, and an empty one at the end. */
function inBlocks(bytes: Uint8Array): Uint8Array {
  const blocks = new Uint8Array(bytes.length + Math.ceil(bytes.length / 255) + 1);
  let to = 0;
  for (let at = 0; at < bytes.length; at += 255) {
    const block = bytes.subarray(at, at + 255);
    blocks[to] = block.length;
    blocks.set(block, to + 1);
    to += block.length + 1;
  }
  return blocks;
}

/** Codes have at most 12 bits. */
const MOST_CODES = 4096;

/** The codes of known sequences, by the code of all but the last index, times 256, plus the last index. 0 if it is not
 *  known: code 0 is that of a single index. Only `compressed` uses it, and leaves it empty. */
const longer = new Uint16Array(256 * MOST_CODES);

/**
 * Compresses by GIF's variant of LZW (appendix F).
 * @param bits - Of an index, 2 to 8.
 */
function compressed(indices: Uint8Array, bits: number): Uint8Array {
  const clear = 1 << bits;
  const end = clear + 1;
  const places = new Uint32Array(MOST_CODES); // where each code is in `longer`
  let bytes = new Uint8Array(256 + indices.length);
  let [at, pending, count, size, next] = [0, 0, 0, bits + 1, end + 1];

  const write = (code: number) => {
    pending |= code << count;
    count += size;
    if (at + 4 > bytes.length) {
      const more = new Uint8Array(2 * bytes.length);
      more.set(bytes);
      bytes = more;
    }
    for (; count >= 8; count -= 8) {
      bytes[at++] = pending & 255;
      pending >>>= 8;
    }
  };
  const forget = () => {
    for (let code = end + 1; code < next; code++) longer[places[code]] = 0;
    next = end + 1;
  };

  write(clear);
  let code = indices[0];
  for (let i = 1; i < indices.length; i++) {
    const place = (code << 8) | indices[i];
    if (longer[place] !== 0) {
      code = longer[place];
      continue;
    }
    write(code);
    code = indices[i];
    if (next < MOST_CODES) {
      longer[place] = next;
      places[next] = place;
      // The decoder knows a code one step later than the encoder.
      if (next >> size === 1) size++;
      next++;
    } else {
      write(clear);
      forget();
      size = bits + 1;
    }
  }
  write(code);
  // The decoder has by now learned the code before `next`, too.
  if (next < MOST_CODES && next >> size === 1) size++;
  write(end);
  if (count > 0) bytes[at++] = pending & 255;
  forget();
  return bytes.subarray(0, at);
}
