/** The `join` command: joins a plan's segments into its files. */
import { resolve } from 'node:path';
import { UsageError } from '../core/errors.js';
import type { Job, PlannedOutput } from '../jobs/job.js';
import { IncompleteError, joinPlanned } from '../jobs/join-plan.js';
import { readPlanFile } from '../jobs/plan-file.js';
import { Workshop } from '../jobs/workshop.js';
import { parseOutput } from '../outputs/index.js';
import { openStore } from '../stores/index.js';
import type { OptionsOf } from './options.js';
import { printJson, reporter } from './report.js';
import { commandLine } from './shell.js';

/**
 * The `join` command.
 * @param file - The plan file.
 */
export async function joinPlan(file: string, options: OptionsOf<'join'>, signal: AbortSignal): Promise<void> {
  const { store: place, out, json, ffmpeg, timeout } = options;
  if (place === undefined) {
    throw new UsageError(
      'join needs the store that has the segments: add --store with a folder or s3://bucket/prefix.',
    );
  }
  const { jobs, strict } = await readPlanFile(file);
  const report = reporter({ ...options, strict: options.strict || strict });
  const planned = renamed(jobs, out);
  checkPaths(planned);
  const files = await openStore(place, { timeout });
  const workshop = new Workshop();
  try {
    await joinPlanned(planned, files, workshop, {
      ffmpeg,
      timeout,
      signal,
      onWarning: report.warning,
      onStage: report.stage,
      onFilm: (film) => report.done(film, ''),
    });
  } catch (error) {
    if (!(error instanceof IncompleteError)) throw error;
    const { count: segments, store, missing, damaged } = error;
    if (json) printJson('incomplete', { segments, store, missing, damaged });
    const command = commandLine('render', [], ['--plan', file, '--store', place]);
    throw error.saying(`run \`${command}\`, then join again`);
  } finally {
    await workshop.close();
    await files.close();
  }
}

/**
 * Replaces the planned paths with those of --out, in order. The last may be the poster's.
 * @throws UsageError for another number of paths, or other formats.
 */
function renamed(jobs: readonly Job[], paths: readonly string[]): Job[] {
  if (paths.length === 0) return [...jobs];
  const all = jobs.flatMap(({ outputs }) => outputs);
  const films = all.filter(({ frame }) => frame === undefined);
  if (paths.length !== films.length && paths.length !== all.length) {
    const shown = films.slice(0, 5).map(({ path }) => path);
    throw new UsageError(
      `--out is given ${paths.length === 1 ? 'once' : `${paths.length} times`}, but the plan has ` +
        `${films.length === 1 ? '1 output' : `${films.length} outputs`} (${shown.join(', ')}${films.length > 5 ? ', …' : ''}): ` +
        'give one for each, in the same order, or none.',
    );
  }
  const replaced = new Map<PlannedOutput, string>();
  for (const [i, output] of (paths.length === all.length ? all : films).entries()) {
    const [planned, given] = [
      parseOutput(output.path, output.options),
      parseOutput(paths[i], output.options),
    ];
    if (planned.format !== given.format || planned.sequence !== given.sequence) {
      throw new UsageError(
        `--out is "${given.path}", but the planned output is "${planned.path}": use the same ending, or plan the film again.`,
      );
    }
    replaced.set(output, given.path);
  }
  return jobs.map((job) => ({
    ...job,
    outputs: job.outputs.map((output) => ({ ...output, path: replaced.get(output) ?? output.path })),
  }));
}

/** @throws UsageError if two outputs have the same path. */
function checkPaths(jobs: readonly Job[]): void {
  const taken = new Set<string>();
  for (const { path } of jobs.flatMap(({ outputs }) => outputs)) {
    if (taken.has(resolve(path)))
      throw new UsageError(`"${path}" would be written twice: give each output its own --out.`);
    taken.add(resolve(path));
  }
}
