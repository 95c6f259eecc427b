/** Makes the segments of a plan that a store lacks, on this machine. */
import { setTimeout as pause } from 'node:timers/promises';
import { RefusedError, TransientError, UsageError } from '../core/errors.js';
import { countFrames } from '../core/range.js';
import type { SegmentCache } from '../outputs/index.js';
import type { KeyedFiles } from '../stores/index.js';
import { damageWarning, encodersFor, lanesFor, makeSegments, type Progress, progressOf } from './film.js';
import type { Job, Part } from './job.js';
import { checkPins, plainPins } from './pins.js';
import { type DrawnSegment, drawSegment, openPlanned } from './segment.js';
import type { PlannedSegment } from './shards.js';
import { CachedStore, type SegmentStore, SharedStore } from './store.js';
import type { Means, Workshop } from './workshop.js';

/** How segments are made, and callbacks for their progress. */
export interface ShardOptions extends Means {
  /** Segments are also taken from this cache, and new ones kept there. */
  cache?: SegmentCache | undefined;
  /** Called for each segment that is now in the store. */
  onStored?: (() => void) | undefined;
  /** Called after each frame. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** How long to wait before each further try after a TransientError, in milliseconds. Defaults to 1 s, then 5 s. */
  pauses?: readonly number[] | undefined;
}

/** A segment that failed although others can be rendered. */
export interface FailedSegment extends PlannedSegment {
  error: unknown;
}

/** The result of rendering a shard. */
export interface MadeShard {
  /** The number of its segments. */
  segments: number;
  /** How many of them were already in the store. */
  there: number;
  /** How many were taken from the cache. */
  cached: number;
  /** The number of its frames, and how many of them were drawn. */
  frames: number;
  drawn: number;
  /** What drew them; undefined if nothing did. */
  renderer?: string | undefined;
  /** Those that failed. All others are in the store. */
  failed: FailedSegment[];
}

const PAUSES = [1000, 5000];

/**
 * Makes the segments that the store lacks. If one fails, the others are still made.
 * @param segments - Segments of one or more jobs, grouped by job.
 * @throws RefusedError or UsageError if this machine cannot make them; TransientError if the store, the disk or a
 * browser keeps failing; the signal's reason if it is aborted.
 */
export async function makeShard(
  segments: readonly PlannedSegment[],
  files: KeyedFiles,
  workshop: Workshop,
  options: ShardOptions = {},
): Promise<MadeShard> {
  const { cache, onProgress, onStored, onWarning, signal } = options;
  const made: MadeShard = {
    segments: segments.length,
    there: 0,
    cached: 0,
    frames: segments.reduce((sum, { job, segment }) => sum + countFrames([job.segments[segment].frames]), 0),
    drawn: 0,
    failed: [],
  };
  try {
    signal?.throwIfAborted();
    const again = (work: () => Promise<void>) => repeated(work, options);
    const films: { job: Job; store: SegmentStore; missing: number[] }[] = [];
    let toDraw = 0;
    await again(async () => {
      films.length = made.there = made.cached = toDraw = 0;
      const keys = segments.flatMap(({ job, segment }) => keysOf(job, segment));
      const there = await files.among([...new Set(keys)]);
      const planned = new Set(there); // with those that earlier segments will make: segments may be equal
      for (const [job, numbers] of byJob(segments)) {
        const ffmpeg = job.pins.ffmpeg === undefined ? undefined : await workshop.ffmpeg(options);
        checkPins(job.pins, plainPins(ffmpeg)); // even if nothing is left to render
        const isIn = (keys: ReadonlySet<string>) => (i: number) =>
          keysOf(job, i).every((key) => keys.has(key));
        const lacking = numbers.filter((i) => !isIn(there)(i));
        made.there += numbers.length - lacking.length;
        if (lacking.length === 0) continue;
        const shared = new SharedStore(job, files, options, ffmpeg);
        const cached = cache && new CachedStore(shared, cache);
        const missing: number[] = [];
        for (const i of lacking) {
          signal?.throwIfAborted();
          if (isIn(planned)(i)) continue;
          const parts: Part[] = [];
          for (const part of job.segments[i].parts) {
            const [key] = part.keys;
            if (!planned.has(key) && !(await cached?.fill(part))) parts.push(part);
            planned.add(key);
          }
          if (parts.length === 0) {
            made.cached++;
            onStored?.();
            continue;
          }
          missing.push(i);
          toDraw += countFrames(parts.map(({ frames }) => frames));
        }
        if (missing.length > 0) films.push({ job, store: cached ?? shared, missing });
      }
    });
    if (cache?.damaged) onWarning?.(damageWarning(cache.damaged));

    const clock: Clock = { began: undefined };
    const count = (frames: number) => {
      made.drawn += frames;
      if (frames > 0) onProgress?.(progressOf(made.drawn, toDraw, made.frames, clock.began!));
    };
    for (const { job, store, missing } of films) {
      const left = new Set(missing);
      const stop = () => void workshop.finish(job); // makes frames in progress reject
      signal?.addEventListener('abort', stop);
      try {
        await again(() => attempt(job, left, store, workshop, { ...options, count, clock }, made));
      } finally {
        signal?.removeEventListener('abort', stop);
        await workshop.finish(job);
      }
    }
    return made;
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  } finally {
    await cache?.trim();
  }
}

