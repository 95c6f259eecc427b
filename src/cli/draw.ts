/** What `render` and `still` do: reads a scene, changes it as the options say, and has it rendered. */
import { existsSync, writeFileSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import type { ComposedOptions } from '../composed/source.js';
import { defaultsOf, type Target } from '../composed/target.js';
import { RenderError, UsageError } from '../errors.js';
import type { backends } from '../frame/create-renderer.js';
import { checkStill, type Film, renderFilm, renderStill, writeFilm } from '../render/film.js';
import type { FrameSource } from '../render/source.js';
import { writeRecipe } from '../sweep/recipe.js';
import { parseSweep, type Sweep, withSeconds } from '../sweep/sweep.js';
import { parseOutput, warningsFor } from '../video/index.js';
import { override, variablesOf } from './override.js';
import { duration, type Reporter, reporter } from './report.js';
import { loadScene, type Scene, type SweepScene } from './scenes.js';

export const DEFAULT_SCENE = 'weight-scale';

/** Options of every command that draws. */
export interface DrawOptions {
  size?: [number, number];
  fps?: number;
  set: string[];
  ffmpeg?: string;
  json?: boolean;
  quiet?: boolean;
  // Sweeps only.
  seconds?: number;
  seed?: string;
  supersample?: Sweep['supersample'];
  dither?: boolean;
  backend: (typeof backends)[number];
  threads?: number;
  recipe?: string;
  // Composed scenes only.
  project?: string;
  browser?: string;
  concurrency?: number;
  timeout?: number;
}

export interface RenderOptions extends DrawOptions {
  out: string[];
  frames?: [number, number];
  gif?: 'per-frame' | 'global';
}

export interface StillOptions extends DrawOptions {
  out?: string;
  at?: number;
}

const SWEEPS_ONLY = ['seconds', 'seed', 'supersample', 'dither', 'backend', 'threads', 'recipe'] as const;
const COMPOSED_ONLY = ['browser', 'concurrency', 'timeout'] as const;

/** @param given - Which options somebody gave, by name. @param scene - None for the default one, or for --project's. */
export async function render(
  scene: string | undefined,
  options: RenderOptions,
  given: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const job = await jobOf(scene, options, given);
  const { name } = job;
  const report = reporter(options);
  const write = { ...options, gifPalette: options.gif, onProgress: report.progress, signal };
  if (job.kind === 'sweep') {
    const sweep = changed(job, options);
    const outputs = options.out.length > 0 ? options.out : [`renders/${name}.mp4`, `renders/${name}.gif`];
    warn(outputs, sweep.size, sweep.fps, report);
    const film = await renderFilm(sweep, { ...write, outputs });
    report.done(film, options.size ? '' : largerAdvice(scene, sweep, film.seconds));
  } else {
    const outputs = options.out.length > 0 ? options.out : [`renders/${name}.mp4`];
    const { size, fps } = defaultsOf(job.target);
    warn(outputs, options.size ?? size, options.fps ?? fps, report);
    const composed = { ...composedOptions(options, report, signal), frames: options.frames };
    report.done(await writeFilm(() => openComposed(job.target, composed), { ...write, outputs }), '');
  }
}

/** One moment, as a PNG. */
export async function still(
  scene: string | undefined,
  options: StillOptions,
  given: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const job = await jobOf(scene, options, given);
  const output = options.out ?? `renders/${job.name}.png`;
  const report = reporter(options);
  let film: Film;
  if (job.kind === 'sweep') {
    const sweep = changed(job, options);
    const at = options.at ?? (sweep.loop ? 0 : sweep.seconds);
    film = await renderStill(sweep, at, output, { ...options, signal });
  } else {
    checkStill(output);
    const composed = { ...composedOptions(options, report, signal), still: { at: options.at } };
    film = await writeFilm(() => openComposed(job.target, composed), {
      ...options,
      outputs: [output],
      signal,
    });
  }
  report.done(film, '');
}

type Job = SweepScene | { kind: 'composed'; name: string; target: Target };

/** Loaded only when needed: a bundler and a browser's driver take half a second to load. */
async function openComposed(target: Target, options: ComposedOptions): Promise<FrameSource> {
  const composed = await import('../composed/source.js');
  return composed.openComposed(target, options);
}

async function jobOf(scene: string | undefined, options: DrawOptions, given: Set<string>): Promise<Job> {
  const { project } = options;
  if (project !== undefined) {
    if (scene !== undefined) {
      throw new UsageError(`--project ${project} renders all of its scenes: leave out "${scene}".`);
    }
    const path = resolve(project);
    if (!existsSync(path)) throw new UsageError(`There is no file ${project}: check its path.`);
    refuse(SWEEPS_ONLY, given, 'a sweep', `${project} is a project`);
    return { kind: 'composed', name: basename(path, extname(path)), target: { kind: 'project', path } };
  }
  const found: Scene = await loadScene(scene ?? DEFAULT_SCENE);
  const { name, path } = found;
  if (found.kind === 'sweep') {
    refuse(COMPOSED_ONLY, given, 'a composed scene', `${name} is a sweep`);
    return found;
  }
  refuse(SWEEPS_ONLY, given, 'a sweep', `${name} is a composed scene, which says all that in its code`);
  return { kind: 'composed', name, target: { kind: 'scene', path } };
}

/** Nothing is silently left unread. */
function refuse(options: readonly string[], given: Set<string>, kind: string, what: string): void {
  const option = options.find((option) => given.has(option));
  if (option) throw new UsageError(`--${option} is for ${kind}, and ${what}: leave it out.`);
}

function composedOptions(options: DrawOptions, report: Reporter, signal: AbortSignal): ComposedOptions {
  const { size, fps, browser, concurrency, timeout } = options;
  const variables = variablesOf(options.set);
  return { size, fps, browser, concurrency, timeout, variables, onNote: report.warning, signal };
}

function warn(outputs: string[], [width, height]: [number, number], fps: number, report: Reporter): void {
  for (const output of outputs) {
    for (const warning of warningsFor(parseOutput(output), { width, height, fps, frames: 0 }))
      report.warning(warning);
  }
}

/** The scene's sweep with the command line's changes. */
function changed({ sweep }: SweepScene, options: DrawOptions): Sweep {
  const { size, fps, supersample, dither, seconds, seed } = options;
  const direct = {
    ...(size && { size }),
    ...(fps && { fps }),
    ...(supersample && { supersample }),
    ...(dither && { dither }),
  };
  let result = parseSweep({ ...sweep, ...direct });
  if (seconds !== undefined) result = withSeconds(result, seconds);
  if (seed !== undefined) result = override(result, `seed=${seed}`);
  result = parseSweep(options.set.reduce(override, result));
  if (options.recipe) saveRecipe(options.recipe, result);
  return result;
}

function saveRecipe(path: string, sweep: Sweep): void {
  try {
    writeFileSync(path, writeRecipe(sweep));
  } catch (error) {
    throw new RenderError(
      `The recipe cannot be written to ${path} (${(error as Error).message}): name another file.`,
    );
  }
}

/** How to have the film at twice the size, and about how long that takes here. */
function largerAdvice(name: string | undefined, { size: [width, height] }: Sweep, seconds: number): string {
  const command = process.env.npm_lifecycle_event === 'render' ? 'npm run render --' : 'untrained render';
  const scene = name === undefined ? '' : ` ${name}`;
  return `Larger: ${command}${scene} --size ${2 * width}x${2 * height} (about ${duration(4 * seconds)} here)`;
}
