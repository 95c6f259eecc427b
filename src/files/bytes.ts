/** Reads a file's bytes at offsets, and puts bytes together. No I/O: the caller opens the file and passes access to it.
 *  Everything here also runs in browsers. */

/** Thrown for an invalid file. The message follows the file's name. */
export class Malformed extends Error {
  override name = 'Malformed';
}

/** Access to a file, or to bytes in memory. */
export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  /** Fills `into` with the bytes from `at` on, and returns how many there were. */
  read(into: Uint8Array, at: number): number;
}

/** Bytes to write at an offset of a file, replacing existing ones or appending. */
export interface Patch {
  at: number;
  bytes: Uint8Array;
}

/** In bytes. */
const WINDOW = 1 << 18;

/** The maximum number of boxes, blocks or chunks: twice those of an hour at 120 fps, plus a number in proportion
 *  to the size, since a GIF's data are in blocks of 255 bytes. A file of nothing but empty parts is rejected after
 *  half a second, or after a second or two if it has a gigabyte. */
const mostParts = (size: number) => 1_000_000 + size / 128;

/** A file's bytes, read through a window. Files are not trusted: reading beyond the end throws Malformed, and so
 *  do more parts than a film can have, so reading always ends. */
export class Bytes {
  readonly size: number;
  private readonly source: ByteSource;
  private window = new Uint8Array(0);
  private view = new DataView(this.window.buffer);
  private start = 0;
  private parts = 0;

  constructor(source: ByteSource) {
    this.source = source;
    this.size = source.size;
  }

  /** `length` bytes from `at` on; valid until the next call. @throws Malformed beyond the end. */
  slice(at: number, length: number): Uint8Array {
    const from = this.reach(at, length);
    return this.window.subarray(from, from + length);
  }

  u8(at: number): number {
    const from = this.reach(at, 1); // may replace the window
    return this.window[from];
  }

  /** Big-endian, of 1 to 6 bytes. */
  be(at: number, length: number): number {
    const from = this.reach(at, length);
    let value = 0;
    for (let i = from; i < from + length; i++) value = 256 * value + this.window[i];
    return value;
  }

  /** Little-endian, of 1 to 6 bytes. */
  le(at: number, length: number): number {
    const from = this.reach(at, length);
    let value = 0;
    for (let i = from + length - 1; i >= from; i--) value = 256 * value + this.window[i];
    return value;
  }

  /** Big-endian, of 8 bytes; inexact beyond 2^53, which no file's size reaches. */
  be64(at: number): number {
    const from = this.reach(at, 8);
    return Number(this.view.getBigUint64(from));
  }

  /** A floating-point number, big-endian, of 4 or 8 bytes. */
  float(at: number, length: 4 | 8): number {
    const from = this.reach(at, length);
    return length === 4 ? this.view.getFloat32(from) : this.view.getFloat64(from);
  }

  /** Text of one byte per character, four by default. */
  text(at: number, length = 4): string {
    return textOf(this.slice(at, length));
  }

  /** Counts a part of the file. @throws Malformed if there are too many. */
  count(): void {
    if (++this.parts > mostParts(this.size)) throw new Malformed('has too many parts to be a film');
  }

  /** Moves the window if it lacks any of these bytes. Returns their offset in it. */
  private reach(at: number, length: number): number {
    if (!(at >= 0 && length >= 0 && at + length <= this.size)) throw new Malformed('is cut short or damaged');
    if (at < this.start || at + length > this.start + this.window.length) {
      const wanted = Math.min(Math.max(length, WINDOW), this.size - at);
      const room = this.window.buffer.byteLength >= wanted ? this.window.buffer : new ArrayBuffer(wanted);
      const buffer = new Uint8Array(room, 0, wanted);
      const read = this.source.read(buffer, at);
      if (read < length) throw new Malformed('is cut short or damaged');
      this.window = buffer.subarray(0, read);
      this.view = new DataView(room, 0, read);
      this.start = at;
    }
    return at - this.start;
  }
}

/** Bytes in memory as a source. */
export const inMemory = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read(into, at) {
    const found = bytes.subarray(at, at + into.length);
    into.set(found);
    return found.length;
  },
});

/** How many characters can be passed as arguments of one call. */
const CHARACTERS = 8192;

/** Bytes as Latin-1 text. */
export function textOf(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHARACTERS)
    text += String.fromCharCode(...bytes.subarray(at, at + CHARACTERS));
  return text;
}

/** Latin-1 text as bytes; characters beyond 255 keep their lowest eight bits. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Concatenates byte arrays. */
export function joined(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Numbers as float32, little-endian. */
export function float32Bytes(values: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i], true);
  return new Uint8Array(view.buffer);
}

/** Numbers as float64, little-endian. */
export function float64Bytes(values: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i], true);
  return new Uint8Array(view.buffer);
}

/** A whole number as that many bytes, little-endian. */
export function little(value: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Math.floor(value / 2 ** (8 * i)) & 255);
}

/** A whole number as that many bytes, big-endian. */
export const big = (value: number, length: number): Uint8Array => little(value, length).reverse();
