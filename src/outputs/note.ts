/** Texts in a file's metadata, one to a file, in ASCII. ffmpeg writes those of videos as it makes them; those of the other
 *  formats are added to the finished file, in place, so that long films are not copied for it. */

import { formatNamed } from './formats/index.js';
import { patchFile } from './opened.js';

export { noteFile } from '../files/write/wav.js';

/** Adds a note to a finished file, unless ffmpeg has written it. @param format - Its name. */
export async function addNote(path: string, format: string, note: string): Promise<void> {
  const write = formatNamed(format).addNote;
  if (write) await patchFile(path, (bytes) => write(bytes, note));
}
