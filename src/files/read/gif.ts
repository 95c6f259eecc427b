/** GIF89a (W3C, 1990): blocks one after the other. The note is its last comment. */

import { type Bytes, Malformed } from '../bytes.js';
import { type Found, MOST_NOTE, type Reader, type Times, timesFrom } from './found.js';

export const gifReader: Reader = {
  begins: (head) => head.startsWith('GIF8'),
  read: readGif,
  times: readTimes,
};

function readGif(bytes: Bytes): Found {
  let [frames, centiseconds] = [0, 0];
  let note: string | undefined;
  for (const { kind, at, data } of gifBlocks(bytes)) {
    if (kind === 'image') frames++;
    else if (kind === 'control') centiseconds += bytes.le(at + 4, 2);
    else if (kind === 'comment') note = textOf(bytes, data);
  }
  const [width, height] = [bytes.le(6, 2), bytes.le(8, 2)];
  return { width, height, frames, seconds: frames > 1 ? centiseconds / 100 : 0, ...(note && { note }) };
}

function readTimes(bytes: Bytes): Times | undefined {
  const durations: number[] = [];
  let centiseconds = 0;
  for (const { kind, at } of gifBlocks(bytes)) {
    if (kind === 'control') centiseconds = bytes.le(at + 4, 2);
    else if (kind === 'image') durations.push(centiseconds);
  }
  return durations.length > 1 ? timesFrom(durations, 100) : undefined;
}

interface Block {
  /** `control` is the Graphic Control Extension, which has the duration of the next image. */
  kind: 'image' | 'control' | 'comment' | 'other';
  /** Where it begins. */
  at: number;
  /** Where its sub-blocks begin. */
  data: number;
}

/** All blocks, up to the trailer. */
export function* gifBlocks(bytes: Bytes): Generator<Block> {
  let at = 13 + tableBytes(bytes.u8(10));
  for (let kind = bytes.u8(at); kind !== 0x3b; kind = bytes.u8(at)) {
    bytes.count();
    if (kind === 0x2c) {
      const data = at + 10 + tableBytes(bytes.u8(at + 9)) + 1; // position and size, colour table, LZW code size
      yield { kind: 'image', at, data };
      at = data;
    } else if (kind === 0x21) {
      const label = bytes.u8(at + 1);
      yield { kind: label === 0xf9 ? 'control' : label === 0xfe ? 'comment' : 'other', at, data: at + 2 };
      at += 2;
    } else {
      throw new Malformed('is cut short or damaged');
    }
    for (let size = bytes.u8(at); size > 0; size = bytes.u8(at)) {
      bytes.count();
      at += size + 1;
    }
    at++;
  }
}

/** The content of consecutive sub-blocks, unless it is longer than a note. */
function textOf(bytes: Bytes, at: number): string {
  const kept: string[] = [];
  for (let size = bytes.u8(at), length = size; size > 0 && length <= MOST_NOTE; length += size) {
    kept.push(bytes.text(at + 1, size));
    at += size + 1;
    size = bytes.u8(at);
  }
  return kept.join('');
}

/** The size of a colour table, from its flags. */
const tableBytes = (flags: number) => (flags & 0x80 ? 3 * (2 << (flags & 7)) : 0);
