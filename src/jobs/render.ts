/** Films and stills from code: sweeps, and composed Motion Canvas scenes. */

import { existsSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../core/errors.js';
import { backends } from '../core/frame/backends.js';
import { type Evaluation, evaluationSchema, sizeSchema } from '../core/frame/description.js';
import type { Recipe } from '../core/recipe/recipe.js';
import { type SoundNote, type SoundSettings, soundSchema } from '../core/sound/settings.js';
import { stillOf } from '../core/sweep/still.js';
import { checkedSweep, type Sweep } from '../core/sweep/sweep.js';
import { quote } from '../core/wording/explain.js';
import { parse } from '../core/wording/parse.js';
import { inSight } from '../core/wording/printable.js';
import {
  codecs,
  depths,
  type EncodeOptions,
  encoderChoices,
  gifPalettes,
  qualities,
  SegmentCache,
} from '../outputs/index.js';
import { evaluate } from '../renderers/cpu/planes.js';
import { probeSound, UNKNOWN_SECONDS } from '../sound/probe.js';
import { type Soundtrack, trackOf } from '../sound/soundtrack.js';
import { fileInPackage, noFile } from '../system/packaged.js';
import { type Film, type MakeOptions, makeFilm } from './film.js';
import type { ComposedRequest, SourceRequest } from './job.js';
import { checkStill, type FilmRequest, type OutputRequest, type PosterRequest } from './plan.js';
import { Workshop } from './workshop.js';

/** A composed scene: a .tsx module that ends with `export default makeScene2D(...)`. */
export interface SceneInput {
  /** The path of the module, or its name in a package that is installed: `some-package/scenes/walk.tsx`. */
  scene: string;
  /** Values for the scene's variables, by name: any JSON values. */
  variables?: Record<string, unknown>;
}

/** Options of films and stills. */
export interface RenderOptions
  extends Omit<MakeOptions, 'cache' | 'follow' | 'lanes' | 'onCell'>,
    Omit<EncodeOptions, 'note' | 'sound' | 'soundBits' | 'silent' | 'hardware' | 'av1'> {
  /**
   * Whether to cache segments on this machine, so that a restarted render resumes where it left off and only the
   * changed parts of a changed film are drawn. Defaults to false.
   */
  cache?: boolean;
  /** Composed scenes only: width and height in pixels. Defaults to 1920 x 1080. */
  size?: [width: number, height: number];
  /** Composed scenes only: frames per second, 1 to 1000. Defaults to 25. */
  fps?: number;
  /** Composed scenes only: leaves out the background; for .webm, .mov and .png. Defaults to false. */
  transparent?: boolean;
  /** Composed scenes only: how networks are drawn. A sweep has an `evaluation` of its own. Defaults to `exact`. */
  evaluation?: Evaluation;
  /** Composed scenes only: hosts that the scene may load from, such as "api.iconify.design". None by default. */
  allowHosts?: string[];
}

/** Options of films. */
export interface FilmOptions extends RenderOptions {
  /** The path of the film. Several files are made from one rendering. */
  outputs: (string | OutputRequest)[];
  /** The first and last frame to draw, from 0, inclusive. All of them by default. */
  frames?: [first: number, last: number];
  /** Frame step: 2 draws every second frame, from the first, at half the frame rate. Defaults to 1. */
  every?: number;
  /** A PNG of one frame beside them. */
  poster?: PosterRequest;
  /**
   * A sound file: its path, or its path and how it is placed in the film. By default a composed scene's own sound is
   * heard; false leaves that out.
   */
  audio?: string | AudioInput | false;
}

/** A sound file, and how it is placed in a film. */
export interface AudioInput extends SoundSettings {
  /** The path of a wav, mp3, m4a, ogg, flac or opus file, or of a film with sound. */
  path: string;
}

/**
 * Renders a sweep or a composed scene to one or more files. Each of them is either complete or not there.
 * @param source - A sweep, or the path of a composed scene's module.
 * @param options - Where the film goes, which frames, and how they are drawn and encoded.
 * @throws UsageError for an invalid request, before anything is drawn; RenderError for later failures; the signal's
 * reason if it is aborted.
 */
export async function renderFilm(source: Sweep | SceneInput, options: FilmOptions): Promise<Film> {
  checkOptions(source, options);
  const { outputs, frames, every, poster, audio } = options;
  const files = {
    outputs: outputs.map((output) => (typeof output === 'string' ? { path: output } : output)),
    poster,
  };
  return render(await requestFor(source, options, { frames, every }), options, files, audio);
}

/**
 * Renders one moment of a sweep or a composed scene as a PNG.
 * @param source - A sweep, or the path of a composed scene's module.
 * @param t - In seconds from the beginning. A composed scene shows the frame nearest to that time.
 * @param output - A path that ends in .png.
 * @param options - How it is drawn.
 * @throws UsageError for an invalid request; RenderError for later failures; the signal's reason if it is aborted.
 */
export async function renderStill(
  source: Sweep | SceneInput,
  t: number,
  output: string,
  options: RenderOptions = {},
): Promise<Film> {
  checkOptions(source, { ...options, outputs: [output] });
  checkStill(output);
  if (isScene(source)) {
    if (!(typeof t === 'number' && t >= 0)) {
      throw new UsageError(`The time is ${quote(t)} s but must be 0 or more: choose a moment of the scene.`);
    }
    return render(await requestFor(source, options, { still: { at: t } }), options, {
      outputs: [{ path: output }],
    });
  }
  const sweep = await stillOf(source, t, evaluate, options);
  return render({ kind: 'sweep', sweep }, options, { outputs: [{ path: output }] });
}

async function render(
  source: SourceRequest,
  options: RenderOptions,
  files: Pick<FilmRequest, 'outputs' | 'poster'>,
  audio?: FilmOptions['audio'],
): Promise<Film> {
  const workshop = new Workshop();
  try {
    const { sound, note } = await soundIn(audio, source, workshop, options);
    const recipe = { ...recipeOf(source), ...(note && { audio: note }) };
    const request = { source, ...files, encode: encodingIn(options), sound, recipe };
    return await makeFilm(request, workshop, { ...options, cache: cacheFor(options), follow: options.cache });
  } finally {
    await workshop.close();
  }
}

/** Examines a film's sound. @returns Nothing for a composed scene's own sound. */
async function soundIn(
  audio: FilmOptions['audio'],
  source: SourceRequest,
  workshop: Workshop,
  options: RenderOptions,
): Promise<{ sound?: Soundtrack; note?: SoundNote }> {
  if (audio === undefined) return {};
  if (audio === false) return { sound: { clips: [] } };
  const { path, ...settings } = typeof audio === 'string' ? { path: audio } : audio;
  const { timeout, signal, onStage, onWarning } = options;
  const [at, from] = [Math.max(0, settings.offset ?? 0), Math.max(0, -(settings.offset ?? 0))];
  const whole = source.kind === 'sweep' ? source.sweep.seconds : UNKNOWN_SECONDS;
  const means = { timeout, signal: signal as AbortSignal | undefined, onStage };
  const seconds = Math.max(0.1, whole - at);
  const found = await probeSound(path, await workshop.ffmpeg(options), { from, seconds, ...means });
  if (found.damage)
    onWarning?.(`${inSight(path)} is damaged (${found.damage}): what cannot be decoded is left out.`);
  const { sha256 } = found;
  return { sound: trackOf(found, settings), note: { sha256, ...settings } };
}

/** The user's cache, if the options enable it. */
export function cacheFor({ cache }: { cache?: boolean }): SegmentCache | undefined {
  return cache ? SegmentCache.here() : undefined;
}

/** Picks the encoding options. */
export function encodingIn({
  quality,
  codec,
  depth,
  crf,
  webpQuality,
  gifPalette,
  maxSize,
  loops,
  editLists,
  encoder,
}: Omit<EncodeOptions, 'hardware' | 'av1'>): EncodeOptions {
  return { quality, codec, depth, crf, webpQuality, gifPalette, maxSize, loops, editLists, encoder };
}

/**
 * The recipe of a source.
 * @param name - A composed scene's name; by default from its file.
 */
export function recipeOf(source: SourceRequest, name?: string): Recipe {
  if (source.kind === 'sheet') return {};
  const every = source.every !== undefined && source.every > 1 ? source.every : undefined;
  const frames = source.frames as Recipe['frames'];
  if (source.kind === 'sweep')
    return { sweep: source.sweep, ...(frames && { frames }), ...(every && { every }) };
  const { target, variables = {}, size, fps, transparent, evaluation } = source;
  const given = Object.keys(variables).length > 0;
  return {
    scene: name ?? ('name' in target ? target.name : basename(target.path, extname(target.path))),
    ...(given && { variables: variables as Recipe['variables'] }),
    ...{ size, fps, transparent, frames, every: source.every },
    ...(evaluation && { evaluation }),
  };
}

const isScene = (source: Sweep | SceneInput): source is SceneInput =>
  typeof source === 'object' && source !== null && 'scene' in source;

async function requestFor(
  source: Sweep | SceneInput,
  { size, fps, transparent, evaluation, allowHosts }: RenderOptions,
  part: Pick<ComposedRequest, 'frames' | 'every' | 'still'>,
): Promise<SourceRequest> {
  if (!isScene(source)) return { kind: 'sweep', sweep: source, frames: part.frames, every: part.every };
  const { scene, variables } = source;
  const path = existsSync(scene) ? resolve(scene) : await fileInPackage(scene, isModule);
  if (path === undefined) throw noFile(scene);
  return {
    kind: 'composed',
    target: { kind: 'scene', path },
    variables,
    size,
    fps,
    transparent,
    ...(evaluation === 'adaptive' && { evaluation }),
    allowHosts,
    ...part,
  };
}

/** Validates untrusted arguments. @throws UsageError for an invalid source or invalid options. */
function checkOptions(source: Sweep | SceneInput, options: FilmOptions): void {
  if (isScene(source)) {
    parse(sceneSchema, source, { whole: 'The scene argument' });
  } else {
    checkedSweep(source);
  }
  parse(optionsSchema, options, { whole: 'The options argument' });
  const only = isScene(source) ? SWEEPS_ONLY : COMPOSED_ONLY;
  const wrong = only.find((name) => options[name] !== undefined);
  if (wrong) {
    const kinds = isScene(source) ? ['a sweep', 'a composed scene'] : ['a composed scene', 'a sweep'];
    throw new UsageError(`"${wrong}" applies only to ${kinds[0]}, and this is ${kinds[1]}: leave it out.`);
  }
}

const SWEEPS_ONLY = ['backend', 'threads', 'boundsChecks'] as const;
const COMPOSED_ONLY = [
  'size',
  'fps',
  'transparent',
  'evaluation',
  'allowHosts',
  'browser',
  'concurrency',
] as const;

const isModule = (path: string) => /\.tsx$/i.test(path);
const path = z.string().min(1);
const instance = (kind: string, test: (value: unknown) => boolean) => z.custom(test, `must be ${kind}`);
const callback = instance('a function', (value) => typeof value === 'function').optional();

const sceneSchema = z.strictObject({
  scene: path.refine(
    (value) => isModule(value) || extname(value) === '', // the latter in a package that exports it
    'must be the path of a .tsx module',
  ),
  variables: z.record(z.string().max(200), z.json()).optional(),
});

/** Other options are checked where they are used. */
const optionsSchema = z.looseObject({
  outputs: z
    .array(z.union([path, z.looseObject({ path, maxSize: z.number().positive().optional() })]))
    .min(1),
  frames: z.tuple([z.int().min(0), z.int().min(0)]).optional(),
  every: z.int().min(1).optional(),
  size: sizeSchema.optional(),
  fps: z.number().min(1).max(1000).optional(),
  transparent: z.boolean().optional(),
  evaluation: evaluationSchema,
  allowHosts: z.array(path).optional(),
  browser: path.optional(),
  concurrency: z.int().min(1).max(64).optional(),
  backend: z.enum(backends).optional(),
  threads: z.int().min(1).max(256).optional(),
  ffmpeg: path.optional(),
  cache: z.boolean().optional(),
  poster: z.looseObject({ path, frame: z.enum(['first', 'last']) }).optional(),
  audio: z.union([path, z.literal(false), soundSchema.omit({ sha256: true }).extend({ path })]).optional(),
  editLists: z.boolean().optional(),
  maxSize: z.number().positive().optional(),
  quality: z.enum(qualities).optional(),
  gifPalette: z.enum(gifPalettes).optional(),
  codec: z.enum(codecs).optional(),
  depth: z.literal([...depths]).optional(),
  crf: z.number().optional(),
  webpQuality: z.number().optional(),
  loops: z.int().min(1).optional(),
  encoder: z.enum(encoderChoices).optional(),
  timeout: z.number().positive().optional(),
  boundsChecks: z.boolean().optional(),
  onProgress: callback,
  onStage: callback,
  onWarning: callback,
  onKept: callback,
  signal: instance('an AbortSignal', (value) => value instanceof AbortSignal).optional(),
});
