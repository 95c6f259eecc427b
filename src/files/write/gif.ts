/** Changes to GIFs that ffmpeg made. */

import { type Bytes, bytesOf, joined, type Patch } from '../bytes.js';
import { gifBlocks } from '../read/gif.js';

/** The last byte of every GIF. */
const TRAILER = Uint8Array.of(0x3b);

/** How many bytes a note adds to a GIF. */
export const gifNoteBytes = (note: string): number => comment(note).length;

/** Adds a note to a GIF, as a comment before its trailer. @param note - Latin-1. */
export function noteInGif(bytes: Bytes, note: string): Patch[] {
  return [{ at: bytes.size - TRAILER.length, bytes: joined(comment(note), TRAILER) }];
}

/** A Comment Extension of GIF89a: blocks of up to 255 bytes, each preceded by its length, and an empty block. */
function comment(note: string): Uint8Array {
  const text = bytesOf(note);
  const parts: Uint8Array[] = [Uint8Array.of(0x21, 0xfe)];
  for (let at = 0; at < text.length; at += 255) {
    const block = text.subarray(at, at + 255);
    parts.push(Uint8Array.of(block.length), block);
  }
  return joined(...parts, Uint8Array.of(0));
}

/**
 * Sets every frame's disposal to "do not dispose", so that it stays visible where the next frame is transparent. ffmpeg
 * has transparent frames cleared, which is right for transparent films, and has no option to change that.
 */
export function framesLeftInPlace(bytes: Bytes): Patch[] {
  const patches: Patch[] = [];
  for (const { kind, at } of gifBlocks(bytes))
    if (kind === 'control')
      patches.push({ at: at + 3, bytes: Uint8Array.of((bytes.u8(at + 3) & ~0x1c) | 0x04) });
  return patches;
}
