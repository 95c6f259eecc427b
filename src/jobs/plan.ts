/** Plans a film: determines and checks all that can be known before a frame is drawn. */

import { UsageError } from '../core/errors.js';
import type { PixelFormat } from '../core/frame/pixels.js';
import { checkRange } from '../core/range.js';
import { noteOf } from '../core/recipe/note.js';
import type { Recipe } from '../core/recipe/recipe.js';
import { frameCount, type PaceMemory, planFrames } from '../core/sweep/sweep.js';
import {
  checkEncodeOptions,
  checkOutput,
  debandable,
  defaultEndings,
  type EncodeOptions,
  type EncoderChoice,
  endingsIn,
  type Ffmpeg,
  type FilmShape,
  findEncoder,
  formatList,
  formatNamed,
  isStill,
  needsFfmpeg,
  notShared,
  type Output,
  parseOutput,
  pixelFormatsFor,
  SegmentCache,
  soundlessNote,
  takesSound,
} from '../outputs/index.js';
import { evaluate } from '../renderers/cpu/planes.js';
import { type Soundtrack, withoutPaths } from '../sound/soundtrack.js';
import { plannedTarget } from '../sources/scene-files.js';
import type { FrameSource } from '../sources/source.js';
import { VERSION } from '../system/package.js';
import { codeDigest } from '../system/version.js';
import {
  JOB_VERSION,
  type Job,
  type Part,
  type PlannedOutput,
  type Segment,
  type SourceRequest,
} from './job.js';
import { partsOf } from './parts.js';
import { pinsOf } from './pins.js';
import { type Means, numbersOf, rangeOf, type Workshop } from './workshop.js';

/** What a platform allows in a file. */
export interface OutputLimits {
  /** Whether an MP4 may have edit lists. Defaults to true. */
  editLists?: boolean | undefined;
  /** The maximum bit rate of an MP4's sound, in bits per second. */
  soundBits?: number | undefined;
  /** Whether to leave the sound out. */
  silent?: boolean | undefined;
}

/** One of a film's files. */
export interface OutputRequest {
  /** Its extension chooses the format. */
  path: string;
  /** The maximum size in bytes, if it differs from the other files'. */
  maxSize?: number | undefined;
  /** What its platform refuses otherwise: see EncodeOptions. */
  limits?: OutputLimits | undefined;
}

/** A PNG of one frame of a film. */
export interface PosterRequest {
  /** Ends in .png. */
  path: string;
  /** Which frame. */
  frame: PosterFrame;
}

/** The frame that a poster shows. */
export type PosterFrame = 'first' | 'last';

/** A film to make: its source and its files. */
export interface FilmRequest {
  /** Where the frames come from. */
  source: SourceRequest;
  /** The files to make. */
  outputs: OutputRequest[];
  /** A PNG of one frame beside them. */
  poster?: PosterRequest | undefined;
  /** How films are encoded: the same for all outputs, except for their own maximum sizes. */
  encode?: EncodeOptions;
  /** The film's sound. By default, a composed scene's own. */
  sound?: Soundtrack | undefined;
  /** The recipe for the files' metadata. */
  recipe?: Recipe | undefined;
}

/**
 * Describes and checks every frame once, and names every segment. The source stays open in the workshop for segment().
 * @param workshop - Provides renderers and ffmpeg. Close it when all films are made.
 * @param means - Which renderer, browser and ffmpeg to use.
 * @param cache - A cache that may have frames of an earlier version of the film.
 * @throws UsageError for an invalid request; RenderError if something needed is missing.
 */
