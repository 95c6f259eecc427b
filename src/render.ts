/**
 * The public API in Node: films and stills of sweeps and composed scenes, and the steps of making a film, which several
 * processes or machines can share.
 */
import { UsageError } from './core/errors.js';
import type { Sweep, SweepInput } from './core/sweep/sweep.js';
import { quote } from './core/wording/explain.js';
import { type Ffmpeg, findFfmpeg as find } from './outputs/index.js';
import { type ListeningMeans, resolveSweep } from './sound/resolve.js';

export { type ExportOptions, exportSweep } from './jobs/export.js';
export type { Film, MakeOptions, Progress } from './jobs/film.js';
export { type Job, readJob, writeJob } from './jobs/job.js';
export { join } from './jobs/join.js';
export { type FilmRequest, type OutputRequest, type PosterRequest, plan } from './jobs/plan.js';
export {
  type AudioInput,
  type FilmOptions,
  type RenderOptions,
  renderFilm,
  renderStill,
  type SceneInput,
} from './jobs/render.js';
export { segment } from './jobs/segment.js';
export { storeSounds } from './jobs/sound.js';
export { FolderStore, type SegmentStore, SharedStore } from './jobs/store.js';
export { type Means, Workshop } from './jobs/workshop.js';
export type { Ffmpeg, FfmpegSource, Finished } from './outputs/index.js';
export type { ListeningMeans } from './sound/resolve.js';
export type { Clip, Soundtrack } from './sound/soundtrack.js';
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

/**
 * Replaces `listen()` and `beats()` in a sweep with keyframes, as the command does when it loads a scene's file.
 * @param sweep - What sweep() accepts or returns.
 * @param folder - The folder that the paths of sounds are relative to.
 * @param options - How sounds are read; see ListeningMeans.
 * @throws UsageError, in one line, for an invalid sweep, or a sound that cannot be used.
 * @example `await renderFilm(await resolveSounds(pulse, import.meta.dirname), { outputs: ['pulse.mp4'] })`
 */
export async function resolveSounds(
  sweep: Sweep | SweepInput,
  folder: string,
  options: ListeningMeans = {},
): Promise<Sweep> {
  if (typeof folder !== 'string') {
    throw new UsageError(`The folder of the sounds is ${quote(folder)} but must be a path.`);
  }
  return (await resolveSweep(sweep, folder, options)).sweep;
}
