/**
 * The public API in Node: films and stills of sweeps and composed scenes, and the steps of making a film, which several
 * processes or machines can share.
 */
import { UsageError } from './core/errors.js';
import { quote } from './core/wording/explain.js';
import { type Ffmpeg, findFfmpeg as find } from './outputs/index.js';

export { type ExportOptions, exportSweep } from './jobs/export.js';
export type { Film, MakeOptions, Progress } from './jobs/film.js';
export { type Job, readJob, writeJob } from './jobs/job.js';
export { join } from './jobs/join.js';
export { type FilmRequest, type OutputRequest, type PosterRequest, plan } from './jobs/plan.js';
export {
  type FilmOptions,
  type RenderOptions,
  renderFilm,
  renderStill,
  type SceneInput,
} from './jobs/render.js';
export { segment } from './jobs/segment.js';
export { FolderStore, type SegmentStore, SharedStore } from './jobs/store.js';
export { type Means, Workshop } from './jobs/workshop.js';
export type { Ffmpeg, FfmpegSource, Finished } from './outputs/index.js';
export { type KeyedFiles, openStore } from './stores/index.js';

/**
 * Finds ffmpeg as the command does: `path`, FFMPEG_PATH, `ffmpeg-static`, PATH, or the one that npm installed.
 * @param path - The program to use; found automatically by default.
 * @throws UsageError if `path` or FFMPEG_PATH names something that does not run; RenderError if there is no ffmpeg.
 */
export async function findFfmpeg(path?: string): Promise<Ffmpeg> {
  if (path === undefined || (typeof path === 'string' && path !== '')) return find(path);
  throw new UsageError(`The path to ffmpeg is ${quote(path)} but must be a string, or left out.`);
}
