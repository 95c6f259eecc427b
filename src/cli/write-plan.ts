/** The `plan` command: plans a film as `render` would make it, and writes the plan file. */
import { resolve } from 'node:path';
import { UsageError } from '../core/errors.js';
import { plural } from '../core/wording/plural.js';
import { exporterFor } from '../exporters/index.js';
import { hostsOf, type Job } from '../jobs/job.js';
import { plan } from '../jobs/plan.js';
import { writePlan } from '../jobs/plan-file.js';
import { needsSounds, storeSounds } from '../jobs/sound.js';
import { inBytes, writeWhole } from '../outputs/index.js';
import { type KeyedFiles, openStore } from '../stores/index.js';
import { filesOf, meansOf, type Prepared, prepare, requestsOf, saveRecipeOf, withWorkshop } from './draw.js';
import { lookOf, type OptionsOf } from './options.js';
import { printJson, reporter } from './report.js';
import { commandLine } from './shell.js';

/** The number of shards (fewer for fewer segments) and the store in the commands that it suggests. */
const SHARDS = 4;
const STORE = 'segments';

/**
 * The `plan` command. The plan file is written last, so it is either complete or absent.
 * @param scene - Undefined for the default scene, or with --project.
 * @param given - The names of the options that were given explicitly.
 * @throws UsageError for what `render` would reject, and for pages and shaders, which have no segments.
 */
export async function planFilm(
  scene: string | undefined,
  options: OptionsOf<'plan'>,
  given: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const page = options.out.find(exporterFor);
  if (page !== undefined) {
    const words = [...lookOf(options, given), '--to', exporterFor(page)!.name, '--out', page];
    throw new UsageError(
      `"${page}" is not a film, so it has no segments to plan: write it with ${commandLine('export', scene === undefined ? [] : [scene], words)}`,
    );
  }
  const report = reporter(options);
  const began = performance.now();
  const prepared = await prepare(scene, options, given, report, signal);
  const { subject } = prepared;
  const path = options.plan ?? `renders/${subject.name}.plan.json`;
  checkPath(path, prepared);
  const jobs: Job[] = [];
  let files: KeyedFiles | undefined;
  const [file] = await writeWhole(path, async () => {
    await withWorkshop(async (workshop) => {
      for (const request of requestsOf(prepared)) {
        const means = meansOf(subject, options, report, signal);
        const job = await plan(request, workshop, means);
        await workshop.finish(job);
        if (needsSounds(job)) files ??= await openFor(job, options);
        jobs.push(files ? await storeSounds(job, files, workshop, means) : { ...job, sound: undefined });
      }
    });
    signal.throwIfAborted();
    return [{ path, content: writePlan({ jobs, strict: options.strict }) }];
  }).finally(() => files?.close());
  await saveRecipeOf(prepared);

  const count = (measure: (job: Job) => number) => jobs.reduce((sum, job) => sum + measure(job), 0);
  const films = jobs.length;
  const frames = count(({ film }) => film.frames);
  const segments = count((job) => job.segments.length);
  const hosts = [...new Set(jobs.flatMap(hostsOf))].flatMap((host) => ['--allow-host', host]);
  const shards = Math.min(SHARDS, segments);
  const { store = STORE } = options;
  const words = ['--plan', path, '--shard', `1/${shards}`, '--store', store, ...hosts];
  const render = commandLine('render', [], words);
  const join = commandLine('join', [path], ['--store', store]);
  if (options.json) {
    const seconds = (performance.now() - began) / 1000;
    printJson('result', { plan: path, bytes: file.bytes, films, frames, segments, seconds, render, join });
  }
  if (options.json || options.quiet) return;
  const what = [plural(films, 'film'), plural(frames, 'frame'), plural(segments, 'segment')].join(', ');
  console.log(`${path}  ${inBytes(file.bytes)}  ${what}`);
  const which = shards === 1 ? 'its only shard' : `each shard, 1/${shards} to ${shards}/${shards},`;
  console.log(`Render ${which} on any machine:\n  ${render}`);
  console.log(`Then join the segments:\n  ${join}`);
}

/** Opens the store for a film's sound. @throws UsageError without --store. */
function openFor({ outputs }: Job, { store, timeout }: OptionsOf<'plan'>): Promise<KeyedFiles> {
  if (store !== undefined) return openStore(store, { timeout });
  throw new UsageError(
    `"${outputs[0].path}" has sound, which is encoded now: add --store with the folder or s3://bucket/prefix for the ` +
      'segments, or leave the sound out with --no-audio.',
  );
}

/** @throws UsageError if the plan would replace another file of this command. */
function checkPath(path: string, prepared: Prepared): void {
  const { subject } = prepared;
  const ours = [...filesOf(prepared), subject.kind === 'sweep' ? subject.path : subject.target.path];
  const same = ours.find((file) => resolve(file) === resolve(path));
  if (same === undefined) return;
  throw new UsageError(
    `--plan is "${path}", which is also ${same === ours.at(-1) ? 'the scene' : 'an output'}: choose another file.`,
  );
}
