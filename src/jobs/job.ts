/**
 * A film as plain data. It is planned once; each segment can then be made in any process, and the segments are joined
 * once. A job can be written as JSON and read back.
 */
import * as z from 'zod';
import { digestSchema } from '../core/digest.js';
import { UsageError } from '../core/errors.js';
import type { FrameDescription } from '../core/frame/description.js';
import { evaluationSchema, frameSchema, sizeSchema } from '../core/frame/description.js';
import { pixelFormats } from '../core/frame/pixels.js';
import type { Range } from '../core/range.js';
import { MAX_RECIPE_BYTES, parseRecipe } from '../core/recipe/recipe.js';
import { sceneFields } from '../core/recipe/scene.js';
import { type HeardSounds, heardSchema } from '../core/sound/heard.js';
import { Frames } from '../core/sweep/frames.js';
import { frameCount, parseSweep, type Sweep } from '../core/sweep/sweep.js';
import { parseJson } from '../core/wording/json.js';
import { parse } from '../core/wording/parse.js';
import { isPrintable } from '../core/wording/printable.js';
import {
  av1Encoders,
  checkEncodeOptions,
  checkOutput,
  codecs,
  debandable,
  depths,
  type FilmShape,
  gifPalettes,
  parseOutput,
  pixelFormatsFor,
  qualities,
} from '../outputs/index.js';
import { type PathlessTrack, trackSchema } from '../sound/soundtrack.js';
import { INSTALLED_HOSTS } from '../sources/composed/installed.js';
import type { Target } from '../sources/composed/target.js';
import { type NamedScene, SCENE_NAME } from '../sources/scene-files.js';
import { codecOf, type PlannedOutput, partsOf, type Segment, shapeOf, storedSchema } from './parts.js';
import type { Pins } from './pins.js';
import type { SheetDesign } from './sheet-layout.js';

export type { Part, PlannedOutput, Segment } from './parts.js';

/** The version of the job format. Increase it when earlier jobs can no longer be read. */
export const JOB_VERSION = 1;

/** The maximum length of a job's JSON: enough for explicit weights, or an hour of frames with many moving values. */
const MAX_JOB_BYTES = 2 ** 28;

/** Frames of a sweep; all of them by default. */
interface SweepRequest {
  /** A sweep. */
  kind: 'sweep';
  /** The result of sweep(). */
  sweep: Sweep;
  /** The first and last frame, counted from 0; all of them by default. */
  frames?: Range | undefined;
  /** Frame step: 2 = every second frame. Defaults to 1. */
  every?: number | undefined;
}

/** A composed scene, or a Motion Canvas project, and how it is shown. Each setting defaults to the scene's own. */
export interface ComposedRequest {
  /** A composed scene or a project. */
  kind: 'composed';
  /** The module: a composed scene's may be named by its name in scenes/. */
  target: Target | NamedScene;
  /** The digest of its bundle, if it was planned: nothing of another scene is run. */
  bundle?: string | undefined;
  /** In pixels. */
  size?: [width: number, height: number] | undefined;
  /** Frames per second, 1 to 1000. */
  fps?: number | undefined;
  /** Draws the scene without its background. */
  transparent?: boolean | undefined;
  /** `adaptive` computes only those of its networks' pixels that make a visible difference. */
  evaluation?: 'adaptive' | undefined;
  /** Replace the project's variables. */
  variables?: Record<string, unknown> | undefined;
  /** The first and last frame, counted from 0; all of them by default. */
  frames?: Range | undefined;
  /** Frame step: 2 = every second frame. Defaults to 1. */
  every?: number | undefined;
  /** Whether to draw all frames of a project, even if a range is set in its editor. */
  whole?: boolean | undefined;
  /** Draws one frame instead: the one at this time in seconds, or the last. */
  still?: { at?: number | undefined } | undefined;
  /** Hosts that the scene may load from. */
  allowHosts?: string[] | undefined;
  /** The SHA-256 of each expected response from a host, by address. */
  answers?: Record<string, string> | undefined;
  /** What the scene hears in the sounds that it follows, if that is known: these are then not read. */
  heard?: HeardSounds | undefined;
  /** Whether warnings are errors. */
  strict?: boolean | undefined;
}