export async function plan(
  { source: request, outputs: files, poster, encode = {}, sound, recipe }: FilmRequest,
  workshop: Workshop,
  means: Means = {},
  cache?: SegmentCache,
): Promise<Job> {
  const { encoder = 'software', ...settings } = encode;
  const outputs = files.map(({ path }) => parseOutput(path, settings));
  checkCodec(settings, outputs);
  checkEncoder(encoder, settings, outputs, means);
  if (poster) checkStill(poster.path);
  const ffmpeg = outputs.some(needsFfmpeg) ? await workshop.ffmpeg(means) : undefined;
  const frames = request.kind === 'sweep' ? await framesFor(request, means, cache) : undefined;
  const drawn = poster ? [...outputs, parseOutput(poster.path)] : outputs;
  const formats = settings.depth === 10 ? deepFormats(request, outputs, settings) : formatsFor(drawn);
  const deband = debandable(drawn.map((output) => [output, settings]));
  const needed = { silent: sound !== undefined, deband };
  const source = await workshop.source(request, frames, { ...means, ...needed }, formats);
  try {
    const { shape: film, firstFrame, every, backend, heard } = source;
    if (cache) await source.findFingerprints?.(cache);
    const planned: PlannedOutput[] = files.map(({ path, maxSize = settings.maxSize, limits }) => ({
      path,
      options: { ...settings, maxSize, ...limits },
    }));
    if (poster) {
      const frame = poster.frame === 'first' ? 0 : film.frames - 1;
      planned.push({ path: poster.path, options: {}, frame });
    }
    for (const { path, options, frame } of planned) {
      const output = parseOutput(path, options);
      checkOutput(output, frame === undefined ? film : { ...film, frames: 1 });
      checkEncodeOptions(output, options);
      options.av1 = ffmpeg && (await findEncoder(ffmpeg, output, film));
    }
    if (encoder !== 'software') {
      for (const { path, options } of planned) {
        const output = parseOutput(path, options);
        if (!formatNamed(output.format).hardware) continue;
        options.hardware = await workshop.hardware(encoder, output, film, options, means);
      }
    }
    const track = sound ?? source.sound;
    if (track) workshop.keepSounds(track);
    if (!sound && source.sound?.clips.length) {
      for (const output of outputs) if (!takesSound(output)) means.onWarning?.(soundlessNote(output));
    }
    const job: Job = {
      job: JOB_VERSION,
      source: plannedSource(request, source, means),
      frames,
      film,
      firstFrame,
      every,
      outputs: planned,
      sound: withoutPaths(track),
      segments: segmentsOf(planned, film, source, ffmpeg),
      note: recipe && noteWith({ ...recipe, heard }, source.answers?.() ?? {}, backend),
      pins: pinsOf(source, ffmpeg),
    };
    workshop.keep(job, source);
    return job;
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** @throws UsageError for a hardware encoder whose segments would be shared, or that no output uses. */
function checkEncoder(
  encoder: EncoderChoice,
  { depth }: EncodeOptions,
  outputs: Output[],
  { here }: Means,
): void {
  if (encoder === 'software') return;
  if (!here) throw notShared(encoder);
  if (depth === 10)
    throw new UsageError(`--encoder ${encoder} makes 8-bit films: leave out --encoder or --depth 10.`);
  if (outputs.some(({ format }) => formatNamed(format).hardware)) return;
  const able = endingsIn(formatList.filter(({ hardware }) => hardware));
  throw new UsageError(
    `--encoder ${encoder} applies only to ${able}, and no output has that format: leave it out, or write an ${able}.`,
  );
}

/** @throws UsageError for a codec that no output can have. */
function checkCodec({ codec }: EncodeOptions, outputs: Output[]): void {
  if (codec === undefined || outputs.some(({ format }) => formatNamed(format).choice)) return;
  const able = endingsIn(formatList.filter(({ choice }) => choice === codec));
  throw new UsageError(
    `--codec ${codec} applies only to ${able}, and no output has that format: leave it out, or write an ${able}.`,
  );
}

/** The pixel format for films with 10 bits. @throws UsageError if an output or the source cannot have them. */
function deepFormats(request: SourceRequest, outputs: Output[], options: EncodeOptions): PixelFormat[] {
  for (const output of outputs) checkEncodeOptions(output, options);
  if (request.kind !== 'composed') return ['rgba64'];
  throw new UsageError(
    '--depth 10 applies only to sweeps: a composed scene is drawn on a canvas, which has 8 bits. Leave it out.',
  );
}

/** Describes only the frames that are drawn. */
async function framesFor(
  request: Extract<SourceRequest, { kind: 'sweep' }>,
  means: Means,
  cache: SegmentCache | undefined,
) {
  checkRange(rangeOf(request), frameCount(request.sweep), 'sweep');
  const { signal, onStage } = means;
  const memory = cache && paceMemory(cache);
  return planFrames(request.sweep, numbersOf(request), evaluate, { signal, onStage }, memory);
}

/** Paces in a cache, under all that they depend on: measuring one takes longer than the rest of the planning. */
function paceMemory(cache: SegmentCache): PaceMemory {
  const keyOf = (contents: string) => SegmentCache.keyOf(['pace', codeDigest(), contents]);
  return {
    recall: (contents) => cache.recall(keyOf(contents)),
    keep: (contents, text) => cache.note(keyOf(contents), text),
  };
}

/**
 * What to draw, as any machine can read it: a scene by its name or relative path, with a digest of its bundle, what it
 * hears in sounds, and digests of what hosts respond.
 */
function plannedSource(request: SourceRequest, source: FrameSource, { here }: Means): SourceRequest {
  if (request.kind === 'composed') {
    const found = here ? request.answers : source.answers?.();
    const answers = found && Object.keys(found).length > 0 ? found : undefined;
    const { bundle, heard } = source;
    return { ...request, target: plannedTarget(request.target), bundle, answers, heard };
  }
  if (request.kind !== 'sheet' || Array.isArray(request.cells)) return request;
  const { scenes, frames } = request.cells;
  const named = scenes.map((scene) => ({ ...scene, target: plannedTarget(scene.target) }));
  return { ...request, cells: { scenes: named, frames } };
}

/** The recipe as text. @param answers - The hosts' responses, see FrameSource. */
export function noteWith(recipe: Recipe, answers: Record<string, string>, backend: string): string {
  const answered = Object.keys(answers).length > 0 && { answers };
  return noteOf({ ...recipe, ...answered, made: { version: VERSION, backend } });
}

function segmentsOf(
  outputs: PlannedOutput[],
  film: FilmShape,
  source: FrameSource,
  ffmpeg: Ffmpeg | undefined,
): Segment[] {
  const segments: Segment[] = [];
  for (const { frames, parts } of partsOf(outputs, film)) {
    const keyed = parts.map(({ options, ...part }): Part => {
      const names = source.fingerprintsOf(part.frames);
      return { ...part, keys: names.map((name) => keyOf(name, options, film, ffmpeg?.version)) };
    });
    segments.push({ frames, parts: keyed });
  }
  return segments;
}

/** A key of everything that determines a segment's file: its frames, and how they are encoded. */
export function keyOf(
  frames: string,
  encoder: string[],
  { width, height, fps, pixels, debanded, alpha }: FilmShape,
  ffmpeg: string | undefined,
): string {
  const shown = debanded ? [pixels, 'debanded'] : pixels;
  return SegmentCache.keyOf([frames, encoder, width, height, fps, shown, alpha, ffmpeg]);
}

/** The pixel formats that all outputs accept, the cheapest first, since each frame is drawn once for all of them. */
function formatsFor(outputs: Output[]): PixelFormat[] {
  const [first = [], ...others] = outputs.map(pixelFormatsFor);
  return first.filter((format) => format !== 'rgba64' && others.every((formats) => formats.includes(format)));
}

/** Checks the path of a still. @throws UsageError unless it is that of one PNG. */
export function checkStill(path: string): void {
  if (isStill(path)) return;
  const { still } = defaultEndings;
  throw new UsageError(`A still is a PNG, but "${path}" is not: name it ${still}, or use render for a film.`);
}
