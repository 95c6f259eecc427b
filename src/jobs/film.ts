/** The job: frames in order, from what draws them into every file at once. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StopSignal } from '../core/ambient.js';
import type { Watched } from '../core/breather.js';
import { UsageError } from '../core/errors.js';
import { backends } from '../core/frame/backends.js';
import type { FrameDescription } from '../core/frame/description.js';
import type { PixelFormat } from '../core/frame/pixels.js';
import type { FrameRenderer } from '../core/frame/renderer.js';
import { noteOf, type Recipe } from '../core/recipe.js';
import {
  checkedFrames,
  checkedSweep,
  frameAt,
  frameCount,
  preparePace,
  type Sweep,
  timeOfFrame,
} from '../core/sweep/sweep.js';
import { explain, quote } from '../core/wording/explain.js';
import {
  type Finished,
  type FrameSink,
  findFfmpeg,
  framesIn,
  gifPalettes,
  needsFfmpeg,
  type Output,
  openSink,
  parseOutput,
  pixelFormatsFor,
  qualities,
  type Range,
  SegmentCache,
  type SinkOptions,
} from '../outputs/index.js';
import { createRenderer, type RendererOptions } from '../renderers/create-renderer.js';
import type { FrameSource } from '../sources/source.js';
import { VERSION } from '../system/package.js';
import { codeDigest } from '../system/version.js';

/** One of the files that a film goes to. */
export interface OutputRequest {
  /** The format by its ending. */
  path: string;
  /** The maximum size in bytes, if it differs from the other files'. */
  maxSize?: number;
}

/** How any film is written. */
export interface WriteOptions extends Omit<SinkOptions, 'note' | 'firstNumber' | 'numberStep' | 'kept'> {
  /** Where the film goes; several files are made of one rendering. */
  outputs: (string | OutputRequest)[];
  /** A PNG of one frame beside them: the last, or the first of a loop. */
  poster?: { path: string; frame: 'first' | 'last' };
  /** What the film is made of, for the files' metadata. `made` is filled in. */
  madeOf?: Recipe;
  /** Where ffmpeg is; by default it is looked for. */
  ffmpeg?: string;
  /**
   * Whether to cache parts of the film on this machine, so that a restarted render resumes where it left off, and a
   * changed film is only redrawn where it has changed. Defaults to false.
   */
  cache?: boolean;
  /** Called for each part of the film that is in the cache, and so need not be drawn again. */
  onKept?: () => void;
  /** Called after each frame. */
  onProgress?: (progress: Progress) => void;
  /** Called with problems that do not end the render. */
  onWarning?: (message: string) => void;
  /** Called occasionally during long work before the first frame, with its stage: "checking frame 9 of 500". */
  onStage?: (doing: string) => void;
  /** Ends the work early: nothing is left behind, and the promise rejects with the signal's reason. */
  signal?: StopSignal;
}

export interface FilmOptions extends RendererOptions, WriteOptions {
  /** The first and last frame to draw, from 0, both included. All of them by default. */
  frames?: [first: number, last: number];
  /** Frame step: 2 draws every second frame, from the first, at half the frame rate. Defaults to 1. */
  every?: number;
}

export interface Progress {
  /** Frames done. */
  frame: number;
  /** Frames there will be. */
  frames: number;
  /** Frames a second, over all so far. */
  fps: number;
  /** At that pace. */
  secondsLeft: number;
}

export interface Film {
  files: Finished[];
  frames: number;
  /** How many of them were drawn; the others were kept from before. */
  drawn: number;
  /** How long the work took. */
  seconds: number;
  /** What drew it: the backend, and how. */
  renderer: string;
}

/**
 * Renders a sweep to files. Memory does not grow with the film: a few frames are under way at a time, and a slow
 * encoder slows the renderer down.
 * @throws UsageError for an invalid request, before anything is drawn; RenderError for later failures.
 */
export async function renderFilm(sweep: Sweep, options: FilmOptions): Promise<Film> {
  checkRequest(sweep, options);
  const { frames, every } = options;
  const madeOf = { sweep, ...(frames && { frames }), ...(every && every > 1 && { every }) };
  const range = frames ?? [0, frameCount(sweep) - 1];
  return writeFilm((formats) => sweepSource(sweep, range, options, formats), { ...options, madeOf });
}

