/** Error messages for an ffmpeg that exited without making a film. */

import { RefusedError, RenderError, TransientError } from '../core/errors.js';
import { StalledError } from '../system/patience.js';
import type { Ffmpeg } from './ffmpeg.js';
import type { Output } from './formats/format.js';
import { formatNamed } from './formats/index.js';
import type { Exit } from './run.js';

/** Lines that ffmpeg prints after the actual error and that add nothing to it. */
const ECHO =
  /^(Conversion failed|Task finished with error|Terminating thread with|Last message repeated|Error muxing a packet)/;

/** One line: what happened and when, ffmpeg's own words, and the next step. Its class says whether a retry helps. */
export function deathError(
  exit: Exit,
  ffmpeg: Ffmpeg,
  output: Output,
  written: number,
  frames: number,
): RenderError {
  if (exit.stalled !== undefined)
    return new StalledError(stallMessage(exit.stalled, ffmpeg, output, written, frames));
  const lines = exit.stderr
    .map((line) => line.replace(/^(\[[^\]]* @ [^\]]*\] )+/, '')) // prefixes: "[libx264 @ 0x2a47d300] "
    .map((line) => line.replace(/[.!]$/, ''))
    .filter((line, i, lines) => lines.indexOf(line) === i);
  const telling = lines.filter((line) => !ECHO.test(line));
  const words = (telling.length > 0 ? telling : lines).slice(-4).join('; ');
  const interrupted = exit.code === 255 && words === ''; // how ffmpeg reacts to SIGINT and SIGTERM
  const end = exit.signal
    ? `was killed (${exit.signal})`
    : interrupted
      ? 'was interrupted'
      : exit.code === 0
        ? 'stopped reading'
        : `failed with exit code ${exit.code}`;

  const [ending] = formatNamed(output.format).endings;
  let next: string;
  let Class: typeof RenderError = RenderError;
  if (/No space left on device|Disk quota exceeded/.test(lines.join())) {
    Class = TransientError;
    next = 'The disk is full: free some space, or write to another disk.';
  } else if (
    /Unknown encoder|Encoder not found|Automatic encoder selection failed|No such filter/i.test(words)
  ) {
    Class = RefusedError;
    next = `This ffmpeg was built without what a .${ending} needs: choose another with --ffmpeg.`;
  } else if (interrupted) {
    Class = TransientError;
    next = 'Run the command again to render the film.';
  } else if (exit.signal || /Cannot allocate memory|malloc of size/i.test(lines.join())) {
    Class = TransientError;
    next =
      exit.signal === null
        ? 'Memory ran out: close other programs, or make the film smaller with --size.'
        : 'Someone killed it, or memory ran out: run the command again, or make the film smaller with --size.';
  } else {
    if (/Input\/output error|Read-only file system|Stale file handle/i.test(lines.join()))
      Class = TransientError;
    next = 'You can choose another ffmpeg with --ffmpeg.';
  }
  const reason = words === '' ? '' : `: ${words}`;
  return new Class(
    `ffmpeg ${end} after ${written} of ${frames} frames of "${output.path}"${reason}. ${next} ` +
      `(${ffmpeg.path}, version ${ffmpeg.version})`,
  );
}

function stallMessage(
  seconds: number,
  { path, version }: Ffmpeg,
  output: Output,
  written: number,
  frames: number,
): string {
  return (
    `ffmpeg made no progress for ${seconds} s after ${written} of ${frames} frames of "${output.path}" and was killed: ` +
    'it was suspended, or its disk is not responding. Run the command again, write to another disk, or ' +
    `allow more time with --timeout. (${path}, version ${version})`
  );
}
