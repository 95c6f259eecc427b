/** The public face of Untrained in Node: films and stills of sweeps. */
import { UsageError } from './core/errors.js';
import { quote } from './core/wording/explain.js';
import { type Ffmpeg, findFfmpeg as find } from './outputs/index.js';

export {
  type Film,
  type FilmOptions,
  type OutputRequest,
  type Progress,
  renderFilm,
  renderStill,
} from './jobs/film.js';
export type { Ffmpeg, FfmpegSource, Finished } from './outputs/index.js';

/**
 * Finds ffmpeg as the command does: `path`, FFMPEG_PATH, `ffmpeg-static`, PATH, or the one that npm installed.
 * @param path - The program to use; found automatically by default.
 * @throws UsageError if `path` or FFMPEG_PATH names something that does not run; RenderError if there is no ffmpeg.
 */
export async function findFfmpeg(path?: string): Promise<Ffmpeg> {
  if (path === undefined || (typeof path === 'string' && path !== '')) return find(path);
  throw new UsageError(`The path to ffmpeg is ${quote(path)} but must be a text, or left out.`);
}
