/** PNG (ISO/IEC 15948): chunks with a length, a name and a checksum. The note is the text chunk named Comment. */

import type { Bytes } from '../bytes.js';
import { type Found, MOST_NOTE, type Reader } from './found.js';

export const pngReader: Reader = {
  begins: (head) => head.startsWith('\x89PNG\r\n\x1a\n') && !isApng(head),
  read: readPng,
};

/** Whether a PNG begins like one of our animated ones: their first chunk after the header says so. */
export const isApng = (head: string): boolean =>
  head.startsWith('\x89PNG\r\n\x1a\n') && head.startsWith('acTL', 37);

/** Reads a PNG, or of an APNG the picture that programs without support for APNG show. */
export function readPng(bytes: Bytes): Found {
  let note: string | undefined;
  for (let at = 8, name = ''; name !== 'IEND'; ) {
    bytes.count();
    const length = bytes.be(at, 4);
    name = bytes.text(at + 4);
    if (name === 'tEXt' && length <= MOST_NOTE) {
      const text = bytes.text(at + 8, length);
      if (text.startsWith('Comment\0')) note = text.slice(8);
    }
    at += 12 + length;
  }
  return {
    width: bytes.be(16, 4),
    height: bytes.be(20, 4),
    frames: 1,
    seconds: 0,
    ...(note && { note }),
  };
}