/** A name derived from everything in a frame; explicit weights, which may be megabytes, are hashed only once. */
function frameKeys(): (frame: FrameDescription) => string {
  const digests = new WeakMap<object, string>();
  return (frame) => {
    const { network } = frame;
    const { weights } = network;
    if (!weights) return JSON.stringify(frame);
    let digest = digests.get(weights);
    if (digest === undefined) {
      digest = createHash('sha256').update(JSON.stringify(weights)).digest('hex');
      digests.set(weights, digest);
    }
    return JSON.stringify({ ...frame, network: { ...network, weights: digest } });
  };
}

/**
 * Writes a source's frames into every file at once, or leaves none behind.
 * @param open - Called when the outputs are known to be sound, with what frames may be given as, the best first. What it
 * gives is closed here.
 */
export async function writeFilm(
  open: (formats: PixelFormat[]) => Promise<FrameSource>,
  options: WriteOptions,
): Promise<Film> {
  const { onProgress, onKept, signal, poster } = options;
  const requests = requestsOf(options);
  const outputs = requests.map(({ path }) => parseOutput(path));
  if (poster) checkStill(poster.path);
  const started = performance.now();
  const ffmpeg = outputs.some(needsFfmpeg)
    ? await findFfmpeg(options.ffmpeg, undefined, options.timeout)
    : undefined;
  const cache = options.cache ? SegmentCache.here() : undefined;
  const sinks: FrameSink[] = [];
  let source: FrameSource | undefined;
  // Frames under way, writes and the last words of ffmpeg all reject then, whichever is being awaited.
  const stop = () => {
    source?.close();
    for (const sink of sinks) sink.abort();
  };
  try {
    source = await open(formatsFor(poster ? [...outputs, parseOutput(poster.path)] : outputs));
    const drawing = source;
    const { shape, firstFrame, every, backend } = source;
    const noteNow = () => {
      const answers = drawing.answers?.() ?? {};
      const answered = Object.keys(answers).length > 0 && { answers };
      const made = { version: VERSION, backend };
      return options.madeOf && noteOf({ ...options.madeOf, ...answered, made });
    };
    const namesOf = (frames: Range) => drawing.namesOf(frames);
    if (cache) await source.foresee?.(cache);
    const note = noteNow();
    for (const [i, output] of outputs.entries()) {
      const { maxSize = options.maxSize } = requests[i];
      const kept = cache && { cache, namesOf, onKept };
      sinks.push(
        await openSink(ffmpeg, output, shape, {
          ...options,
          maxSize,
          note,
          firstNumber: firstFrame,
          numberStep: every,
          kept,
        }),
      );
    }
    const takers = sinks.map((sink) => ({ sink, missing: sink.missing }));
    if (poster) {
      const posed = poster.frame === 'first' ? 0 : shape.frames - 1;
      const kept = cache && { cache, namesOf: () => namesOf([posed, posed]) };
      const output = parseOutput(poster.path);
      const sink = await openSink(
        ffmpeg,
        output,
        { ...shape, frames: 1 },
        { note, kept, timeout: options.timeout },
      );
      sinks.push(sink);
      takers.push({ sink, missing: sink.missing.length > 0 ? [[posed, posed]] : [] });
    }
    if (cache?.damaged) options.onWarning?.(damageNote(cache.damaged));
    signal?.throwIfAborted();
    signal?.addEventListener('abort', stop);
    const parts = union(takers.map(({ missing }) => missing));
    const toDraw = parts.reduce((sum, part) => sum + framesIn(part), 0);
    let drawn = 0;
    const began = performance.now(); // a browser takes its time to start, which says nothing of the pace
    const frames = numbersIn(parts);
    if (toDraw > 0) {
      for await (const pixels of source.frames(parts)) {
        const frame = frames.next().value!;
        const wanting = takers.filter(({ missing }) => missing.some((part) => contains(part, frame)));
        await Promise.all(wanting.map(({ sink }) => sink.write(pixels)));
        drawn++;
        onProgress?.(progressOf(drawn, toDraw, shape.frames, began));
      }
    }
    const files = await Promise.all(sinks.map((sink) => sink.finish(noteNow())));
    const seconds = (performance.now() - started) / 1000;
    return { files, frames: shape.frames, drawn, seconds, renderer: source.description };
  } catch (error) {
    await Promise.all(sinks.map((sink) => sink.abort()));
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', stop);
    await source?.close();
    await cache?.trim();
  }
}

