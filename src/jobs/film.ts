/** Makes a film on this machine: plans it, makes its segments, and joins them. */
import { availableParallelism } from 'node:os';
import { countFrames } from '../core/range.js';
import { type Finished, needsFfmpeg, parseOutput, type SegmentCache } from '../outputs/index.js';
import { freeMemory } from '../system/memory.js';
import type { Job } from './job.js';
import { join } from './join.js';
import { type FilmRequest, plan } from './plan.js';
import { type DrawnSegment, drawSegment, missingParts } from './segment.js';
import { provideSounds } from './sound.js';
import { closeBenches, LocalStore, openBenches } from './store.js';
import type { Means, Workshop } from './workshop.js';

/** How a film is made, and callbacks for its progress. */
export interface MakeOptions extends Means {
  /** How many segments to make at a time; by default enough to keep all cores busy, as far as memory allows. */
  lanes?: number | undefined;
  /** Where segments are cached. Without it, nothing is cached. */
  cache?: SegmentCache | undefined;
  /** Called for each part of the film that is in the cache. */
  onKept?: (() => void) | undefined;
  /** Called after each frame. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** The progress of a render. */
export interface Progress {
  /** Frames done. */
  frame: number;
  /** Frames in all. */
  frames: number;
  /** Frames per second, the average so far. */
  fps: number;
  /** Seconds left at that rate. */
  secondsLeft: number;
}

/** A finished film. */
export interface Film {
  /** One for each output, then the poster. */
  files: Finished[];
  /** The number of its frames. */
  frames: number;
  /** How many of them were drawn; the others were cached. */
  drawn: number;
  /** How long the render took, in seconds. */
  seconds: number;
  /** What drew it: the backend, and how. */
  renderer: string;
}

/**
 * Makes a film. Each of its files is either complete or not there. Memory does not grow with the film's length: only
 * a few frames are in progress at a time, and a slow encoder slows the renderer down.
 * @throws UsageError for an invalid request, before anything is drawn; RenderError for later failures; the signal's
 * reason if it is aborted.
 */
export async function makeFilm(
  request: FilmRequest,
  workshop: Workshop,
  options: MakeOptions = {},
): Promise<Film> {
  const { cache, onProgress, onKept, onWarning, signal } = options;
  const started = performance.now();
  let job: Job | undefined;
  const closing: (() => Promise<unknown>)[] = [];
  const closeAll = () => Promise.all(closing.map((close) => close()));
  // Makes frames in progress, writes and ffmpeg's exit reject, whichever is awaited.
  const stop = () => void closeAll();
  try {
    job = await plan(request, workshop, { ...options, here: true }, cache);
    const planned = job;
    closing.push(once(() => workshop.finish(planned)));
    signal?.throwIfAborted();
    const source = workshop.sourceOf(job)!;
    const ffmpeg = job.pins.ffmpeg === undefined ? undefined : await workshop.ffmpeg(options);
    const benches = await openBenches(job, options, ffmpeg);
    closing.push(once(() => closeBenches(benches)));
    signal?.throwIfAborted();
    signal?.addEventListener('abort', stop);
    // Before anything is drawn: a sound that cannot be decoded must not cost hours.
    await provideSounds(job, benches, workshop, options);
    signal?.throwIfAborted();
    const store = new LocalStore(job, benches, cache, onKept);
    const { missing, toDraw } = await missingSegments(job, store);
    const damaged = cache?.damaged ?? 0;
    if (damaged > 0) onWarning?.(damageWarning(damaged));
    const { frames } = job.film;
    let drawn = 0;
    const began = performance.now(); // the time to start a browser must not count towards the pace
    const onFrame = () => {
      drawn++;
      onProgress?.(progressOf(drawn, toDraw, frames, began));
    };
    const step = { ...options, onFrame };
    const encoders = encodersFor(job);
    const { lanes = lanesFor(job, encoders) } = options;
    const failures: unknown[] = [];
    await makeSegments(
      missing,
      { lanes, encoders },
      (i) => drawSegment(planned, i, store, workshop, step),
      (error) => {
        failures.push(error);
        stop();
        return false;
      },
    );
    if (failures.length > 0) throw failures[0];
    const files = await join(job, store, workshop, options, benches, store.isAsPlanned ? cache : undefined);
    if (cache && cache.damaged > damaged) onWarning?.(FILE_DAMAGED);
    const seconds = (performance.now() - started) / 1000;
    return { files, frames, drawn, seconds, renderer: source.description };
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', stop);
    await closeAll();
    await cache?.trim();
  }
}

/** A function that does the work once, however often it is called. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

async function missingSegments(job: Job, store: LocalStore): Promise<{ missing: number[]; toDraw: number }> {
  const missing: number[] = [];
  let toDraw = 0;
  for (const i of job.segments.keys()) {
    const parts = await missingParts(job, i, store);
    if (parts.length === 0) continue;
    missing.push(i);
    toDraw += countFrames(parts.map(({ frames }) => frames));
  }
  return { missing, toDraw };
}

/** The maximum number of segments to make at a time, however much memory is free: each has its own encoders. */
const MOST_LANES = 4;

/**
 * The memory that an encoder and its frames need, in bytes per pixel; twice that with 10 bits. Most of it holds x264's
 * lookahead. Measured: 370 MB at 1920x1080 (178 bytes per pixel), 4.2 GB at 7680x4320 (127).
 */
const ENCODER_BYTES = 180;

/** The share of free memory that all encoders together may use. */
const ENCODERS_SHARE = 1 / 3;

/** How many segments' encoders fit into memory at a time; at least one. @param memory - In bytes. */
export function encodersFor({ film, outputs }: Job, memory = freeMemory()): number {
  const encoded = outputs.filter(({ path }) => needsFfmpeg(parseOutput(path)));
  const colourBytes = encoded.some(({ options }) => options.depth === 10) ? 2 : 1;
  const bytes = encoded.length * colourBytes * ENCODER_BYTES * film.width * film.height;
  return Math.max(1, Math.floor((ENCODERS_SHARE * memory) / bytes));
}

/** How many segments to make at a time for their encoders to keep all cores busy. */
export function lanesFor(
  { source, outputs, pins }: Job,
  encoders: number,
  cores = availableParallelism(),
): number {
  if (source.kind !== 'sweep') return 1; // the pages draw one part of a film at a time
  if (!outputs.some(({ path }) => needsFfmpeg(parseOutput(path)))) return 1; // PNGs use all cores anyway
  if (outputs.some(({ options }) => options.hardware)) return 1; // some drivers allow only two or three encoders
  return Math.max(1, Math.min(MOST_LANES, encoders, Math.floor(cores / pins.encoderThreads)));
}

/**
 * Makes segments, several at a time.
 * @param limits - `lanes`: how many are drawn at a time. `encoders`: how many encoders may run. One more than are drawn
 * can be useful, since an encoder is still busy after the last frame has been drawn.
 * @param failed - Called with each error. Returns whether to make the segments that have not been begun.
 */
export async function makeSegments<S>(
  segments: readonly S[],
  { lanes, encoders }: { lanes: number; encoders: number },
  draw: (segment: S) => Promise<DrawnSegment>,
  failed: (error: unknown, segment: S) => boolean,
): Promise<void> {
  const ahead = [...segments];
  const fail = (error: unknown, segment: S) => {
    if (!failed(error, segment)) ahead.length = 0;
  };
  const most = Math.min(encoders, lanes + 1);
  const open = new Set<Promise<void>>(); // from the first frame until the encoder has finished
  const lane = async () => {
    while (ahead.length > 0) {
      if (open.size >= most) {
        await Promise.race(open);
        continue;
      }
      const segment = ahead.shift()!;
      const drawing = draw(segment);
      const made = drawing
        .then((drawn) => drawn.finish())
        .catch((error) => fail(error, segment))
        .finally(() => open.delete(made));
      open.add(made);
      await drawing.catch(() => {}); // `made` reports it
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, ahead.length) }, lane));
  await Promise.all(open);
}

/** What to say of a finished file in the cache that was damaged. */
const FILE_DAMAGED = 'A cached file was damaged: it was deleted and is made again.';

/** What to say of segments in the cache that were damaged. */
export function damageWarning(count: number): string {
  return count === 1
    ? 'A cached segment was damaged: it was deleted, and its frames are drawn again.'
    : `${count} cached segments were damaged: they were deleted, and their frames are drawn again.`;
}

/** @param drawn - Of the frames to draw. Those in the cache count as done. */
export function progressOf(drawn: number, toDraw: number, frames: number, began: number): Progress {
  const fps = (1000 * drawn) / (performance.now() - began);
  const left = toDraw - drawn;
  return { frame: frames - left, frames, fps, secondsLeft: left / fps };
}
