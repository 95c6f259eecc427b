/** What `render` is to make: which sweep or scene, into which files, at which size. Nothing is drawn here. */
import { promises as fs } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { RenderError, UsageError } from '../core/errors.js';
import { writeRecipe } from '../core/recipe.js';
import { frameCount, parseSweep, type Sweep, withSeconds } from '../core/sweep/sweep.js';
import {
  defaultEndings,
  endingsTaking,
  formatWithEnding,
  parseOutput,
  takesOption,
} from '../outputs/index.js';
import { defaultsOf, type Target } from '../sources/composed/target.js';
import { makeFolder, whyRefused } from '../system/folders.js';
import type { DrawOptions, RenderOptions } from './options.js';
import { type Group, groupsOf } from './outputs.js';
import { override } from './override.js';
import type { ComposedScene, SweepScene } from './scenes.js';

export interface ComposedSubject {
  kind: 'composed';
  name: string;
  target: Target;
  /** How the film was made that it was read from, if it was, and that film's extension. */
  as?: ComposedScene['as'];
  extension?: string;
}

/** What a command draws. */
export type Subject = SweepScene | ComposedSubject;

/** One rendering: its files, what is known of the film before it is there, and what is drawn. */
export interface Planned {
  group: Group;
  film: Shape;
  /** None for a composed scene. */
  sweep?: Sweep;
}

export interface Shape {
  width: number;
  height: number;
  fps: number;
  /** Which frames of the whole film are drawn; by default all. */
  range?: [number, number];
  every?: number;
  /** Of the files, repeats included; NaN where only a browser knows. */
  frames: number;
  seconds: number;
}

/** The renderings to make: one for each size and frame rate. */
export function planFilms(subject: Subject, options: RenderOptions): Planned[] {
  const { loops = 1 } = options;
  const own = ownOf(subject, options);
  const range = options.frames ?? own.frames;
  const every = options.every ?? own.every;
  const asked = { ...options, size: options.size ?? own.shown?.size, fps: options.fps ?? own.shown?.fps };
  const [width, height] = asked.size ?? own.size;
  // A film made again from a film's own recipe has the same format, and another name.
  const name = options.name ?? (subject.extension ? `${subject.name}-${width}x${height}` : subject.name);
  const defaults = own.endings.map((ending) => `renders/${name}${ending}`);
  return groupsOf(name, asked, defaults, own.fps).map((group) => {
    const sweep = subject.kind === 'sweep' ? changed(subject, { ...options, ...group }) : undefined;
    const [width, height] = sweep?.size ?? group.size ?? own.size;
    const fps = (sweep?.fps ?? group.fps ?? own.fps) / (every ?? 1);
    const count = sweep ? (range ? range[1] - range[0] + 1 : frameCount(sweep)) : Number.NaN;
    const frames = loops * Math.ceil(count / (every ?? 1));
    return { group, sweep, film: { width, height, fps, range, every, frames, seconds: frames / fps } };
  });
}

/** What a film of a subject is like where no option says otherwise. */
interface Own {
  size: [number, number];
  fps: number;
  frames?: [number, number] | undefined;
  every?: number | undefined;
  /** Extensions of the default outputs. */
  endings: string[];
  /** How the film that a composed scene was read from was shown. */
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

/** Refuses a quality that no file has. */
export function checkQuality({ files }: Group, { crf }: RenderOptions): void {
  if (crf === undefined || files.some(({ path }) => takesOption(parseOutput(path).format, 'crf'))) return;
  throw new UsageError(
    `--crf applies only to ${endingsTaking('crf')}, and none is written: leave it out, or use --quality.`,
  );
}

/** The scene's sweep with the command line's changes. */
export function changed({ sweep }: SweepScene, options: DrawOptions): Sweep {
  const { size, fps, pace, supersample, dither, seconds, seed, palette } = options;
  const direct = {
    ...(size && { size }),
    ...(fps && { fps }),
    ...(pace && { pace }),
    ...(supersample && { supersample }),
    ...(dither && { dither }),
  };
  let result = parseSweep({ ...sweep, ...direct });
  if (seconds !== undefined) result = withSeconds(result, seconds);
  if (seed !== undefined) result = override(result, `seed=${seed}`);
  if (palette !== undefined) result = override(result, `palette=${palette}`);
  return parseSweep(options.set.reduce(override, result));
}

/** Writes the JSON that makes a sweep again, where --recipe asks for it. */
export async function saveRecipe(path: string | undefined, sweep: Sweep): Promise<void> {
  if (!path) return;
  try {
    await makeFolder(dirname(resolve(path)));
    await fs.writeFile(path, writeRecipe(sweep));
  } catch (error) {
    throw new RenderError(
      `The recipe cannot be written to ${path} because ${whyRefused(error)} (${(error as NodeJS.ErrnoException).code}): name another file.`,
    );
  }
}
