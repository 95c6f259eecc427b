/** Plans what `render` makes: which sweep or scene, in which files, at which size. Draws nothing. */
import { promises as fs } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../core/errors.js';
import { writeRecipe } from '../core/recipe/recipe.js';
import type { SoundNote } from '../core/sound/settings.js';
import { frameCount, parseSweep, readChanged, type Sweep, withSeconds } from '../core/sweep/sweep.js';
import {
  defaultEndings,
  endingsTaking,
  formatWithEnding,
  parseOutput,
  takesOption,
} from '../outputs/index.js';
import { defaultsOf, type Target } from '../sources/composed/target.js';
import { cannotWrite, makeFolder } from '../system/folders.js';
import type { LookOptions, RenderOptions, Resolved } from './options.js';
import { type Group, groupsOf } from './outputs.js';
import { override } from './override.js';
import type { ComposedScene, SweepScene } from './scenes.js';

export interface ComposedSubject {
  kind: 'composed';
  name: string;
  target: Target;
  /** If it was read from a film: how that film was made, and its extension. */
  as?: ComposedScene['as'];
  extension?: string | undefined;
  earlier?: ComposedScene['earlier'];
}

/** What a command draws. */
export type Subject = SweepScene | ComposedSubject;

/** One rendering: its files, the film's shape as far as it is known, and what is drawn. */
export interface Planned {
  group: Group;
  film: Shape;
  /** Undefined for a composed scene. */
  sweep?: Sweep;
  /** The times of the film that the scene was read from, if that has sound. */
  earlier?: Timing | undefined;
}

/** When a film's frames are shown. */
export interface Timing {
  fps: number;
  /** Which frames of the whole film there are; all by default. */
  range?: [number, number] | undefined;
  every?: number | undefined;
  /** The length of the whole film in seconds; undefined if only a browser can tell. */
  whole?: number | undefined;
}

export interface Shape extends Timing {
  width: number;
  height: number;
  /** The number of frames in the files, with repeats; NaN if only a browser can tell. */
  frames: number;
  seconds: number;
}

/** The renderings to make: one for each size and frame rate. */
export function planFilms(subject: Subject, options: Resolved<RenderOptions>): Planned[] {
  const { loops = 1 } = options;
  const own = ownOf(subject, options);
  const range = options.frames ?? own.frames;
  const every = options.every ?? own.every;
  const complete = { ...options, size: options.size ?? own.shown?.size, fps: options.fps ?? own.shown?.fps };
  const [width, height] = complete.size ?? own.size;
  // A film made from another film's recipe has the same format, but another name.
  const name = options.name ?? (subject.extension ? `${subject.name}-${width}x${height}` : subject.name);
  const defaults = own.endings.map((ending) => `renders/${name}${ending}`);
  const earlier = subject.earlier && timingOf(subject, own);
  return groupsOf(name, complete, defaults, own.fps).map((group) => {
    const sweep = subject.kind === 'sweep' ? changed(subject, { ...options, ...group }) : undefined;
    const [width, height] = sweep?.size ?? group.size ?? own.size;
    const fps = (sweep?.fps ?? group.fps ?? own.fps) / (every ?? 1);
    const count = sweep ? (range ? range[1] - range[0] + 1 : frameCount(sweep)) : Number.NaN;
    const frames = loops * Math.ceil(count / (every ?? 1));
    const whole = sweep && frameCount(sweep) / sweep.fps;
    const film = { width, height, fps, range, every, whole, frames, seconds: frames / fps };
    return { group, sweep, film, earlier };
  });
}

/** The times of the film that a subject was read from. */
function timingOf(subject: Subject, { fps: own, frames, every, shown }: Own): Timing {
  const fps = (shown?.fps ?? own) / (every ?? 1);
  const whole = subject.kind === 'sweep' ? frameCount(subject.sweep) / subject.sweep.fps : undefined;
  return { fps, range: frames, every, whole };
}

/** The properties of a subject's film unless options change them. */
interface Own {
  size: [number, number];
  fps: number;
  frames?: [number, number] | undefined;
  every?: number | undefined;
  /** Extensions of the default outputs. */
  endings: string[];
  /** The settings of the film that a composed scene was read from. */
  shown?: ComposedSubject['as'];
}

function ownOf(subject: Subject, { loops = 1, transparent }: RenderOptions): Own {
  const { extension } = subject;
  const { film, loop } = defaultEndings;
  const onePicture = formatWithEnding(extension ?? '')?.onePicture;
  if (subject.kind === 'sweep') {
    const { sweep, frames, every } = subject;
    const video = loops > 1 || (onePicture && frameCount(sweep) > 1); // the picture was a poster
    const endings = video ? [film] : extension ? [extension] : [film, loop];
    return { size: sweep.size, fps: sweep.fps, frames, every, endings };
  }
  const { as = {} } = subject;
  const { size, fps } = defaultsOf(subject.target);
  const ending = extension && !onePicture ? extension : transparent ? defaultEndings.transparent : film;
  return { size, fps, frames: as.frames, every: as.every, endings: [ending], shown: as };
}

/** Rejects --crf if no file has such a quality. */
export function checkQuality({ files }: Group, { crf }: RenderOptions): void {
  if (crf === undefined || files.some(({ path }) => takesOption(parseOutput(path).format, 'crf'))) return;
  throw new UsageError(
    `--crf applies only to ${endingsTaking('crf')}, and no output has that format: leave it out, or use --quality.`,
  );
}

/** The evaluation that options ask for: drafts are fast. */
export function evaluationIn(options: Resolved<LookOptions>): 'adaptive' | undefined {
  const { fast, quality }: Pick<RenderOptions, 'fast' | 'quality'> = options as object;
  return fast || quality === 'draft' ? 'adaptive' : undefined;
}

/** The scene's sweep with the command line's changes. */
export function changed({ sweep }: SweepScene, options: Resolved<LookOptions>): Sweep {
  const { size, fps, pace, supersample, dither, seconds, seed, palette, levels, shown } = options;
  const evaluation = evaluationIn(options);
  const direct = {
    ...(size && { size }),
    ...(fps && { fps }),
    ...(pace && { pace }),
    ...(supersample && { supersample }),
    ...(dither && { dither }),
    ...(evaluation && { evaluation }),
    ...(levels && { levels, brightness: undefined }),
    ...(shown && { shown }),
  };
  let result = parseSweep({ ...sweep, ...direct });
  if (seconds !== undefined) result = withSeconds(result, seconds);
  if (seed !== undefined) result = override(result, `seed=${seed}`);
  if (palette !== undefined) result = override(result, `palette=${palette}`);
  return readChanged(options.set.reduce(override, result), result);
}

/**
 * Writes the JSON that recreates a sweep to the path that --recipe names, if given.
 * @param audio - The sound of its film, if it has any.
 */
export async function saveRecipe(path: string | undefined, sweep: Sweep, audio?: SoundNote): Promise<void> {
  if (!path) return;
  try {
    await makeFolder(dirname(resolve(path)));
    await fs.writeFile(path, writeRecipe(sweep, audio));
  } catch (error) {
    throw cannotWrite(`The recipe cannot be written to ${path}`, error, 'choose another file');
  }
}
