/** WebP: RIFF chunks with a name and a length, padded to even lengths. The note is the description in its XMP. */

import type { Bytes } from '../bytes.js';
import { type Found, MOST_NOTE, type Reader, type Times, timesFrom } from './found.js';
import { noteInXmp } from './xmp.js';

export const webpReader: Reader = {
  begins: (head) => head.startsWith('RIFF') && head.startsWith('WEBP', 8),
  read: readWebp,
  times: readTimes,
};

/** The durations of an animation's pictures are in milliseconds. */
function readTimes(bytes: Bytes): Times | undefined {
  const durations: number[] = [];
  for (let at = 12; at + 8 <= bytes.size; ) {
    bytes.count();
    const length = bytes.le(at + 4, 4);
    if (bytes.text(at) === 'ANMF') durations.push(bytes.le(at + 20, 3));
    at += 8 + length + (length % 2);
  }
  return durations.length > 0 ? timesFrom(durations, 1000) : undefined;
}

function readWebp(bytes: Bytes): Found {
  let [width, height, frames, milliseconds] = [0, 0, 0, 0];
  let note: string | undefined;
  for (let at = 12; at + 8 <= bytes.size; ) {
    bytes.count();
    const name = bytes.text(at);
    const length = bytes.le(at + 4, 4);
    const data = at + 8;
    if (name === 'VP8X') {
      [width, height] = [bytes.le(data + 4, 3) + 1, bytes.le(data + 7, 3) + 1];
    } else if (name === 'ANMF') {
      frames++;
      milliseconds += bytes.le(data + 12, 3);
    } else if (name === 'VP8 ' && width === 0) {
      [width, height] = [bytes.le(data + 6, 2) & 0x3fff, bytes.le(data + 8, 2) & 0x3fff]; // RFC 6386, 9.1
    } else if (name === 'VP8L' && width === 0) {
      const sides = bytes.le(data + 1, 4); // 14 bits each, less 1
      [width, height] = [(sides & 0x3fff) + 1, ((sides >>> 14) & 0x3fff) + 1];
    } else if (name === 'XMP ' && length <= MOST_NOTE) {
      note = noteInXmp(bytes.text(data, length));
    }
    bytes.slice(data + length - Math.min(1, length), Math.min(1, length)); // throws if the chunk is incomplete
    at = data + length + (length % 2);
  }
  const seconds = frames > 1 ? milliseconds / 1000 : 0;
  return { width, height, frames: Math.max(1, frames), seconds, ...(note && { note }) };
}