function damageNote(count: number): string {
  return count === 1
    ? 'A cached segment was damaged: it was dropped, and its frames are drawn again.'
    : `${count} cached segments were damaged: they were dropped, and their frames are drawn again.`;
}

/** All frames that are in any of the lists, each once, in order. */
function union(lists: (readonly Range[])[]): Range[] {
  const parts: [number, number][] = [];
  for (const [first, last] of lists.flat().sort(([a], [b]) => a - b)) {
    const before = parts.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else parts.push([first, last]);
  }
  return parts;
}

function* numbersIn(parts: readonly Range[]): Generator<number, undefined> {
  for (const [first, last] of parts) for (let i = first; i <= last; i++) yield i;
}

const contains = ([first, last]: Range, frame: number) => first <= frame && frame <= last;

/** A sweep's frames. @param formats - What they may be given as, the best first. */
async function sweepSource(
  sweep: Sweep,
  range: [number, number],
  options: RendererOptions & Watched & { every?: number },
  formats: PixelFormat[],
): Promise<FrameSource> {
  const { every = 1, signal, onStage } = options;
  checkRange(range, frameCount(sweep), 'sweep');
  const frameOf = await checkedFrames(sweep, range, { signal, onStage });
  const frames = Math.ceil((range[1] - range[0] + 1) / every);
  const [width, height] = sweep.size;
  const renderer = await createRenderer(options);
  const { backend, arithmetic } = renderer;
  const pixels = formats.find((format) => renderer.formats.includes(format)) ?? 'rgba';
  const describe = (frame: number) => frameOf(timeOfFrame(sweep, range[0] + frame * every));
  const keyOf = frameKeys();
  return {
    shape: { width, height, fps: sweep.fps / every, frames, pixels },
    firstFrame: range[0],
    every,
    backend,
    get description() {
      return `${renderer.backend}: ${renderer.description}`;
    },
    namesOf(part) {
      signal?.throwIfAborted(); // a long film has many parts
      if (renderer.arithmetic !== arithmetic) return []; // the CPU has taken over: it is unknown which backend drew which frame
      const hash = createHash('sha256').update(codeDigest()).update(`${backend} ${arithmetic}`);
      for (const frame of numbersIn([part])) hash.update(keyOf(describe(frame)));
      return [hash.digest('hex')];
    },
    frames: (parts) => drawAll(renderer, map(numbersIn(parts), describe), pixels),
    close: () => renderer.close(),
  };
}

function* map<T, U>(values: Iterator<T, undefined>, change: (value: T) => U): Generator<U, undefined> {
  for (let next = values.next(); !next.done; next = values.next()) yield change(next.value);
}

/** One frame of a sweep as a PNG. @param t - When, in seconds from the sweep's beginning. */
export async function renderStill(
  sweep: Sweep,
  t: number,
  output: string,
  options: RendererOptions &
    Pick<WriteOptions, 'ffmpeg' | 'cache' | 'onWarning' | 'onStage' | 'timeout' | 'signal'> = {},
): Promise<Film> {
  checkedSweep(sweep);
  if (!(typeof t === 'number' && t >= 0 && t <= sweep.seconds)) {
    throw new UsageError(
      `The time is ${quote(t)} s, but the sweep runs from 0 to ${sweep.seconds} s: choose a time in that range.`,
    );
  }
  checkRequest(sweep, { ...options, outputs: [output] });
  checkStill(output);
  await preparePace(sweep, options);
  const still = { ...sweep, ...(frameAt(sweep, t) as object), seconds: 1 / sweep.fps, loop: false } as Sweep;
  return renderFilm(still, { ...options, outputs: [output] });
}

/** Validates untrusted arguments. @throws UsageError for an invalid sweep or invalid options. */
function checkRequest(sweep: Sweep, options: FilmOptions): void {
  checkedSweep(sweep);
  const result = requestSchema.safeParse(options);
  if (!result.success) throw new UsageError(explain(result.error, options, [], 'The options argument'));
}