/** When the first frame was begun: the pace must not include the time to start a browser. */
interface Clock {
  began: number | undefined;
}

interface AttemptOptions extends ShardOptions {
  clock: Clock;
  /** Called with the number of frames that were drawn, or with a negative one if they were lost. */
  count: (frames: number) => void;
}

/**
 * Makes a job's segments, and removes those from `left` that are done or have failed.
 * @throws The first error that affects more than its segment. The job's source is then closed.
 */
async function attempt(
  job: Job,
  left: Set<number>,
  store: SegmentStore,
  workshop: Workshop,
  { count, clock, onStored, ...options }: AttemptOptions,
  made: MadeShard,
): Promise<void> {
  const encoders = encodersFor(job);
  const lanes = lanesFor(job, encoders);
  let fatal: { error: unknown } | undefined;
  const failed = (error: unknown, segment: number): boolean => {
    const isOwn = !options.signal?.aborted && !concernsAll(error);
    if (isOwn) {
      left.delete(segment);
      made.failed.push({ job, segment, error });
    } else fatal ??= { error };
    return isOwn && !fatal;
  };
  const draw = async (i: number): Promise<DrawnSegment> => {
    let frames = 0;
    const lost = (error: unknown) => {
      count(-frames);
      throw error;
    };
    const onFrame = () => {
      frames++;
      count(1);
    };
    try {
      const drawn = await drawSegment(job, i, store, workshop, { ...options, onFrame });
      made.renderer = workshop.sourceOf(job)?.description ?? made.renderer;
      return {
        finish: () =>
          drawn.finish().then(() => {
            left.delete(i);
            onStored?.();
          }, lost),
      };
    } catch (error) {
      // A page that has failed may not be able to draw what follows.
      if (lanes === 1) await workshop.finish(job);
      return lost(error);
    }
  };
  try {
    if (!workshop.sourceOf(job)) await openPlanned(job, workshop, options); // before the lanes, which share it
    clock.began ??= performance.now();
    await makeSegments([...left], { lanes, encoders }, draw, failed);
  } catch (error) {
    fatal = { error };
  }
  if (!fatal) return;
  await workshop.finish(job);
  throw fatal.error;
}

/** Whether an error has a cause that affects all segments. */
const concernsAll = (error: unknown) =>
  [TransientError, RefusedError, UsageError].some((kind) => error instanceof kind);

/** Repeats work that fails with a TransientError, after pauses. @throws The last error, or any other one. */
async function repeated(work: () => Promise<void>, { pauses = PAUSES, signal }: ShardOptions): Promise<void> {
  for (const milliseconds of pauses) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
    }
    await pause(milliseconds, undefined, { signal: signal as AbortSignal | undefined });
  }
  await work();
}

function byJob(segments: readonly PlannedSegment[]): Map<Job, number[]> {
  const jobs = new Map<Job, number[]>();
  for (const { job, segment } of segments) {
    const numbers = jobs.get(job);
    if (numbers) numbers.push(segment);
    else jobs.set(job, [segment]);
  }
  return jobs;
}

const keysOf = (job: Job, segment: number) => job.segments[segment].parts.map(({ keys: [key] }) => key);
