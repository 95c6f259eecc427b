/** Notes in WebPs, as XMP in a chunk at the end of an extended file. */

import { type Bytes, bytesOf, joined, little, type Patch } from '../bytes.js';
import { riffChunk } from './wav.js';
import { xmpOf } from './xmp.js';

/** The size of the chunk that lists the features of an extended WebP, including its header. */
const VP8X_BYTES = 18;
const XMP_FLAG = 0x04;

/** At most how many bytes a note adds to a WebP. */
export const webpNoteBytes = (note: string): number => xmpChunk(note).length + VP8X_BYTES;

/** Adds a note to a WebP that ffmpeg made; a lossy still becomes an extended file. @param note - Latin-1. */
export function noteInWebp(bytes: Bytes, note: string): Patch[] {
  const xmp = xmpChunk(note);
  const extended = bytes.text(12) === 'VP8X';
  const end = bytes.size + (extended ? 0 : VP8X_BYTES);
  const head: Patch = extended
    ? { at: 20, bytes: Uint8Array.of(bytes.u8(20) | XMP_FLAG) }
    : { at: 12, bytes: joined(vp8x(bytes), bytes.slice(12, bytes.size - 12)) };
  return [head, { at: end, bytes: xmp }, { at: 4, bytes: little(end + xmp.length - 8, 4) }];
}

/** The chunk for a lossy still, whose frame header (RFC 6386, 9.1) has 14 bits each for width and height. ffmpeg
 *  writes no other stills. */
function vp8x(bytes: Bytes): Uint8Array {
  const sides = [26, 28].map((at) => little((bytes.le(at, 2) & 0x3fff) - 1, 3));
  return riffChunk('VP8X', joined(little(XMP_FLAG, 4), ...sides));
}

/** The note as XMP. */
const xmpChunk = (note: string) => riffChunk('XMP ', bytesOf(xmpOf(note)));