const path = z.string().min(1);
const instance = (kind: string, test: (value: unknown) => boolean) => z.custom(test, `must be ${kind}`);
const called = instance('a function', (value) => typeof value === 'function').optional();

/** The other options are checked where they are used. */
const requestSchema = z.looseObject({
  outputs: z
    .array(z.union([path, z.looseObject({ path, maxSize: z.number().positive().optional() })]))
    .min(1),
  frames: z.tuple([z.int().min(0), z.int().min(0)]).optional(),
  every: z.int().min(1).optional(),
  backend: z.enum(backends).optional(),
  threads: z.int().min(1).max(256).optional(),
  ffmpeg: path.optional(),
  cache: z.boolean().optional(),
  poster: z.looseObject({ path, frame: z.enum(['first', 'last']) }).optional(),
  maxSize: z.number().positive().optional(),
  quality: z.enum(qualities).optional(),
  gifPalette: z.enum(gifPalettes).optional(),
  crf: z.number().optional(),
  webpQuality: z.number().optional(),
  loops: z.int().min(1).optional(),
  timeout: z.number().positive().optional(),
  boundsChecks: z.boolean().optional(),
  onProgress: called,
  onStage: called,
  onWarning: called,
  onKept: called,
  signal: instance('an AbortSignal', (value) => value instanceof AbortSignal).optional(),
});

/** Refuses another format than a still's. */
export function checkStill(output: string): void {
  if (/\.png$/i.test(output) && !parseOutput(output).sequence) return;
  throw new UsageError(`A still is a PNG, and "${output}" is not: name it .png, or take render for a film.`);
}

function requestsOf({ outputs }: WriteOptions): OutputRequest[] {
  return outputs.map((output) => (typeof output === 'string' ? { path: output } : output));
}

/** What all outputs can be made of, the cheapest first, since one drawing serves them all. */
function formatsFor(outputs: Output[]): PixelFormat[] {
  const [first = [], ...others] = outputs.map(pixelFormatsFor);
  return first.filter((format) => others.every((formats) => formats.includes(format)));
}

/** Refuses frames that a film has not. @param what - To call it by. */
export function checkRange([first, last]: [number, number], frames: number, what: string): void {
  const end = frames - 1;
  if (!(Number.isInteger(first) && Number.isInteger(last) && first >= 0 && first <= last && last <= end)) {
    throw new UsageError(
      `The frames are ${first}-${last}, and the ${what} has 0-${end}: take a range of those.`,
    );
  }
}

/**
 * Draws frames ahead of the one that is being used, as many as keep the renderer busy, in a few buffers that go round.
 * A frame like the one before it, as in a hold, is not drawn again. Each is valid until the next is asked for.
 */
export async function* drawAll(
  renderer: FrameRenderer,
  frames: Iterator<FrameDescription, undefined>,
  format: PixelFormat,
): AsyncGenerator<Uint8Array> {
  const ahead: Promise<Uint8Array>[] = [];
  const free: Uint8Array[] = [];
  let drawn: { key: string; pixels: Promise<Uint8Array> } | undefined;
  const keyOf = frameKeys();
  const drawNext = (): void => {
    const frame = frames.next().value;
    if (!frame) return;
    const key = keyOf(frame);
    if (drawn?.key !== key) drawn = { key, pixels: renderer.render(frame, free.pop(), format) };
    drawn.pixels.catch(() => {}); // it is awaited in its turn; until then a failure is not unhandled
    ahead.push(drawn.pixels);
  };
  for (let i = 0; i < renderer.framesInFlight; i++) drawNext();
  while (ahead.length > 0) {
    const current = ahead.shift()!;
    const pixels = await current;
    drawNext(); // while this one is written, the renderer works on
    yield pixels;
    if (current !== ahead[0] && current !== drawn?.pixels) free.push(pixels);
  }
}

/** @param drawn - Of the frames to draw. Those that were kept count as done. */
export function progressOf(drawn: number, toDraw: number, frames: number, began: number): Progress {
  const fps = (1000 * drawn) / (performance.now() - began);
  const left = toDraw - drawn;
  return { frame: frames - left, frames, fps, secondsLeft: left / fps };
}
