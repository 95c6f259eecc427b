/** Notes: an ASCII text in a file's metadata. ffmpeg writes those of videos; in other formats, the note is added to the
 *  finished file in place, which avoids copying long films. */

import { formatNamed } from './formats/index.js';
import { patchFile } from './opened.js';

export { noteFile } from '../files/write/wav.js';

/** Adds a note to a finished file, unless ffmpeg has written it already. @param format - The format's name. */
export async function addNote(path: string, format: string, note: string): Promise<void> {
  const write = formatNamed(format).addNote;
  if (write) await patchFile(path, (bytes) => write(bytes, note));
}
