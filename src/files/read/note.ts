/** Finds the note in a file of any kind. */
import { type Bytes, Malformed, textOf } from '../bytes.js';
import { apngReader } from './apng.js';
import { avifReader } from './avif.js';
import { noteInExport } from './exported.js';
import type { Reader } from './found.js';
import { gifReader } from './gif.js';
import { movReader, mp4Reader } from './mp4.js';
import { pngReader } from './png.js';
import { webmReader } from './webm.js';
import { webpReader } from './webp.js';

/** How many of a file's first bytes identify its kind. */
export const HEAD = 64;

const readers: readonly Reader[] = [
  mp4Reader,
  gifReader,
  webmReader,
  webpReader,
  avifReader,
  movReader,
  apngReader,
  pngReader,
];

/**
 * The text in a file's metadata; undefined if there is none.
 * @throws Malformed for a damaged file, or one of another kind.
 */
export function noteIn(bytes: Bytes): string | undefined {
  const head = textOf(bytes.slice(0, Math.min(HEAD, bytes.size)));
  const reader = readers.find((known) => known.begins(head));
  if (reader) return reader.read(bytes, 'note').note;
  const note = noteInExport(bytes);
  if (note === undefined) throw new Malformed('is not a film or picture that Untrained can read');
  return note;
}
