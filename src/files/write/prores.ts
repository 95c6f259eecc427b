/** The colours in the frames of a ProRes film. Readers may follow the frame or its container, and ffmpeg's encoder writes
 *  only the container's; a frame that says nothing is taken for BT.601 by many. */

import { type Bytes, Malformed, type Patch } from '../bytes.js';
import { findBox } from '../read/mp4.js';

/** In a frame, from its beginning: 4 bytes of its size, "icpf", and the frame header (SMPTE RDD 36, 6.1.1), in which primaries,
 *  transfer and matrix follow 14 bytes of other things. */
const COLOURS_AT = 8 + 14;

/** BT.709 for all three. */
const BT709 = Uint8Array.of(1, 1, 1);

/** Writes BT.709 into every frame of a MOV whose one track is ProRes. Nothing else changes. */
export function framesTaggedBt709(bytes: Bytes): Patch[] {
  const patches: Patch[] = [];
  const mdat = findBox(bytes, 'mdat');
  for (let at = mdat?.start ?? 0; mdat && at < mdat.end; at += bytes.be(at, 4)) {
    if (bytes.text(at + 4) !== 'icpf') throw new Malformed(`has no ProRes frame at ${at}`);
    patches.push({ at: at + COLOURS_AT, bytes: BT709 });
  }
  return patches;
}