/** A contact sheet: pictures side by side in one picture. */
export interface SheetRequest {
  /** A contact sheet. */
  kind: 'sheet';
  /** Its layout and its labels. */
  design: SheetDesign;
  /** What its cells show: frames, or the given frames of each scene in turn. */
  cells: FrameDescription[] | { scenes: ComposedRequest[]; frames: number[] };
}

export type SourceRequest = SweepRequest | ComposedRequest | SheetRequest;

/** A film as plain data: what to draw, where it goes, in which segments, and everything its bytes depend on. */
export interface Job {
  /** The version of this format. */
  job: typeof JOB_VERSION;
  /** Where the frames come from: a sweep's recipe, or a composed scene's code and variables. */
  source: SourceRequest;
  /** A sweep's frames, described and checked; a composed scene's are described by its code. */
  frames?: Frames | undefined;
  /** The size, frame rate and length of the film, and the pixel format of its frames. */
  film: FilmShape;
  /** The number of the first frame in the whole film, from 0. */
  firstFrame: number;
  /** Frame step: the difference between the numbers of consecutive frames. */
  every: number;
  /** The files to make. */
  outputs: PlannedOutput[];
  /** The film's sound, if it is encoded where the film is joined. */
  sound?: PathlessTrack | undefined;
  /** Runs of frames, in order, each with the keys of its files. */
  segments: Segment[];
  /** The recipe that is written into the files. */
  note?: string | undefined;
  /** The versions and settings that the bytes depend on. */
  pins: Pins;
}

/** A job as JSON text. */
export function writeJob(job: Job): string {
  return `${JSON.stringify(job)}\n`;
}

/** The hosts that a job's scenes load from, besides those whose responses come from installed packages. */
export function hostsOf({ source }: Job): string[] {
  if (source.kind === 'sweep' || (source.kind === 'sheet' && Array.isArray(source.cells))) return [];
  const scenes = source.kind === 'sheet' ? (source.cells as { scenes: ComposedRequest[] }).scenes : [source];
  return scenes.flatMap(({ allowHosts = [], answers = {} }) => [
    ...allowHosts,
    ...Object.keys(answers)
      .map((address) => new URL(address).host)
      .filter((host) => !INSTALLED_HOSTS.includes(host)),
  ]);
}

/** A job whose scene may load from these hosts and no others: which hosts are asked is never up to a plan. */
export function allowing(job: Job, allowHosts: readonly string[]): Job {
  const { source } = job;
  return source.kind === 'composed' ? { ...job, source: { ...source, allowHosts: [...allowHosts] } } : job;
}

const text = z.string().max(4000);
const count = z.int().min(0).max(1e9);
const range = z
  .tuple([count, count])
  .refine(([first, last]) => first <= last, 'must not end before it begins');
const size = z.tuple([z.int().min(1).max(65_535), z.int().min(1).max(65_535)]);
const key = z.string().regex(/^[0-9a-f]{40}$/, 'must be a key of 40 hexadecimal digits');

const composedSchema = z.strictObject({
  kind: z.literal('composed'),
  target: z.union([
    z.strictObject({
      kind: z.literal('scene'),
      name: z.string().regex(SCENE_NAME, 'must be the name of a scene'),
    }),
    z.strictObject({ kind: z.enum(['scene', 'project']), path: z.string().regex(/^[^\0]{1,4000}$/) }),
  ]),
  bundle: digestSchema.optional(),
  size: sizeSchema.optional(),
  fps: z.number().min(1).max(1000).optional(),
  transparent: z.boolean().optional(),
  evaluation: evaluationSchema,
  variables: z.record(text, z.json()).optional(),
  frames: range.optional(),
  every: count.min(1).optional(),
  whole: z.boolean().optional(),
  still: z.strictObject({ at: z.number().min(0).optional() }).optional(),
  allowHosts: z.array(z.string().max(300)).max(1000).optional(),
  answers: sceneFields.answers,
  heard: heardSchema.optional(),
  strict: z.boolean().optional(),
});

/** Ranges that hold for every format. checkEncodeOptions() checks those of the output's own. */
const encodeSchema = z.strictObject({
  quality: z.enum(qualities).optional(),
  codec: z.enum(codecs).optional(),
  depth: z.literal([...depths]).optional(),
  av1: z.enum(av1Encoders).optional(),
  crf: z.number().min(0).max(63).optional(),
  webpQuality: z.number().min(0).max(100).optional(),
  gifPalette: z.enum(gifPalettes).optional(),
  maxSize: z.number().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  loops: z.int().min(1).max(1000).optional(),
  editLists: z.boolean().optional(),
  silent: z.boolean().optional(),
  soundBits: z.int().min(8000).max(10_000_000).optional(),
});

