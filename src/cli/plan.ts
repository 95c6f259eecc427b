/** What `render` is to make: which sweep or scene, into which files, at which size. Nothing is drawn here. */
import { promises as fs } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { RenderError, UsageError } from '../core/errors.js';
import { writeRecipe } from '../core/recipe/recipe.js';
import { frameCount, parseSweep, type Sweep, withSeconds } from '../core/sweep/sweep.js';
import { parseOutput } from '../outputs/index.js';
import { defaultsOf, type Target } from '../sources/composed/target.js';
import { makeFolder, whyRefused } from '../system/folders.js';
import type { DrawOptions, RenderOptions } from './options.js';
import { type Group, groupsOf } from './outputs.js';
import { override } from './override.js';
import type { ComposedScene, SweepScene } from './scenes.js';

export interface ComposedJob {
  kind: 'composed';
  name: string;
  target: Target;
  /** How the film was made that it was read from, where it was, and that film's ending. */
  as?: ComposedScene['as'];
  extension?: string;
}

export type Job = SweepScene | ComposedJob;

/** One rendering: its files, what is known of the film before it is there, and what is drawn. */
export interface Planned {
  group: Group;
  film: Shape;
  /** None for a composed scene. */
  sweep?: Sweep;
}

export interface Shape {
  width: number;
  height: number;
  fps: number;
  /** Which frames of the whole film are drawn; by default all. */
  range?: [number, number];
  every?: number;
  /** Of the files, repeats included; NaN where only a browser knows. */
  frames: number;
  seconds: number;
}

export function planSweep(job: SweepScene, options: RenderOptions): Planned[] {
  const { loops = 1 } = options;
  const range = options.frames ?? job.frames;
  const every = options.every ?? job.every;
  const [width, height] = options.size ?? job.sweep.size;
  // A film made again from a film's own recipe has the same format, and another name.
  const name = options.name ?? (job.extension ? `${job.name}-${width}x${height}` : job.name);
  const video = loops > 1 || (job.extension === '.png' && frameCount(job.sweep) > 1); // as a poster's
  const endings = video ? ['.mp4'] : job.extension ? [job.extension] : ['.mp4', '.gif'];
  const defaults = endings.map((ending) => `renders/${name}${ending}`);
  const { fps } = job.sweep;
  return groupsOf(name, options, defaults, fps).map((group) => {
    const sweep = changed(job, { ...options, ...group });
    const drawn = Math.ceil((range ? range[1] - range[0] + 1 : frameCount(sweep)) / (every ?? 1));
    const fps = sweep.fps / (every ?? 1);
    const frames = loops * drawn;
    const [width, height] = sweep.size;
    return { group, sweep, film: { width, height, fps, range, every, frames, seconds: frames / fps } };
  });
}

export function planComposed(job: ComposedJob, options: RenderOptions): Planned[] {
  const { as = {}, extension } = job;
  const range = options.frames ?? as.frames;
  const every = options.every ?? as.every;
  const defaults = defaultsOf(job.target);
  const size = options.size ?? as.size;
  const [width, height] = size ?? defaults.size;
  const name = options.name ?? (extension ? `${job.name}-${width}x${height}` : job.name);
  const ending = extension && extension !== '.png' ? extension : options.transparent ? '.webm' : '.mp4';
  const asked = { ...options, size, fps: options.fps ?? as.fps };
  return groupsOf(name, asked, [`renders/${name}${ending}`], defaults.fps).map((group) => {
    const [width, height] = group.size ?? defaults.size;
    const fps = (group.fps ?? defaults.fps) / (every ?? 1);
    return { group, film: { width, height, fps, range, every, frames: Number.NaN, seconds: Number.NaN } };
  });
}

/** Refuses a quality that no file has. */
export function checkQuality({ files }: Group, { crf }: RenderOptions): void {
  if (crf === undefined || files.some(({ path }) => ['mp4', 'webm'].includes(parseOutput(path).format)))
    return;
  throw new UsageError(
    '--crf is for .mp4 and .webm, and neither is written: leave it out, or use --quality.',
  );
}

/** The scene's sweep with the command line's changes. */
export function changed({ sweep }: SweepScene, options: DrawOptions): Sweep {
  const { size, fps, pace, supersample, dither, seconds, seed, palette } = options;
  const direct = {
    ...(size && { size }),
    ...(fps && { fps }),
    ...(pace && { pace }),
    ...(supersample && { supersample }),
    ...(dither && { dither }),
  };
  let result = parseSweep({ ...sweep, ...direct });
  if (seconds !== undefined) result = withSeconds(result, seconds);
  if (seed !== undefined) result = override(result, `seed=${seed}`);
  if (palette !== undefined) result = override(result, `palette=${palette}`);
  return parseSweep(options.set.reduce(override, result));
}

/** Writes the JSON that makes a sweep again, where --recipe asks for it. */
export async function saveRecipe(path: string | undefined, sweep: Sweep): Promise<void> {
  if (!path) return;
  try {
    await makeFolder(dirname(resolve(path)));
    await fs.writeFile(path, writeRecipe(sweep));
  } catch (error) {
    throw new RenderError(
      `The recipe cannot be written to ${path} because ${whyRefused(error)} (${(error as NodeJS.ErrnoException).code}): name another file.`,
    );
  }
}
