/** The commands `render` and `still`: load a scene, apply the options, and render it. */

import { existsSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { UsageError } from '../core/errors.js';
import { grainNote, grainNoteAt } from '../core/sweep/grain.js';
import { stillOf } from '../core/sweep/still.js';
import type { Sweep } from '../core/sweep/sweep.js';
import { exporterFor } from '../exporters/index.js';
import { type Film, makeFilm } from '../jobs/film.js';
import type { ComposedRequest, SourceRequest } from '../jobs/job.js';
import { checkStill, type FilmRequest } from '../jobs/plan.js';
import { cacheFor, encodingIn, recipeOf } from '../jobs/render.js';
import { type Means, Workshop } from '../jobs/workshop.js';
import { defaultEndings, parseOutput, warningsFor } from '../outputs/index.js';
import { evaluate } from '../renderers/cpu/planes.js';
import { variablesReadBy } from '../sources/composed/variables.js';
import { fileInPackage, noFile } from '../system/packaged.js';
import { codeDigest } from '../system/version.js';
import { costLine, costOf, type Still, sizeOf } from './cost.js';
import { outputsOf, writePage } from './export.js';
import { withLevels } from './levels.js';
import type { OptionEntry } from './option.js';
import {
  DEFAULT_SCENE,
  type DrawOptions,
  lookOf,
  type RenderOptions,
  type Resolved,
  refuseFor,
  type StillOptions,
  soundWords,
  written,
} from './options.js';
import { checkAfter, checkBefore, type Group } from './outputs.js';
import { variablesOf } from './override.js';
import {
  type ComposedSubject,
  changed,
  checkQuality,
  evaluationIn,
  type Planned,
  planFilms,
  type Shape,
  type Subject,
  saveRecipe,
} from './plan.js';
import { duration, type Reporter, reporter } from './report.js';
import { loadScene, type Scene } from './scenes.js';
import { commandLine, inShell } from './shell.js';
import { type PlannedSound, soundsOf } from './sound.js';
import { noteCached } from './stopping.js';

/** One or more films of a scene, planned and checked. */
export interface Prepared {
  scene: string | undefined;
  subject: Subject;
  options: Resolved<RenderOptions>;
  /** The names of the options that were given explicitly. */
  given: Set<string>;
  plan: Planned[];
  /** The sound of each of them. */
  sounds: PlannedSound[];
  /** The outputs that are pages or shaders. */
  pages: string[];
}

/**
 * The `render` command.
 * @param scene - Undefined for the default scene, or with --project.
 * @param given - The names of the options that were given explicitly.
 */
export async function render(
  scene: string | undefined,
  options: RenderOptions,
  given: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const report = reporter(options);
  await withWorkshop(async (workshop) => {
    await draw(await prepare(scene, options, given, report, signal), workshop, report, signal);
  });
}

/** Plans and checks the films of `render`. @throws UsageError for an invalid request. */
export async function prepare(
  scene: string | undefined,
  asked: RenderOptions,
  given: Set<string>,
  report: Reporter,
  signal: AbortSignal,
): Promise<Prepared> {
  const loading = subjectOf(scene, asked, given, report, signal);
  codeDigest(); // needed later, and computed here while another process loads the scene
  const subject = await loading;
  const { films, pages } = outputsOf(asked, subject, given);
  const options = await withLevels(subject, asked, { signal, onStage: report.stage });
  const isFilm = films.length > 0 || pages.length === 0;
  const plan = isFilm ? planFilms(subject, { ...options, out: films }) : [];
  for (const { group, film } of plan) {
    checkQuality(group, options);
    checkBefore(group, film, options, report);
    warn(group, film, report);
  }
  if (options.loops && options.loops > 1 && plan.some(({ sweep }) => sweep && !sweep.loop))
    report.warning(`${subject.name} does not end where it begins, so it jumps wherever --loops restarts it.`);
  const [first] = plan;
  const grain = first?.sweep && grainNote(first.sweep, evaluate, first.film.range);
  if (grain) report.warning(grain);
  const sounds = await soundsOf(subject, options, given, plan, report, signal);
  return { scene, subject, options, given, plan, sounds, pages };
}

/** All files that it will make. */
export function filesOf({ plan, pages, options: { poster, recipe } }: Prepared): string[] {
  const films = plan.flatMap(({ group }) => group.files.map(({ path }) => path));
  return [...films, ...pages, ...(poster ? [poster] : []), ...(recipe ? [recipe] : [])];
}

/** Runs a command's work with a workshop, which is closed on every path. */
export async function withWorkshop<T>(work: (workshop: Workshop) => Promise<T>): Promise<T> {
  const workshop = new Workshop();
  try {
    return await work(workshop);
  } finally {
    await workshop.close();
  }
}

/** The requests for its films, one for each size and frame rate. */
export function requestsOf({ subject, options, plan, sounds }: Prepared): FilmRequest[] {
  const { poster, gif: gifPalette } = options;
  return plan.map(({ group, film, sweep }, i) => {
    const { range: frames, every } = film;
    const source: SourceRequest =
      subject.kind === 'sweep'
        ? { kind: 'sweep', sweep: sweep!, frames, every }
        : { ...composedRequest(subject, { ...options, ...group }), frames, every };
    return {
      source,
      outputs: group.files.map(({ path, maxSize, limits }) => ({ path, maxSize, limits })),
      encode: encodingIn({ ...options, maxSize: undefined, gifPalette }),
      sound: sounds[i].track,
      recipe: { ...recipeOf(source), ...(sounds[i].note && { audio: sounds[i].note }) },
      poster:
        poster && i === 0 ? ({ path: poster, frame: sweep?.loop ? 'first' : 'last' } as const) : undefined,
    };
  });
}

/** Writes the recipe that --recipe asks for, if there is no page, which writes it itself. */
export async function saveRecipeOf({ options, plan, sounds, pages }: Prepared): Promise<void> {
  if (plan[0]?.sweep && pages.length === 0) await saveRecipe(options.recipe, plan[0].sweep, sounds[0].note);
}

/** Makes the films, after the pages and shaders, since these take a moment and may be refused. */
export async function draw(
  prepared: Prepared,
  workshop: Workshop,
  report: Reporter,
  signal: AbortSignal,
): Promise<void> {
  const { scene, subject, options, given, plan, pages } = prepared;
  for (const path of pages) await writePage(subject, path, options, false, report, signal);
  await saveRecipeOf(prepared);
  for (const [i, request] of requestsOf(prepared).entries()) {
    const { group, sweep } = plan[i];
    const making = {
      ...meansOf(subject, options, report, signal),
      onKept: noteCached,
      onProgress: report.progress,
    };
    const made = await makeFilm(request, workshop, { ...making, cache: cacheFor(options) });
    const chosen = !sweep || options.size !== undefined || options.for.length > 0;
    const advice = chosen ? '' : largerAdvice(scene, options, given, sweep, made);
    report.done(made, advice, checkAfter(group, report));
  }
}

/** The `still` command: one moment as a PNG, a page or a shader. */
export async function still(
  scene: string | undefined,
  options: StillOptions,
  given: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const report = reporter(options);
  const subject = await subjectOf(scene, options, given, report, signal);
  const path = options.out ?? `renders/${subject.name}${defaultEndings.still}`;
  if (exporterFor(path)) return writePage(subject, path, options, true, report, signal);
  checkStill(path);
  const means = meansOf(subject, options, report, signal);
  const source = await stillSource(subject, options, means);
  const request = { source, outputs: [{ path }], recipe: recipeOf(source) };
  const film = await withWorkshop(async (workshop) => {
    const cost = await costOf(source, workshop, means);
    const line = cost && costLine(sizeOf(source), cost);
    if (line) report.note(line);
    return makeFilm(request, workshop, { ...means, cache: cacheFor(options) });
  });
  report.done(film, '');
}

async function stillSource(subject: Subject, options: StillOptions, means: Means): Promise<Still> {
  if (subject.kind === 'composed') return { ...composedRequest(subject, options), still: { at: options.at } };
  const { loop, seconds } = changed(subject, { ...options, levels: undefined });
  const at = options.at ?? (loop ? 0 : seconds);
  const { signal, onStage } = means;
  const sweep = changed(subject, await withLevels(subject, options, { signal, onStage }, at));
  await saveRecipe(options.recipe, sweep);
  const grain = at <= sweep.seconds && grainNoteAt(sweep, at, evaluate);
  if (grain) means.onWarning?.(grain);
  return { kind: 'sweep', sweep: await stillOf(sweep, at, evaluate, means) };
}

/** What to make a film with on this machine, from the options. */
export function meansOf(
  subject: Subject,
  { backend, threads, ffmpeg, browser, concurrency, timeout, cache: follow }: DrawOptions,
  report: Reporter,
  signal: AbortSignal,
): Means {
  // A GPU's bounds checks may only be turned off for the user's own code.
  const boundsChecks = !(subject.kind === 'sweep' && subject.trusted);
  const chosen = { backend, threads, boundsChecks, ffmpeg, browser, concurrency, timeout, follow };
  return { ...chosen, onWarning: report.warning, onStage: report.stage, signal };
}

/** Loads the scene. @throws UsageError if there is none, or if a given option does not apply to its kind. */
export async function subjectOf(
  scene: string | undefined,
  options: DrawOptions,
  given: Set<string>,
  report: Reporter,
  signal: AbortSignal,
): Promise<Subject> {
  const { project } = options;
  if (project !== undefined) {
    if (scene !== undefined) {
      throw new UsageError(`--project ${project} renders all of its scenes: leave out "${scene}".`);
    }
    const path = existsSync(project) ? resolve(project) : await fileInPackage(project);
    if (path === undefined) throw noFile(project);
    refuseFor('composed', given, `${project} is a project`, settingInstead(path, options));
    return { kind: 'composed', name: basename(path, extname(path)), target: { kind: 'project', path } };
  }
  const found: Scene = await loadScene(scene ?? DEFAULT_SCENE, {
    signal,
    onStage: report.stage,
    ffmpeg: options.ffmpeg,
    seconds: options.seconds,
  });
  const { name, path } = found;
  if (found.kind === 'sweep') {
    const opaque = given.has('transparent') ? ', whose network colours every pixel' : '';
    refuseFor('sweep', given, `${name} is a sweep${opaque}`);
    return found;
  }
  const what = `${name} is a composed scene, which sets this in its code`;
  refuseFor('composed', given, what, settingInstead(path, options));
  const { as, extension, earlier } = found;
  return { kind: 'composed', name, target: { kind: 'scene', path }, as, extension, earlier };
}

/** The next step for a sweep's option, if a composed scene's module reads a variable of the same name. */
function settingInstead(path: string, options: DrawOptions) {
  return (entry: OptionEntry): string | undefined => {
    if (!variablesReadBy(path).includes(entry.name)) return undefined;
    const assignment = `${entry.name}=${written(entry, options[entry.name as keyof DrawOptions])}`;
    return `to set its variable "${entry.name}", use ${inShell(['--set', assignment])}`;
  };
}

/** A request for a composed scene with the options applied. */
export function composedRequest({ target, as }: ComposedSubject, options: DrawOptions): ComposedRequest {
  const { size = as?.size, fps = as?.fps, transparent = as?.transparent } = options;
  const { strict, allowHost: allowHosts } = options;
  const evaluation = evaluationIn(options as Resolved<DrawOptions>) ?? as?.evaluation;
  const variables = { ...as?.variables, ...variablesOf(options) };
  return {
    kind: 'composed',
    target,
    size,
    fps,
    transparent,
    ...(evaluation && { evaluation }),
    variables,
    allowHosts,
    answers: as?.answers,
    heard: as?.heard,
    strict,
  };
}

function warn({ files }: Group, { width, height, fps }: Shape, report: Reporter): void {
  for (const { path } of files) {
    for (const warning of warningsFor(parseOutput(path), { width, height, fps, frames: 0 }))
      report.warning(warning);
  }
}

/** Suggests the command for the film at twice the size, and estimates its time if all frames were drawn. */
function largerAdvice(
  scene: string | undefined,
  options: Resolved<RenderOptions>,
  given: Set<string>,
  { size: [width, height] }: Sweep,
  { seconds, drawn, frames: count }: Film,
): string {
  const { frames, every } = options;
  const words = [
    ...lookOf(options, given),
    ...(frames ? ['--frames', frames.join('-')] : []),
    ...(every ? ['--every', `${every}`] : []),
    ...soundWords(options, given),
    ...['--size', `${2 * width}x${2 * height}`],
  ];
  const command = commandLine('render', scene === undefined ? [] : [scene], words);
  return `Larger: ${command}${drawn === count ? ` (about ${duration(4 * seconds)} here)` : ''}`;
}