/** Text of one line that is safe to print, since plans are not trusted. */
const word = z.string().max(300).refine(isPrintable, 'must be one line of printable characters');

const jobSchema = z.strictObject({
  job: z.literal(JOB_VERSION),
  source: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('sweep'),
      sweep: z.unknown(),
      frames: range.optional(),
      every: count.min(1).optional(),
    }),
    composedSchema,
    z.strictObject({
      kind: z.literal('sheet'),
      design: z.strictObject({
        size,
        labels: z.array(z.strictObject({ name: text, more: text.optional() })).max(10_000),
        columns: z.int().min(1).max(10_000).optional(),
        title: text.optional(),
      }),
      cells: z.union([
        z.array(z.unknown()).max(10_000),
        z.strictObject({ scenes: z.array(composedSchema).max(1000), frames: z.array(count).max(1000) }),
      ]),
    }),
  ]),
  frames: z.unknown().optional(),
  film: z.strictObject({
    width: z.int().min(1).max(65_535),
    height: z.int().min(1).max(65_535),
    fps: z.number().positive().max(1000),
    frames: count.min(1),
    pixels: z.enum(pixelFormats).optional(),
    debanded: z.boolean().optional(),
    alpha: z.boolean().optional(),
  }),
  firstFrame: count,
  every: count.min(1),
  outputs: z
    .array(
      z.strictObject({
        path: z.string().regex(/^[^\0]{1,4000}$/),
        options: encodeSchema,
        frame: count.optional(),
        sound: storedSchema.optional(),
      }),
    )
    .min(1)
    .max(1000),
  sound: trackSchema.optional(),
  segments: z.array(
    z.strictObject({
      frames: range,
      parts: z.array(
        z.strictObject({
          output: count,
          take: z.enum(['video', 'copy']),
          segment: count,
          frames: range,
          keys: z.array(key).min(1).max(10),
        }),
      ),
    }),
  ),
  note: z.string().max(MAX_RECIPE_BYTES).optional(),
  pins: z.strictObject({
    version: word,
    code: digestSchema,
    engine: z.strictObject({ v8: word, zlib: word, arch: word, node: word }),
    packages: z.array(word).max(1000),
    backend: word,
    arithmetic: word,
    browser: word.optional(),
    fonts: digestSchema.optional(),
    ffmpeg: word.optional(),
    encoderThreads: z.int().min(1).max(64),
  }),
});

/**
 * Reads a job that writeJob wrote. It is not trusted.
 * @param json - A job as JSON text.
 * @throws UsageError that says what is wrong, and where.
 */
export function readJob(json: string): Job {
  if (json.length > MAX_JOB_BYTES) {
    throw new UsageError(
      `The job has ${json.length} characters but may have at most ${MAX_JOB_BYTES}: split the film.`,
    );
  }
  let data: unknown;
  try {
    data = parseJson(json);
  } catch (error) {
    throw new UsageError(`The job is not JSON (${(error as Error).message}): plan the film again.`);
  }
  return parseJob(data);
}

/** The same for a job that is part of a larger file, and has been parsed as JSON. */
export function parseJob(data: unknown): Job {
  const { source, frames, ...rest } = parse(jobSchema, data, { whole: 'The job' });
  const job = {
    ...rest,
    source: sourceFrom(source),
    ...(frames !== undefined && { frames: Frames.read(frames) }),
  } as Job;
  checkJob(job);
  return job;
}

function sourceFrom(source: z.infer<typeof jobSchema>['source']): SourceRequest {
  if (source.kind === 'sweep') return { ...source, sweep: parseSweep(source.sweep) };
  if (source.kind === 'composed' || !Array.isArray(source.cells)) return source as SourceRequest;
  const cells = source.cells.map((cell) => parse(frameSchema, cell, { prefix: ['cells'] }));
  return { ...source, cells };
}

