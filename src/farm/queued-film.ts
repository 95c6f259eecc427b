/** Films whose segments are rendered by workers: plans one, has its segments rendered, and joins it here. */
import { promises as fs } from 'node:fs';
import { basename, extname } from 'node:path';
import { TransientError } from '../core/errors.js';
import { countFrames } from '../core/range.js';
import { plural } from '../core/wording/plural.js';
import { damageWarning, type Film, type MakeOptions } from '../jobs/film.js';
import type { ComposedRequest, Job, SourceRequest } from '../jobs/job.js';
import { join } from '../jobs/join.js';
import { type FilmRequest, plan } from '../jobs/plan.js';
import { writePlan } from '../jobs/plan-file.js';
import { missingParts } from '../jobs/segment.js';
import { provideSounds } from '../jobs/sound.js';
import { closeBenches, fileOf, LocalStore, openBenches } from '../jobs/store.js';
import type { Workshop } from '../jobs/workshop.js';
import { BESIDE, parseOutput, type Workbench } from '../outputs/index.js';
import type { KeyedFiles } from '../stores/index.js';
import type { Coordinator } from './coordinator.js';
import type { Order, Wanted } from './orders.js';
import { packPlan } from './stored-plans.js';
import { digestOf, entryOf } from './task.js';

/** The plan's file on the workbench of the first output. */
const PLAN_FILE = 'plan';

/** How often segments that have been taken may be missing after all. */
const ROUNDS = 3;

interface QueueOptions extends Omit<MakeOptions, 'lanes' | 'onProgress'> {
  /** Runs joins one after another, if there are many films. */
  inTurn?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined;
}

/** A film whose segments have been queued. */
export interface QueuedFilm {
  /**
   * Waits for the segments, and joins them.
   * @throws As Coordinator.order and join do.
   */
  finish(): Promise<Film>;
  /** Removes unfinished files. May be called at any time, and more than once. */
  close(): Promise<void>;
}

/**
 * Plans a film and queues the segments that neither the cache nor the store has. Its frames are not kept in memory.
 * @throws As makeFilm does before it draws.
 */
export async function queueFilm(
  request: FilmRequest,
  workshop: Workshop,
  coordinator: Coordinator,
  options: QueueOptions,
): Promise<QueuedFilm> {
  const { cache, onKept, onWarning, signal, inTurn = (work) => work() } = options;
  const started = performance.now();
  const planned = await plan(request, workshop, options, cache);
  let benches: Workbench[] = [];
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= closeBenches(benches);
    return closing;
  };
  try {
    signal?.throwIfAborted();
    const { pins, film } = planned;
    const ffmpeg = pins.ffmpeg === undefined ? undefined : await workshop.ffmpeg(options);
    benches = await openBenches(planned, options, ffmpeg);
    await provideSounds(planned, benches, workshop, options);
    const text = writePlan({ jobs: [forWorkers(planned)] });
    await benches[0].write(PLAN_FILE, await packPlan(text));
    const job: Job = { ...planned, frames: undefined };
    const store = new LocalStore(job, benches, cache, onKept);
    const order: Order = {
      plan: digestOf(text),
      text: () => fs.readFile(benches[0].path(PLAN_FILE)),
      frames: film.frames,
      segments: job.segments.length,
      take: (wanted, files) => takeAll(job, wanted, files, store, benches),
    };
    let wanted = await missingFrom(job, store);
    if (cache?.damaged) onWarning?.(damageWarning(cache.damaged));
    let segments = coordinator.order(order, wanted);
    segments.catch(() => {}); // finish() reports it
    return {
      close,
      async finish() {
        try {
          let drawn = 0;
          const workers = new Set<string>();
          for (let round = 1; wanted.length > 0; round++) {
            const delivery = await segments;
            drawn += delivery.drawn;
            for (const worker of delivery.workers) workers.add(worker);
            wanted = await missingFrom(job, store);
            if (round === ROUNDS && wanted.length > 0) {
              throw new TransientError(
                `Segment ${wanted[0].segment + 1} of ${order.segments} disappeared after it was rendered: try again.`,
              );
            }
            if (wanted.length > 0) segments = coordinator.order(order, wanted);
          }
          signal?.throwIfAborted();
          const files = await inTurn(() => join(job, store, workshop, options, benches));
          const seconds = (performance.now() - started) / 1000;
          const by = workers.size === 0 ? '' : `${plural(workers.size, 'worker')}, `;
          return { files, frames: film.frames, drawn, seconds, renderer: `${by}${pins.backend}` };
        } catch (error) {
          throw signal?.aborted ? signal.reason : error;
        } finally {
          await close();
        }
      },
    };
  } catch (error) {
    await close();
    throw signal?.aborted ? signal.reason : error;
  } finally {
    await workshop.finish(planned);
  }
}

/** A job without what only concerns this machine: no paths, and no sound or recipe, which workers do not need. */
function forWorkers(job: Job): Job {
  const outputs = job.outputs.map(({ sound: _, ...output }) => ({ ...output, path: plainPath(output.path) }));
  return { ...job, source: plainSource(job.source), outputs, sound: undefined, note: undefined };
}

/** The path of an output of the same format, which need not exist. */
function plainPath(path: string): string {
  return `${parseOutput(path).sequence ? '%d' : 'film'}${extname(path).toLowerCase()}`;
}

function plainSource(source: SourceRequest): SourceRequest {
  if (source.kind === 'composed') return plainScene(source);
  if (source.kind === 'sweep' || Array.isArray(source.cells)) return source;
  return { ...source, cells: { ...source.cells, scenes: source.cells.scenes.map(plainScene) } };
}

/** Workers find scenes by name, and refuse others. */
function plainScene(scene: ComposedRequest): ComposedRequest {
  const { target } = scene;
  return 'name' in target ? scene : { ...scene, target: { ...target, path: basename(target.path) } };
}

/** The segments with files that are not here. Those in the cache are copied. */
async function missingFrom(job: Job, store: LocalStore): Promise<Wanted[]> {
  const wanted: Wanted[] = [];
  for (const [segment, { parts }] of job.segments.entries()) {
    const missing = await missingParts(job, segment, store);
    if (missing.length === 0) continue;
    const frames = countFrames(missing.map(({ frames }) => frames));
    wanted.push({ id: entryOf(parts), segment, frames, keys: missing.map(({ keys: [key] }) => key) });
  }
  return wanted;
}

/** Copies a segment's files from the workers' store to here. */
async function takeAll(
  job: Job,
  { segment }: Wanted,
  files: KeyedFiles,
  store: LocalStore,
  benches: readonly Workbench[],
): Promise<boolean> {
  for (const part of await missingParts(job, segment, store)) {
    const bench = benches[part.output];
    const path = bench.path(fileOf(part));
    for (const old of [path, path + BESIDE]) await fs.rm(old, { force: true });
    if ((await files.take(part.keys[0], path)) !== 'taken') return false;
    await store.keep(part, bench, fileOf(part), part.keys);
  }
  return true;
}
