/** The colours that a ProRes frame says of itself. Readers may follow the frame or its container, and ffmpeg's encoder leaves
 *  the frame without a word, which many take for BT.601. */

import { promises as fs } from 'node:fs';
import { FileBytes } from '../files/read/bytes.js';
import { findBox } from '../files/read/mp4.js';

/** In a frame, from its beginning: 4 bytes of its size, "icpf", and the frame header (SMPTE RDD 36, 6.1.1), in which primaries,
 *  transfer and matrix follow 14 bytes of other things. */
const COLOURS_AT = 8 + 14;

/** BT.709 for all three, as BT709_TAGS says to the container. */
const BT709 = Buffer.of(1, 1, 1);

/** Writes BT.709 into every frame of a MOV whose one track is ProRes. Nothing else changes. */
export async function tagFrames(path: string): Promise<void> {
  const places: number[] = [];
  const bytes = new FileBytes(path);
  try {
    const mdat = findBox(bytes, 'mdat');
    for (let at = mdat?.start ?? 0; mdat && at < mdat.end; at += bytes.be(at, 4)) {
      if (bytes.text(at + 4) !== 'icpf') throw new Error(`${path}: there is no ProRes frame at ${at}`);
      places.push(at + COLOURS_AT);
    }
  } finally {
    bytes.close();
  }
  const file = await fs.open(path, 'r+');
  try {
    for (const at of places) await file.write(BT709, 0, BT709.length, at);
  } finally {
    await file.close();
  }
}
