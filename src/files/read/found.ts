/** What the readers of all formats share. */

import { MOST_NOTE_BYTES } from '../../core/recipe.js';
import type { Bytes } from '../bytes.js';

/** Reads files of one kind. Nothing is decoded. */
export interface Reader {
  /** Whether a file is of this kind, by its first 16 bytes as Latin-1 text. */
  begins(head: string): boolean;
  /** @throws Malformed for a damaged file. */
  read(bytes: Bytes): Found;
}

/** What a reader finds. */
export interface Found {
  /** In pixels. */
  width: number;
  height: number;
  frames: number;
  /** How long it plays, in seconds: once, where it repeats. 0 for a still. */
  seconds: number;
  /** As the format calls it: "avc1", "V_VP9". */
  codec?: string;
  /** The text in its metadata. */
  note?: string;
}

/** The longest note that is read, in bytes. */
export const MOST_NOTE = MOST_NOTE_BYTES + 1000; // and what XMP and the like put around it