/** Checks that the parts of a job agree: what follows from other parts of it must be as planning it gives it. */
function checkJob(job: Job): void {
  const { source, frames, film, outputs, segments, note } = job;
  const wrong = (what: string): never => {
    throw new UsageError(`The job is inconsistent: ${what}. Plan the film again.`);
  };
  if ((source.kind === 'sweep') !== (frames !== undefined)) wrong('only a sweep has frames in it');
  if (frames && frames.count !== film.frames)
    wrong(`it has ${frames.count} frames, and its film ${film.frames}`);
  for (const [name, value] of Object.entries(shapeFrom(job))) {
    const found = name === 'firstFrame' || name === 'every' ? job[name] : film[name as keyof FilmShape];
    if (value !== undefined && value !== found)
      wrong(`its film's ${name} is ${found}, and its source's ${value}`);
  }
  if (note !== undefined) parseRecipe(note);
  for (const planned of outputs) {
    const { path, options, frame, sound } = planned;
    if (sound && !codecOf(planned)) wrong(`"${path}" has a sound`);
    const output = parseOutput(path, options);
    checkOutput(output, shapeOf(planned, film));
    checkEncodeOptions(output, options);
    if (!pixelFormatsFor(output).includes(film.pixels ?? 'rgba'))
      wrong(`"${path}" cannot be made from ${film.pixels} frames`);
    if ((options.depth === 10) !== (film.pixels === 'rgba64') && frame === undefined)
      wrong(`"${path}" has another depth than its frames`);
    if (frame !== undefined && frame >= film.frames)
      wrong(`"${path}" shows frame ${frame} of ${film.frames}`);
  }
  const encoded = outputs.map(({ path, options }) => [parseOutput(path, options), options] as const);
  if (film.debanded && !(source.kind === 'composed' && film.pixels === 'yuv420p' && debandable(encoded)))
    wrong('only frames of a composed scene, as yuv420p and for files without bands, are dithered');
  if (film.pixels === 'yuv420p' && (film.width % 2 !== 0 || film.height % 2 !== 0 || film.alpha))
    wrong('yuv420p frames have even sides and are opaque');
  checkSegments(segments, outputs, film, wrong);
}

/** Segments and their parts follow from the outputs. Only keys are the plan's own. */
function checkSegments(
  segments: Segment[],
  outputs: PlannedOutput[],
  film: FilmShape,
  wrong: (what: string) => never,
): void {
  let next = 0;
  let i = 0;
  const lengths = new Map<string, number>(); // by key
  for (const planned of partsOf(outputs, film)) {
    const segment = segments[i++] ?? wrong(`its segments end at frame ${next} of ${film.frames}`);
    if (segment.frames[0] !== next)
      wrong(`a segment begins at frame ${segment.frames[0]} instead of ${next}`);
    next = planned.frames[1] + 1;
    if (segment.frames[1] + 1 !== next)
      wrong(`segment ${i} ends at frame ${segment.frames[1]} instead of ${next - 1}`);
    const found = segment.parts.map(({ keys: _, ...part }) => JSON.stringify(part));
    const due = planned.parts.map(({ options: _, ...part }) => JSON.stringify(part));
    if (found.length !== due.length || due.some((part, at) => part !== found[at]))
      wrong(`the parts of segment ${i} are not those that its outputs need`);
    for (const { keys, frames } of segment.parts) {
      const length = frames[1] - frames[0] + 1;
      if ((lengths.get(keys[0]) ?? length) !== length)
        wrong(`segment ${i} has the key of a segment of another length`);
      lengths.set(keys[0], length);
    }
  }
  if (i !== segments.length) wrong(`it has ${segments.length} segments instead of ${i}`);
}

/** What a film's source says about its shape; undefined where only its code knows. */
function shapeFrom({ source }: Job): Partial<FilmShape & Pick<Job, 'firstFrame' | 'every'>> {
  if (source.kind === 'sheet') return { fps: 1, frames: 1, firstFrame: 0, every: 1 };
  const { every = 1 } = source;
  const isSweep = source.kind === 'sweep';
  const [width, height] = (isSweep ? source.sweep.size : source.size) ?? [];
  const fps = isSweep ? source.sweep.fps : source.fps;
  const whole: Range | undefined = isSweep ? [0, frameCount(source.sweep) - 1] : undefined;
  const [first, last] = source.frames ?? whole ?? [];
  const still = !isSweep && source.still !== undefined;
  return {
    width,
    height,
    fps: fps && fps / every,
    every,
    firstFrame: still ? undefined : first,
    frames: still ? 1 : first === undefined ? undefined : Math.floor((last! - first) / every) + 1,
  };
}
