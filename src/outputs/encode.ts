/** How frames become a film: what ffmpeg is given for a segment, and how its format joins them.
 *
 *  The arguments were checked with the 2018 build of @ffmpeg-installer/ffmpeg and with 7.0.2; nothing in `formats/` says
 *  how frames are spaced (-vsync, -fps_mode: the two have no word in common), since frames that arrive at a rate and
 *  leave at the same one are neither dropped nor doubled.
 *
 *  ffmpeg runs inside the work folder (workfolder.ts), so files have short names here and a user's path, with whatever
 *  colons and percent signs it has, never reaches ffmpeg's command line. */

import { framesOf, REPEATABLE } from './formats/arguments.js';
import type { EncodeOptions, Encoding, FilmShape, Output, Take } from './formats/format.js';
import { formatNamed } from './formats/index.js';
import type { Step } from './run.js';

export { type Bench, type Encoding, NOTE_FILE, type Take } from './formats/format.js';

/** What a segment is made by. @param names - The file of each take. */
export function segmentStep(takes: Take[], film: FilmShape, names: string[]): Step {
  return {
    inputs: [framesOf(film)],
    outputs: takes.map(({ options }, i) => ({
      options: ['-map', '0:v', ...options, ...REPEATABLE],
      to: names[i],
    })),
  };
}

/** The arguments for `film` as `output`. Pure: nothing is looked up or written. */
export function encodingOf(output: Output, film: FilmShape, options: EncodeOptions = {}): Encoding {
  return formatNamed(output.format).encoding(output, film, options);
}
