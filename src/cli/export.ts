/** The command `export`, and the pages and shaders among the outputs of `render` and `still`. */
import { resolve } from 'node:path';
import { UsageError } from '../core/errors.js';
import { activationNames } from '../core/network/activations.js';
import { grainNote, grainNoteAt } from '../core/sweep/grain.js';
import { type Exporter, exporterFor, exporterNamed } from '../exporters/index.js';
import { exportEndings, formOf, momentOf, writeExport } from '../jobs/export.js';
import { formatWithEnding } from '../outputs/index.js';
import { evaluate } from '../renderers/cpu/planes.js';
import { withLevels } from './levels.js';
import { DEFAULT_SCENE, type ExportOptions, type LookOptions, refuseFilmOptions } from './options.js';
import { changed, type Subject, saveRecipe } from './plan.js';
import { type Reporter, reporter } from './report.js';
import { listScenes, loadScene, type SweepScene } from './scenes.js';
import { commandLine } from './shell.js';

/**
 * The `export` command.
 * @param scene - Undefined for the default scene.
 * @throws UsageError for an invalid request, and for what cannot be exported in that form.
 */
export async function exportScene(
  scene: string | undefined,
  options: ExportOptions,
  signal: AbortSignal,
): Promise<void> {
  const report = reporter(options);
  const exporter = exporterOf(options);
  const subject =
    (await activationCalled(scene, exporter)) ??
    (await loadScene(scene ?? DEFAULT_SCENE, { signal, onStage: report.stage, seconds: options.seconds }));
  if (subject.kind !== 'sweep') {
    throw new UsageError(
      `${subject.name} is a composed scene, which is code, but only sweeps can be exported: make a film of it with ` +
        `${commandLine('render', [scene!])}, or write a sweep of its network.`,
    );
  }
  const path = options.out ?? defaultPath(subject, exporter);
  await write(subject, exporter, path, options, !exporter.moves, report, signal);
}

/** The curve of an activation, if there is no sweep with its name; undefined if it is none. */
async function activationCalled(name = '', { name: form }: Exporter): Promise<SweepScene | undefined> {
  const found = activationNames.find((known) => known === name);
  const isSweep = listScenes().some((scene) => scene.name === name && scene.path.endsWith('.ts'));
  if (!found || form !== 'svg' || isSweep) return undefined;
  const { activationSweep } = await import('../exporters/svg.js');
  return { kind: 'sweep', name, path: name, sweep: activationSweep(found), trusted: true };
}

/** The form that the options ask for. @throws UsageError if there is none. */
function exporterOf({ to, out }: ExportOptions): Exporter {
  if (out === undefined) {
    const named = to === undefined ? undefined : exporterNamed(to);
    if (named) return named;
    throw new UsageError(
      `No format is given: choose one with --to, such as --to html, or with the ending of --out: ${exportEndings()}.`,
    );
  }
  if (to === undefined && formatWithEnding(out.slice(out.lastIndexOf('.')))) {
    throw new UsageError(
      `"${out}" is a film or a picture, and export writes neither: use render or still, or end it in ${exportEndings()}.`,
    );
  }
  return formOf(out, to);
}

/** What is exported from an exported file never replaces that file. */
function defaultPath({ name, path, sweep }: SweepScene, { ending }: Exporter): string {
  const plain = `renders/${name}${ending}`;
  return resolve(plain) === path ? `renders/${name}-${sweep.size.join('x')}${ending}` : plain;
}

/**
 * Applies the options to a scene's sweep, and writes its export.
 * @param still - Whether it is one moment even without --at.
 */
async function write(
  subject: SweepScene,
  exporter: Exporter,
  path: string,
  options: LookOptions & { at?: number },
  still: boolean,
  report: Reporter,
  signal: AbortSignal,
): Promise<void> {
  const began = performance.now();
  if (options.recipe !== undefined && resolve(options.recipe) === resolve(path)) {
    throw new UsageError(`--recipe is "${options.recipe}", which is also the output: choose another file.`);
  }
  const watched = { signal, onStage: report.stage };
  const asIs = changed(subject, { ...options, levels: undefined });
  const at = options.at ?? (still ? momentOf(asIs) : undefined);
  const sweep = changed(subject, await withLevels(subject, options, watched, at));
  const isInside = at !== undefined && at <= sweep.seconds;
  const grain = isInside ? grainNoteAt(sweep, at, evaluate) : grainNote(sweep, evaluate);
  if (grain) report.warning(grain);
  const files = await writeExport(exporter, sweep, path, { at, onNote: report.note, ...watched });
  await saveRecipe(options.recipe, sweep);
  report.exported(exporter, files, (performance.now() - began) / 1000);
}

/** The outputs of `render`: films, and pages or shaders. */
export interface Outputs {
  films: string[];
  pages: string[];
}

/**
 * Tells films from pages and shaders.
 * @param given - The names of the options that were given.
 * @throws UsageError for other exports, and for options that do not apply to pages and shaders.
 */
export function outputsOf(
  { out, for: platforms }: { out: string[]; for: string[] },
  subject: Subject,
  given: ReadonlySet<string>,
): Outputs {
  const pages = out.filter(exporterFor);
  const films = out.filter((path) => !exporterFor(path));
  for (const path of pages) checkPage(path, subject);
  if (pages.length > 0 && films.length === 0) refuseFilmOptions(given, pages[0]);
  if (pages.length > 0 && platforms.length > 0) {
    throw new UsageError(
      `--for applies only to films, and "${pages[0]}" is not one: write it with a separate command.`,
    );
  }
  return { films, pages };
}

/** Rejects what an output of `render` and `still` cannot be. @throws UsageError with the next step. */
function checkPage(path: string, subject: Subject): asserts subject is SweepScene {
  const { name, moves } = formOf(path);
  if (!moves) {
    throw new UsageError(
      `"${path}" can only be written by export: use ${commandLine('export', ['SCENE'], ['--to', name])}`,
    );
  }
  if (subject.kind === 'sweep') return;
  throw new UsageError(
    `"${path}" can only contain a sweep, but ${subject.name} is a composed scene, which is code: make a film (.mp4) or a picture (.png).`,
  );
}

/**
 * Writes a page or a shader in place of a film or a picture.
 * @param still - Whether it is one moment.
 */
export function writePage(
  subject: Subject,
  path: string,
  options: LookOptions & { at?: number },
  still: boolean,
  report: Reporter,
  signal: AbortSignal,
): Promise<void> {
  checkPage(path, subject);
  return write(subject, formOf(path), path, options, still, report, signal);
}
