/** AVIF (AOM, version 1.1): ISO media whose film, if it is animated, is a track as in an MP4, and whose still picture
 *  is an item. The note is the description in its XMP. */

import { type Bytes, Malformed } from '../bytes.js';
import { type Found, MOST_NOTE, type Reader } from './found.js';
import { boxes, find, findBox, isAvif, readFilm, readTimes } from './mp4.js';
import { noteInXmp } from './xmp.js';

/** What begins the content of a box with XMP. */
export const XMP_ID = Uint8Array.of(
  ...[0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac],
);

export const avifReader: Reader = {
  begins: isAvif,
  read: readAvif,
  times: (bytes) => (findBox(bytes, 'moov') ? readTimes(bytes) : undefined),
};

function readAvif(bytes: Bytes): Found {
  const note = noteIn(bytes);
  const film = findBox(bytes, 'moov') ? readFilm(bytes) : readStill(bytes);
  return { ...film, ...(film.frames === 1 && { seconds: 0 }), ...(note && { note }) };
}

/** A still: the size of its first item. */
function readStill(bytes: Bytes): Found {
  const meta = findBox(bytes, 'meta');
  // After four bytes of version and flags.
  const size = meta && find(bytes, { ...meta, start: meta.start + 4 }, 'iprp', 'ipco', 'ispe');
  if (!size) throw new Malformed('has no pictures');
  return {
    width: bytes.be(size.start + 4, 4),
    height: bytes.be(size.start + 8, 4),
    frames: 1,
    seconds: 0,
    codec: 'av01',
  };
}

function noteIn(bytes: Bytes): string | undefined {
  for (const { name, start, end } of boxes(bytes, { name: '', start: 0, end: bytes.size })) {
    const length = end - start - XMP_ID.length;
    if (name !== 'uuid' || length < 0 || length > MOST_NOTE) continue;
    if (bytes.slice(start, XMP_ID.length).every((byte, i) => byte === XMP_ID[i]))
      return noteInXmp(bytes.text(start + XMP_ID.length, length));
  }
  return undefined;
}
