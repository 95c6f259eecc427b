/** What `render` and `still` do: reads a scene, changes it as the options say, and has it rendered. */
import { existsSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { pretendHome } from '../browser/home.js';
import { UsageError } from '../core/errors.js';
import type { PixelFormat } from '../core/frame/pixels.js';
import type { Recipe } from '../core/recipe/recipe.js';
import { grainNote, grainNoteAt } from '../core/sweep/grain.js';
import type { Sweep } from '../core/sweep/sweep.js';
import {
  checkStill,
  type Film,
  renderFilm,
  renderStill,
  type WriteOptions,
  writeFilm,
} from '../jobs/film.js';
import { parseOutput, rateOf, warningsFor } from '../outputs/index.js';
import { evaluate } from '../renderers/cpu/planes.js';
import type { RendererOptions } from '../renderers/create-renderer.js';
import type { ComposedOptions } from '../sources/composed/source.js';
import type { Target } from '../sources/composed/target.js';
import type { FrameSource } from '../sources/source.js';
import { DEFAULT_SCENE, type DrawOptions, type RenderOptions, type StillOptions } from './options.js';
import { checkAfter, checkBefore, type Group } from './outputs.js';
import { variablesOf } from './override.js';
import {
  type ComposedJob,
  changed,
  checkQuality,
  type Job,
  type Planned,
  planComposed,
  planSweep,
  type Shape,
  saveRecipe,
} from './plan.js';
import { duration, type Reporter, reporter } from './report.js';
import { loadScene, type Scene } from './scenes.js';
import { commandLine } from './shell.js';
import { noteKept } from './stopping.js';

const SWEEPS_ONLY = [
  'seconds',
  'seed',
  'pace',
  'palette',
  'supersample',
  'dither',
  'backend',
  'threads',
  'recipe',
] as const;
const COMPOSED_ONLY = ['browser', 'concurrency', 'transparent', 'allowHost'] as const;

/** A film, or several of one scene, that could be drawn: all that can be known beforehand is right. */
export interface Prepared {
  scene: string | undefined;
  job: Job;
  options: RenderOptions;
  /** The names of the options that were given explicitly. */
  given: Set<string>;
  plan: Planned[];
}

/** @param given - Which options somebody gave, by name. @param scene - None for the default one, or for --project's. */
export async function render(
  scene: string | undefined,
  options: RenderOptions,
  given: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const report = reporter(options);
  await draw(await prepare(scene, options, given, report, signal), report, signal);
}

/** Plans and checks what `render` is to make. @throws UsageError for what cannot be. */
export async function prepare(
  scene: string | undefined,
  options: RenderOptions,
  given: Set<string>,
  report: Reporter,
  signal: AbortSignal,
): Promise<Prepared> {
  const job = await jobOf(scene, options, given, report, signal);
  const plan = job.kind === 'sweep' ? planSweep(job, options) : planComposed(job, options);
  for (const { group, film } of plan) {
    checkQuality(group, options);
    checkBefore(group, film, report);
    warn(group, film, report);
  }
  if (options.loops && options.loops > 1 && plan.some(({ sweep }) => sweep && !sweep.loop))
    report.warning(`${job.name} does not end where it begins, so it jumps wherever --loops restarts it.`);
  const [{ sweep, film }] = plan;
  const grain = sweep && grainNote(sweep, evaluate, film.range);
  if (grain) report.warning(grain);
  return { scene, job, options, given, plan };
}

/** Every file that it is to make. */
export function filesOf({ plan, options: { poster, recipe } }: Prepared): string[] {
  const films = plan.flatMap(({ group }) => group.files.map(({ path }) => path));
  return [...films, ...(poster ? [poster] : []), ...(recipe ? [recipe] : [])];
}

/** Makes it. */
export async function draw(
  { scene, job, options, given, plan }: Prepared,
  report: Reporter,
  signal: AbortSignal,
): Promise<void> {
  if (plan[0].sweep) await saveRecipe(options.recipe, plan[0].sweep);
  for (const [i, { group, film, sweep }] of plan.entries()) {
    const {
      backend,
      threads,
      crf,
      quality,
      loops,
      gif: gifPalette,
      poster,
      ffmpeg,
      cache,
      timeout,
    } = options;
    const { range: frames, every } = film;
    const write: WriteOptions = {
      ...{ crf, quality, loops, gifPalette, ffmpeg, cache, timeout, signal },
      onProgress: report.progress,
      onWarning: report.warning,
      onKept: noteKept,
      onStage: report.stage,
      outputs: group.files,
      ...(poster && i === 0 && { poster: { path: poster, frame: sweep?.loop ? 'first' : 'last' } }),
    };
    if (sweep) {
      const drawn = { backend, threads, ...rendererOptions(job, report), frames, every };
      const made = await renderFilm(sweep, { ...write, ...drawn });
      const chosen = options.size !== undefined || options.for.length > 0;
      const advice = chosen ? '' : largerAdvice(scene, options, given, sweep, made.seconds);
      report.done(made, advice, checkAfter(group, report));
    } else if (job.kind === 'composed') {
      const composed = {
        ...composedOptions({ ...options, ...group }, report, signal, job),
        frames,
        every,
      };
      const open = (formats: PixelFormat[]) => openComposed(job.target, { ...composed, formats });
      const made = await writeFilm(open, { ...write, madeOf: recipeOf(job, composed) });
      report.done(made, '', checkAfter(group, report));
    }
  }
}

/** One moment, as a PNG. */
export async function still(
  scene: string | undefined,
  options: StillOptions,
  given: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const report = reporter(options);
  const job = await jobOf(scene, options, given, report, signal);
  const output = options.out ?? `renders/${job.name}.png`;
  let film: Film;
  if (job.kind === 'sweep') {
    const sweep = changed(job, options);
    await saveRecipe(options.recipe, sweep);
    const at = options.at ?? (sweep.loop ? 0 : sweep.seconds);
    const grain = at <= sweep.seconds && grainNoteAt(sweep, at, evaluate);
    if (grain) report.warning(grain);
    const drawn = { ...options, ...rendererOptions(job, report), onStage: report.stage, signal };
    film = await renderStill(sweep, at, output, drawn);
  } else {
    checkStill(output);
    const composed = { ...composedOptions(options, report, signal, job), still: { at: options.at } };
    const madeOf = recipeOf(job, composed);
    const write = { ...options, outputs: [output], madeOf, onWarning: report.warning, signal };
    film = await writeFilm(() => openComposed(job.target, composed), write);
  }
  report.done(film, '');
}

/** The renderer options that depend on a scene: a GPU's bounds checks may be off only for the user's own code. */
export function rendererOptions(
  job: Job,
  report: Reporter,
): Pick<RendererOptions, 'boundsChecks' | 'onWarning'> {
  return { boundsChecks: !(job.kind === 'sweep' && job.trusted), onWarning: report.warning };
}

/** Loaded only when needed: a bundler and a browser's driver take half a second to load. */
export async function openComposed(target: Target, options: ComposedOptions): Promise<FrameSource> {
  pretendHome();
  const composed = await import('../sources/composed/source.js');
  return composed.openComposed(target, options);
}

/** The scene that is named, when the options that were given are for one of its kind. */
export async function jobOf(
  scene: string | undefined,
  options: DrawOptions,
  given: Set<string>,
  report: Reporter,
  signal: AbortSignal,
): Promise<Job> {
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
  const found: Scene = await loadScene(scene ?? DEFAULT_SCENE, { signal, onStage: report.stage });
  const { name, path } = found;
  if (found.kind === 'sweep') {
    const opaque = given.has('transparent') ? ', whose network colours every pixel' : '';
    refuse(COMPOSED_ONLY, given, 'a composed scene', `${name} is a sweep${opaque}`);
    return found;
  }
  refuse(SWEEPS_ONLY, given, 'a sweep', `${name} is a composed scene, which sets all that in its code`);
  const { as, extension } = found;
  return { kind: 'composed', name, target: { kind: 'scene', path }, as, extension };
}

/** What a composed scene's film says of how it was made. */
export function recipeOf({ name, target, as }: ComposedJob, options: ComposedOptions): Recipe {
  const { variables = {}, size, fps, transparent, frames, every } = options;
  const given = Object.keys(variables).length > 0;
  return {
    scene: as ? basename(target.path, extname(target.path)) : name,
    ...(given && { variables: variables as Recipe['variables'] }),
    ...{ size, fps, transparent, frames, every },
  };
}

/** Nothing is silently left unread. */
function refuse(options: readonly string[], given: Set<string>, kind: string, what: string): void {
  const option = options.find((option) => given.has(option));
  const flag = option?.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (flag) throw new UsageError(`--${flag} applies only to ${kind}, but ${what}: leave it out.`);
}

export function composedOptions(
  options: DrawOptions,
  report: Reporter,
  signal: AbortSignal,
  { as }: ComposedJob,
): ComposedOptions {
  const { size = as?.size, fps = as?.fps, transparent = as?.transparent } = options;
  const { browser, concurrency, timeout, strict, allowHost: allowHosts, cache: follow } = options;
  const variables = { ...as?.variables, ...variablesOf(options.set) };
  const shown = { size, fps, transparent, variables };
  const hosts = { allowHosts, answers: as?.answers };
  const given = { ...shown, ...hosts, browser, concurrency, timeout };
  return { ...given, follow, strict, onWarning: report.warning, signal };
}

function warn({ files }: Group, { width, height, fps }: Shape, report: Reporter): void {
  for (const { path } of files) {
    for (const warning of warningsFor(parseOutput(path), { width, height, fps, frames: 0 }))
      report.warning(warning);
  }
}

/** How to have the film at twice the size, and about how long that takes here. */
function largerAdvice(
  scene: string | undefined,
  options: RenderOptions,
  given: Set<string>,
  { size: [width, height] }: Sweep,
  seconds: number,
): string {
  const { frames, every, supersample, dither } = options;
  const words = [
    ...lookOf(options, given),
    ...(frames ? ['--frames', frames.join('-')] : []),
    ...(every ? ['--every', `${every}`] : []),
    ...(supersample ? ['--supersample', `${supersample}`] : []),
    ...(dither ? ['--dither'] : []),
    ...['--size', `${2 * width}x${2 * height}`],
  ];
  const command = commandLine('render', scene === undefined ? [] : [scene], words);
  return `Larger: ${command} (about ${duration(4 * seconds)} here)`;
}

/** The given options that determine what a picture shows, as words for another command. */
export function lookOf(options: DrawOptions, given: Set<string>): string[] {
  const names = ['project', 'seconds', 'fps', 'seed', 'pace', 'palette'] as const;
  return [
    ...names.flatMap((name) =>
      given.has(name) ? [`--${name}`, name === 'fps' ? rateOf(options.fps!) : `${options[name]}`] : [],
    ),
    ...options.set.flatMap((assignment) => ['--set', assignment]),
  ];
}
