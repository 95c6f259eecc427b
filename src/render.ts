/**
 * The public API in Node: films and stills of sweeps and composed scenes, and the steps that a film is made in, which
 * several processes or machines can share.
 */
import { UsageError } from './core/errors.js';
import { quote } from './core/wording/explain.js';
import { type Ffmpeg, findFfmpeg as find } from './outputs/index.js';

export type { Film, MakeOptions, Progress } from './jobs/film.js';
export { type Job, readJob, writeJob } from './jobs/job.js';
export { join } from './jobs/join.js';
export { type FilmRequest, type OutputRequest, plan } from './jobs/plan.js';
export {
  type FilmOptions,
  type RenderOptions,
  renderFilm,
  renderStill,
  type SceneInput,
} from './jobs/render.js';
export { segment } from './jobs/segment.js';
export { FolderStore, type SegmentStore } from './jobs/store.js';
export { type Means, Workshop } from './jobs/workshop.js';
export type { Ffmpeg, FfmpegSource, Finished } from './outputs/index.js';

/**
 * Finds ffmpeg where `--ffmpeg` looks for it.
 * @param path - The one to use; found automatically by default.
 * @throws UsageError when `path` names something that does not run; RenderError when there is no ffmpeg at all.
 */
export async function findFfmpeg(path?: string): Promise<Ffmpeg> {
  if (path === undefined || (typeof path === 'string' && path !== '')) return find(path);
  throw new UsageError(`The path to ffmpeg is ${quote(path)} but must be a text, or left out.`);
}
