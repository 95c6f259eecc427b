/** Changes to AVIFs that ffmpeg made. */

import { type Bytes, big, bytesOf, joined, type Patch } from '../bytes.js';
import { XMP_ID } from '../read/avif.js';
import { findBox } from '../read/mp4.js';
import { xmpOf } from './xmp.js';

/** How many bytes a note adds to an AVIF. */
export const avifNoteBytes = (note: string): number => xmpBox(note).length;

/** Adds a note to an AVIF, as XMP in a box at the end: nothing that offsets point to moves. @param note - Latin-1. */
export function noteInAvif(bytes: Bytes, note: string): Patch[] {
  return [{ at: bytes.size, bytes: xmpBox(note) }];
}

/** The box that ISO media have for XMP (XMP specification, part 3, 1.2.3). */
function xmpBox(note: string): Uint8Array {
  const data = joined(bytesOf('uuid'), XMP_ID, bytesOf(xmpOf(note)));
  return joined(big(data.length + 4, 4), data);
}

/** Hides an AVIF's still picture, which newer ffmpegs decode besides its film. A still is left alone. */
export function onlyItsFilm(bytes: Bytes): Patch[] {
  const meta = findBox(bytes, 'meta');
  return meta && findBox(bytes, 'moov') ? [{ at: meta.start - 4, bytes: bytesOf('free') }] : [];
}
