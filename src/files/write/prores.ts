/** Colour tags in the frames of a ProRes film. Readers may follow those of the frame or of the container; ffmpeg's
 *  encoder writes only the container's, and many readers take untagged frames for BT.601. */

import { type Bytes, Malformed, type Patch } from '../bytes.js';
import { frameOffsets } from '../read/mp4.js';

/** The tags' offset in a frame: after 4 bytes of its size and "icpf" comes the frame header (SMPTE RDD 36, 6.1.1),
 *  in which primaries, transfer and matrix follow 14 other bytes. */
const COLOURS_AT = 8 + 14;

/** BT.709 for all three. */
const BT709 = Uint8Array.of(1, 1, 1);

/** Tags every frame of a MOV whose pictures are ProRes as BT.709. Nothing else changes. */
export function framesTaggedBt709(bytes: Bytes): Patch[] {
  const patches: Patch[] = [];
  for (const at of frameOffsets(bytes)) {
    if (bytes.text(at + 4) !== 'icpf') throw new Malformed(`has no ProRes frame at ${at}`);
    patches.push({ at: at + COLOURS_AT, bytes: BT709 });
  }
  return patches;
}
