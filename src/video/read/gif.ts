/** GIF89a (W3C, 1990): blocks one after the other. The note is its last comment. */

import type { FileBytes } from './bytes.js';
import { Malformed } from './bytes.js';
import { type Found, MOST_NOTE } from './found.js';

export function readGif(bytes: FileBytes): Found {
  let at = 13 + tableBytes(bytes.u8(10));
  let [frames, centiseconds] = [0, 0];
  let note: string | undefined;

  /** Goes to the end of a row of sub-blocks, and gives what they hold if it is asked for. */
  function blocks(keep: boolean): string {
    const kept: string[] = [];
    let length = 0;
    for (let size = bytes.u8(at); size > 0; size = bytes.u8(at)) {
      bytes.count();
      length += size;
      if (keep && length <= MOST_NOTE) kept.push(bytes.text(at + 1, size));
      at += size + 1;
    }
    at++;
    return kept.join('');
  }

  for (let kind = bytes.u8(at); kind !== 0x3b; kind = bytes.u8(at)) {
    bytes.count();
    if (kind === 0x2c) {
      frames++;
      at += 10 + tableBytes(bytes.u8(at + 9)) + 1; // the image's place and size, its colours, its LZW code's size
      blocks(false);
    } else if (kind === 0x21) {
      const label = bytes.u8(at + 1);
      if (label === 0xf9) centiseconds += bytes.le(at + 4, 2); // a Graphic Control Extension
      at += 2;
      const text = blocks(label === 0xfe);
      if (label === 0xfe) note = text;
    } else {
      throw new Malformed('is cut short or damaged');
    }
  }
  const [width, height] = [bytes.le(6, 2), bytes.le(8, 2)];
  return { width, height, frames, seconds: frames > 1 ? centiseconds / 100 : 0, ...(note && { note }) };
}

/** Of a table of colours, by the flags that go with it. */
const tableBytes = (flags: number) => (flags & 0x80 ? 3 * (2 << (flags & 7)) : 0);
