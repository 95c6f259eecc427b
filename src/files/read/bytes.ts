/** A file's bytes, by their offsets, a window of it in memory at a time. Files may be anyone's: whatever is asked for beyond
 *  the end is refused, and so is a file with more parts than a film could have, so that reading ends. */

import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** What is wrong with a file, to follow its name. */
export class Malformed extends Error {
  override name = 'Malformed';
}

/** In bytes. */
const WINDOW = 1 << 18;

/** Boxes, blocks and chunks: what an hour at 120 fps has, twice over, and as many more as a file of that size holds honestly,
 *  since a GIF's data come in blocks of 255 bytes. A file of nothing but empty parts is given up after half a second, and
 *  a second or two where it has a gigabyte. */
const mostParts = (size: number) => 1_000_000 + size / 128;

export class FileBytes {
  readonly size: number;
  private readonly file: number;
  private window = Buffer.alloc(0);
  private start = 0;
  private parts = 0;

  /** @throws Error, the system's, when the file cannot be opened; Malformed for a folder. */
  constructor(path: string) {
    const stat = statSync(path); // before it is opened, since a named pipe would keep us waiting for who writes to it
    if (!stat.isFile()) throw new Malformed('is not a file');
    this.size = stat.size;
    this.file = openSync(path, 'r');
  }

  close(): void {
    closeSync(this.file);
  }

  /** `length` bytes from `at` on; valid until the next call. */
  slice(at: number, length: number): Buffer {
    if (!(at >= 0 && length >= 0 && at + length <= this.size)) throw new Malformed('is cut short or damaged');
    if (at < this.start || at + length > this.start + this.window.length) {
      const wanted = Math.min(Math.max(length, WINDOW), this.size - at);
      const buffer = this.window.length >= wanted ? this.window : Buffer.alloc(wanted);
      const read = readSync(this.file, buffer, 0, wanted, at);
      if (read < length) throw new Malformed('is cut short or damaged');
      this.window = buffer.subarray(0, read);
      this.start = at;
    }
    return this.window.subarray(at - this.start, at - this.start + length);
  }

  u8(at: number): number {
    return this.slice(at, 1)[0];
  }

  /** Big-endian, of 1 to 6 bytes. */
  be(at: number, length: number): number {
    return this.slice(at, length).readUIntBE(0, length);
  }

  /** Little-endian, of 1 to 6 bytes. */
  le(at: number, length: number): number {
    return this.slice(at, length).readUIntLE(0, length);
  }

  /** Big-endian, of 8 bytes; not exact beyond 2^53, where no file ends. */
  be64(at: number): number {
    return Number(this.slice(at, 8).readBigUInt64BE());
  }

  /** Four characters, or so many. */
  text(at: number, length = 4): string {
    return this.slice(at, length).toString('latin1');
  }

  /** To be called for each part of the file. */
  count(): void {
    if (++this.parts > mostParts(this.size)) throw new Malformed('has too many parts to be a film');
  }
}
