/** How frames become a film: ffmpeg's arguments for a segment, and how a format joins its segments.
 *
 *  The arguments were tested with the 2018 build of @ffmpeg-installer/ffmpeg and with 7.0.2. Nothing in `formats/` sets
 *  how frames are spaced (-vsync and -fps_mode: neither build accepts both), since frames that arrive and leave at the
 *  same rate are neither dropped nor duplicated.
 *
 *  ffmpeg runs inside the work folder (workfolder.ts), so file names are short here, and the user's path, which may
 *  contain colons and percent signs, never reaches ffmpeg's command line. */

import { framesOf, REPEATABLE } from './formats/arguments.js';
import type { EncodeOptions, Encoding, FilmShape, Output, Take } from './formats/format.js';
import { formatNamed } from './formats/index.js';
import type { Step } from './run.js';

export { type Bench, type Encoding, type Joined, NOTE_FILE, type Take } from './formats/format.js';

/** The ffmpeg run that makes a segment. @param names - The file of each take. */
export function segmentStep(takes: Take[], film: FilmShape, names: string[]): Step {
  return {
    inputs: [framesOf(film)],
    outputs: takes.map(({ options }, i) => ({
      options: ['-map', '0:v', ...options, ...REPEATABLE],
      to: names[i],
    })),
  };
}

/** How to encode `film` as `output`. Pure: reads and writes nothing. */
export function encodingOf(output: Output, film: FilmShape, options: EncodeOptions = {}): Encoding {
  return formatNamed(output.format).encoding(output, film, options);
}
