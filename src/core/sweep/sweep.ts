/**
 * Sweeps: a network's parameters, its view and its slice as functions of time. A sweep is plain data, and so its own
 * recipe. frameAt() returns the frame description at a time, which is all that a renderer sees.
 */
import { breather, type Watched } from '../breather.js';
import { UsageError } from '../errors.js';
import {
  type Evaluation,
  type FrameDescription,
  type FrameInput,
  frameSchema,
  type View,
  viewSchema,
} from '../frame/description.js';
import type { isDeep } from '../frame/digits.js';
import type { Evaluate } from '../frame/evaluate.js';
import { steadyLevels } from '../frame/levels.js';
import type { Palette, PaletteInput } from '../frame/palette.js';
import type { ShownPart } from '../frame/shown.js';
import type { ActivationMix, ActivationName, ActivationPerUnit } from '../network/activations.js';
import type { FoldName, Kaleidoscope, Tile } from '../network/fold.js';
import {
  type NetworkParameterName,
  networkParameter,
  type networkParameters,
} from '../network/parameters.js';
import {
  inOneSpelling,
  type NetworkInput,
  type Seed,
  type SeedMix,
  type WeightMixInput,
  type WeightsInput,
} from '../network/spec.js';
import { namesWeightsFile } from '../network/weights-file.js';
import {
  type Beats,
  type Listen,
  type PlacedPlaceholder,
  placeholdersIn,
  type SeedBeats,
  soundOf,
} from '../sound/listening.js';
import { quote } from '../wording/explain.js';
import { parse } from '../wording/parse.js';
import { aboutMoment, aboutSweep, aboutTrack, sweepFieldNames, sweepSchema } from './fields.js';
import { Frames, replaced } from './frames.js';
import { type Change, measureChanges, measurePace, type Pace, paceOf, type Timeline } from './pace.js';
import { type PaceName, retimes } from './paces.js';
import {
  closes,
  formOf,
  type Keyframe,
  type Keyframes,
  lastTimeOf,
  type Moving,
  onlyJumps,
  type Track,
  trackInOneSpelling,
  valueAt,
  type Walk,
} from './track.js';

/** A number in a sweep: one that may change over time, or follow a sound. */
export type SweptNumber = Track | Listen | Beats;

/** T with tracks in place of its numbers. */
type Swept<T> = T extends number
  ? T | SweptNumber
  : T extends readonly unknown[] | object
    ? { [K in keyof T]: Swept<T[K]> }
    : T;

/** The parameters that may not move. */
type Fixed = {
  [K in NetworkParameterName]: (typeof networkParameters)[K]['moves'] extends true ? never : K;
}[NetworkParameterName];

/** A mix whose fraction may move. */
type SweptMix<Mix> = { [Field in keyof Mix]: Field extends 'fraction' ? SweptNumber : Mix[Field] };
/** A seed in a sweep. */
export type SweptSeed = Seed | Walk | Keyframes | SeedBeats | SweptMix<SeedMix>;
/** The activation of a unit in a sweep. */
export type SweptUnitActivation = ActivationName | SweptMix<ActivationMix>;
/** The activation of a layer in a sweep. */
export type SweptLayerActivation = SweptUnitActivation | ActivationPerUnit;
/** The activation of all hidden layers, or of each, in a sweep. */
export type SweptActivation = SweptLayerActivation | SweptLayerActivation[];
/** A fold in a sweep. */
export type SweptFold = FoldName | Swept<Kaleidoscope> | Swept<Tile>;
/** Explicit weights in a sweep. */
export type SweptWeights = WeightsInput | SweptMix<WeightMixInput>;

/** The parameters that are more than a number, and may move. */
interface SweptTypes {
  seed: SweptSeed;
  activation: SweptActivation;
  outputActivation: SweptUnitActivation;
  fold: SweptFold;
  weights: SweptWeights;
}

/** A network's parameters in a sweep: most of them may move. */
export type SweptNetwork = {
  [Name in keyof NetworkInput]: Name extends keyof SweptTypes
    ? SweptTypes[Name]
    : Name extends Fixed
      ? NetworkInput[Name]
      : Swept<NetworkInput[Name]>;
};

/** The window on the input plane in a sweep. */
export type SweptView = Partial<Swept<View>>;

/** The part of a network that is shown, in a sweep. */
export type SweptPart = Swept<ShownPart>;

/** A sweep as users write it. */
export interface SweepInput {
  /** A one-line description. */
  title?: string;
  /** The figure of the article that it re-creates. */
  figure?: string;
  /** Length in seconds: more than 0, at most 3600. */
  seconds: number;
  /** Frames per second, 1 to 120; 25 by default. 25 and 50 are also exact in a GIF. */
  fps?: number;
  /** Width and height in pixels; 480 x 480 by default, which takes two cores about a minute for most films. */
  size?: [number, number];
  /** Whether the last frame leads back to the first. If so, every track must end where it begins. */
  loop?: boolean;
  /** The network's parameters; most of them may move. */
  network?: SweptNetwork;
  /** The window on the input plane. */
  view?: SweptView;
  /** List of the values of the inputs beyond the `features`. Each may move. @defaultValue zeros */
  slice?: SweptNumber[];
  /**
   * Part of the network to show instead of its colours: `{ output: 1 }`, a hidden unit `{ layer: 2, unit: 3 }`, or `{
   * layer: 2 }`, all its units as a grid. Tracks must give whole numbers, so they may only jump. @defaultValue all
   * outputs
   */
  shown?: SweptPart;
  /**
   * `even` retimes the whole sweep so that the picture changes at a constant rate: see pace.ts. Pauses, in which no
   * track moves, keep their lengths. `between-pauses` does so between each two pauses, which keep their times as well.
   * `tracks`, the default, uses the times of the tracks and their easings.
   */
  pace?: PaceName;
  /**
   * `steady` moves the levels with the picture, so that its mean brightness is always a half: for layers that fade in
   * one after another, each with its own brightness. By default it is what the network gives.
   */
  brightness?: 'steady';
  /**
   * How outputs become colours. `rgb`, `oklab`, `oklch`, or a colour map, such as `viridis` for the first output or `{
   * map: 'viridis', output: 2 }` for another. @defaultValue 'rgb'
   */
  palette?: PaletteInput;
  /**
   * Output values [low, high] that are shown as 0 and 1; values beyond them are clipped. Each may move. @defaultValue
   * [0, 1]
   */
  levels?: [low: SweptNumber, high: SweptNumber];
  /** n x n samples per pixel: 1, the default, to 4. */
  supersample?: FrameInput['supersample'];
  /** Whether to dither against banding. Off by default. */
  dither?: boolean;
  /**
   * `adaptive` computes only the pixels that make a visible difference, where the renderer can. @defaultValue 'exact'
   */
  evaluation?: Evaluation | undefined;
}

/** A sweep that has been checked. It is plain data. */
export interface Sweep {
  /** A one-line description; may be empty. */
  title: string;
  /** The figure of the article that it re-creates. */
  figure?: string | undefined;
  /** Length in seconds: more than 0, at most 3600. */
  seconds: number;
  /** Frames per second, 1 to 120. */
  fps: number;
  /** Width and height in pixels, 1 to 16384 each. */
  size: [number, number];
  /** Whether the last frame leads back to the first. */
  loop: boolean;
  /** The network's parameters: values and tracks. */
  network: Record<string, unknown>;
  /** The window's centre and half-width: values and tracks. */
  view: Record<string, unknown>;
  /** One value or track for each input beyond the `features`. */
  slice?: unknown[] | undefined;
  /** The part of the network that is shown: values and tracks. */
  shown?: Record<string, unknown> | undefined;
  /** `even`, `between-pauses` or `tracks`: see SweepInput. */
  pace?: PaceName | undefined;
  /** `steady` or undefined: see SweepInput. */
  brightness?: 'steady' | undefined;
  /** How outputs become colours. */
  palette: Palette;
  /** The output values that become 0 and 1: two values or tracks. */
  levels?: unknown[] | undefined;
  /** n x n samples per pixel. */
  supersample: FrameDescription['supersample'];
  /** Whether to dither against banding. */
  dither: boolean;
  /** `adaptive`, or undefined for `exact`: see Evaluation. */
  evaluation?: 'adaptive' | undefined;
}

/**
 * Validates a sweep and fills in its defaults.
 * @param input - As people write it, or as read from JSON.
 * @throws UsageError that names the value, the rule and the next step. Tracks must end within the sweep, and a seed may
 *   not move from number to number. (Recipes that do either are still drawn: see readRecipe.)
 */
export function sweep(input: SweepInput): Sweep {
  // If it names files, frames can be checked only when the scene's loader has replaced these with numbers.
  const namesFile = namesWeightsFile(input?.network?.weights) || soundsIn(input).length > 0;
  return namesFile ? parse(sweepSchema, input, aboutSweep) : readScene(input);
}

/** Like sweep(), for what a scene's module exports. */
export function readScene(input: unknown): Sweep {
  const checked = parseSweep(input);
  if (!isChecked(input)) checkMeaning(checked);
  return checked;
}

/**
 * Validates a sweep that the command line has changed.
 * @param before - The sweep before that. If it is from a recipe that sweep() would reject, the result may be, too.
 */
export function readChanged(input: unknown, before: Sweep): Sweep {
  const changed = parseSweep(input);
  try {
    checkMeaning(before);
  } catch {
    return changed;
  }
  checkMeaning(changed);
  return changed;
}

/** Rejects what is certainly a mistake. Earlier versions accepted it, so recipes may contain it. */
function checkMeaning(sweep: Sweep): void {
  for (const placed of tracksOf(sweep)) checkTrackMeaning(placed, sweep.seconds);
}

function checkTrackMeaning({ path, value: track }: Placed, seconds: number): void {
  const name = path.join('.');
  const last = lastTimeOf(track);
  if (last > seconds * (1 + 1e-9)) {
    throw new UsageError(
      `${name} moves until ${last} s but the sweep ends at ${seconds} s: end it by then, or make the sweep longer.`,
    );
  }
  if (path[1] !== 'seed' || path[2] === 'fraction' || 'walk' in track || onlyJumps(track)) return;
  const seeds = seedsIn(track);
  throw new UsageError(
    `${name} moves from number to number, and each number on the way is an unrelated network: use ` +
      `walk([${seeds}]) to blend from network to network, or steps([${seeds}], { each: ... }) to switch.`,
  );
}

/** The seeds to suggest to somebody who has moved a seed as a number. */
function seedsIn(track: Moving): string {
  const listed =
    'tween' in track
      ? track.tween
      : 'zoom' in track
        ? track.zoom
        : 'keyframes' in track
          ? track.keyframes.map(([, value]) => value)
          : [1, 2, 3];
  const seeds = listed.filter((seed, i) => seed !== listed[i - 1]);
  return seeds.length > 6 ? '1, 2, 3' : seeds.join(', ');
}

/** Sweeps that have been validated, each with the names of the fields that its author gave. */
const checkedSweeps = new WeakMap<object, ReadonlySet<SweepField>>();

/** Whether a value is a sweep that has been validated. */
export function isChecked(value: unknown): value is Sweep {
  return typeof value === 'object' && value !== null && checkedSweeps.has(value);
}

type SweepField = keyof Sweep;

/**
 * The names of the fields that the author of a sweep gave; sweep() fills in the others. A copy of its result has all
 * fields: there, those with their default values count as not named.
 * @param input - What sweep() accepts or returns.
 */
export function namedFields(input: object): ReadonlySet<SweepField> {
  const known = checkedSweeps.get(input);
  if (known) return known;
  const { seconds: _, network: __, view: ___, ...defaults } = sweepSchema.parse({ seconds: 1 });
  const given = (name: string) => (input as Record<string, unknown>)[name];
  const isCopy = Object.keys(defaults).every((name) => given(name) !== undefined);
  const isDefault = (name: SweepField) =>
    name in defaults &&
    JSON.stringify(given(name)) === JSON.stringify(defaults[name as keyof typeof defaults]);
  const names = sweepFieldNames as readonly SweepField[];
  return new Set(names.filter((name) => given(name) !== undefined && !(isCopy && isDefault(name))));
}

/**
 * Validates a sweep passed by a program: a validated one, or a copy that may have been changed.
 * @throws UsageError for anything else.
 */
export function checkedSweep(value: unknown): Sweep {
  if (isChecked(value) && sweepSchema.safeParse(value).success) return value as Sweep; // unchanged since it was checked
  const fields = (typeof value === 'object' && value) || {};
  const missing = (['seconds', 'fps', 'size', 'loop', 'network', 'view'] as const).find(
    (name) => !Object.hasOwn(fields, name),
  );
  if (missing === undefined) return parseSweep(value);
  throw new UsageError(
    `The sweep is ${quote(value)}, which has no "${missing}": ` +
      'pass the result of sweep({ ... }), which fills in the rest.',
  );
}

/** The placeholders for sounds in a sweep, which may be invalid otherwise, and where they are. */
export function soundsIn(input: unknown): PlacedPlaceholder[] {
  const { network, view, slice, levels, shown } = (
    typeof input === 'object' && input !== null ? input : {}
  ) as Record<string, unknown>;
  return placeholdersIn({ network, view, slice, levels, shown });
}

/** Rejects placeholders: only a scene's loader may read the files that they name. */
function refuseSounds(sweep: Sweep): void {
  const [first] = soundsIn(sweep);
  if (!first) return;
  const { path, value } = first;
  throw new UsageError(
    `${path.join('.')} follows the sound ${quote(soundOf(value))}, which only a scene's file can do: ` +
      'use resolveSounds(sweep, folder) in a program.',
  );
}

/** Like sweep(), for data of any origin and version, such as recipes. */
export function parseSweep(input: unknown): Sweep {
  const read: Sweep = parse(sweepSchema, input, aboutSweep);
  refuseSounds(read);
  const { network, problem } = inOneSpelling(read.network);
  if (problem) throw new UsageError(`network.${problem.field} ${problem.message}.`);
  if (read.brightness && read.levels) {
    throw new UsageError(
      "levels cannot be given with brightness 'steady', which moves them: keep one of the two.",
    );
  }
  let checked: Sweep = { ...read, network: network as Sweep['network'] };
  try {
    checked = withCheckedTracks(checked);
    checkFrames(checked);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError('The sweep is nested too deeply: tracks are at most a few levels down.');
  }
  checkedSweeps.set(checked, namedFields(input as object));
  return checked;
}

/** The maximum number of track values computed to check a sweep: a second or two of work. */
const MOST_VALUES = 2_000_000;

/** Checks frames at up to 200 times: most mistakes show at the ends, those of overshooting easings in between. */
function checkFrames(sweep: Sweep): void {
  const frames = frameCount(sweep);
  const { length: tracks } = tracksOf(sweep);
  const affordable = Math.ceil(MOST_VALUES / Math.max(1, tracks));
  const probes = tracks === 0 ? 1 : Math.min(frames, 200, affordable);
  const times = (i: number) => timeOfFrame(sweep, Math.round((i * (frames - 1)) / Math.max(1, probes - 1)));
  for (const _ of checkTimes(sweep, times, probes)) {
    // The generator does the work.
  }
}

/**
 * Checks a sweep's frames at `count` times, in slices. Each field has a lowest and a highest valid value, so one frame
 * with all tracks at their minimum and one with all at their maximum stand for all of them. Only if one of the two is
 * invalid, or a track is in another kind of field, are frames checked one by one, in order.
 * @throws UsageError for the first invalid frame.
 */
function* checkTimes(sweep: Sweep, timeOf: (i: number) => number, count: number): Generator<number, void> {
  const tracks = tracksOf(sweep);
  describe(sweep, timeOf(0));
  if (tracks.length === 0) return;
  if (tracks.every(({ path }) => isRange(path))) {
    const least: unknown[] = [];
    const greatest: unknown[] = [];
    for (let i = 0; i < count; i++) {
      const t = timeOf(i);
      for (const [k, { value: track }] of tracks.entries()) {
        const value = valueAt(track, t, sweep.seconds);
        if (i === 0) least[k] = greatest[k] = value;
        // The comparisons are written so that NaN is kept, for the check to find.
        else if (typeof value === 'number') {
          if (!(value >= (least[k] as number))) least[k] = value;
          if (!(value <= (greatest[k] as number))) greatest[k] = value;
        }
      }
      yield i + 1;
    }
    if ([least, greatest].every((values) => frameWith(sweep, values).success)) return;
  }
  for (let i = 0; i < count; i++) {
    describe(sweep, timeOf(i));
    yield i + 1;
  }
}

/** Whether a field accepts all numbers in a range, or a walk of seeds, which is valid when its seeds are. */
function isRange([part, field]: (string | number)[]): boolean {
  if (part === 'shown') return false; // whole numbers only
  if (part === 'levels') return false; // valid together, not each by itself
  if (part !== 'network') return true;
  const parameter = networkParameter(field);
  return parameter === undefined || (parameter.moves && parameter.kind !== 'fold');
}

/** Validates the frame in which the tracks have these values. */
function frameWith(sweep: Sweep, values: unknown[]) {
  const { palette, size, supersample, dither, evaluation } = sweep;
  let parts: object = movingParts(sweep);
  for (const [k, { path }] of tracksOf(sweep).entries()) parts = replaced(parts, path, values[k]) as object;
  return frameSchema.safeParse({
    ...parts,
    palette,
    size,
    supersample,
    dither,
    ...(evaluation && { evaluation }),
  });
}

/** The same sweep at another length: what happens at a time in it happens at the same part of the new length. */
export function withSeconds(sweep: Sweep, seconds: number): Sweep {
  const factor = seconds / sweep.seconds;
  const stretch = (value: unknown, key = ''): unknown => {
    if (isTimedWalk(value)) {
      const { times, fade } = value;
      const stretched = { ...value, times: times.map((t) => t * factor) };
      return fade === undefined ? stretched : { ...stretched, fade: fade * factor };
    }
    if (key === 'during') return (value as number[]).map((t) => t * factor);
    if (key === 'keyframes') return (value as Keyframe[]).map(([t, ...rest]) => [t * factor, ...rest]);
    if (Array.isArray(value)) return value.map((item) => stretch(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, stretch(item, name)]));
  };
  return parseSweep({ ...sweep, seconds, ...(stretch(movingParts(sweep)) as object) });
}

const isTimedWalk = (value: unknown): value is Walk & { times: number[] } =>
  typeof value === 'object' &&
  value !== null &&
  'walk' in value &&
  'times' in value &&
  value.times !== undefined;

/** The number of frames of a sweep, at least one. */
export function frameCount({ seconds, fps }: Pick<Sweep, 'seconds' | 'fps'>): number {
  return Math.max(1, Math.round(seconds * fps));
}

/**
 * The time of frame i (counted from 0), in seconds. In an open sweep, the first frame is at the beginning and the
 * last at the end. In a loop, the last frame is one step before the end, where the first follows again.
 */
export function timeOfFrame(sweep: Pick<Sweep, 'seconds' | 'fps' | 'loop'>, i: number): number {
  const frames = frameCount(sweep);
  const steps = sweep.loop ? frames : Math.max(1, frames - 1);
  return (sweep.seconds * i) / steps;
}

/**
 * The frame at t seconds, from 0 to the sweep's end. Throws a UsageError if a track has an invalid value there. With an
 * even pace, the first call takes a second or two: see preparePace.
 */
export function frameAt(sweep: Sweep, t: number, evaluate: Evaluate): FrameDescription {
  const { seconds } = sweep;
  if (!(typeof t === 'number' && t >= 0 && t <= seconds * (1 + 1e-9))) {
    // (The tolerance is for rounding errors in the last frame's time.)
    throw new UsageError(
      `The time is ${quote(t)} s, but the sweep runs from 0 to ${seconds} s: choose a time in that range.`,
    );
  }
  return steadied(sweep, describe(sweep, trackTime(sweep, t, evaluate)), evaluate);
}

/** The time of the tracks at t seconds, by the pace. With an even one, the first call takes a second or two. */
export function trackTime(sweep: Sweep, t: number, evaluate: Evaluate): number {
  if (!isPaced(sweep, t)) return retimes(sweep.pace) ? Math.min(t, sweep.seconds) : t;
  const pace = knownPace(sweep);
  if (pace) return pace(t);
  const measuring = measurePace(timelineOf(sweep, sweep.pace), evaluate);
  for (;;) {
    const { done, value } = measuring.next();
    if (done) return keepPace(sweep, value)(t);
  }
}

/** The frame with the levels that its sweep's brightness needs. */
function steadied({ brightness }: Sweep, frame: FrameDescription, evaluate: Evaluate): FrameDescription {
  const levels = brightness && steadyLevels(frame, evaluate);
  return levels ? { ...frame, levels } : frame;
}

/** Whether the frame at t depends on a measured pace: those at the ends do not. */
function isPaced<S extends Sweep>(sweep: S, t: number): sweep is S & Pick<Timeline, 'pace'> {
  return retimes(sweep.pace) && t > 0 && t < sweep.seconds;
}

/** Where measured paces are kept from one process to the next. */
export interface PaceMemory {
  /** What was kept for these contents, if anything. */
  recall(contents: string): Promise<string | undefined>;
  keep(contents: string, text: string): Promise<void>;
}

/**
 * Measures an even pace, unless it is known already, and yields to other work every few milliseconds.
 * @param at - The only time of interest, in seconds: at the ends of a sweep, nothing needs to be measured.
 */
export async function preparePace(
  sweep: Sweep,
  evaluate: Evaluate,
  watched: Watched = {},
  at = sweep.seconds / 2,
  memory?: PaceMemory,
): Promise<void> {
  if (!isPaced(sweep, at) || knownPace(sweep)) return;
  const timeline = timelineOf(sweep, sweep.pace);
  const kept = changesIn(await memory?.recall(contentsOf(sweep)));
  if (kept) return void keepPace(sweep, paceOf(timeline, kept));
  const measuring = measureChanges(timeline, evaluate);
  const breathe = breather(watched);
  for (let step = 1; ; step++) {
    const { done, value } = measuring.next();
    if (done) {
      keepPace(sweep, paceOf(timeline, value));
      await memory?.keep(
        contentsOf(sweep),
        JSON.stringify(value.map(({ stretch, start, end, change }) => [stretch, start, end, change])),
      );
      return;
    }
    const pause = breathe(() => `measuring the pace, step ${step}`);
    if (pause) await pause;
  }
}

/** The changes in a text that was kept; undefined if it is damaged. */
function changesIn(text: string | undefined): Change[] | undefined {
  try {
    const rows: unknown = JSON.parse(text ?? '');
    if (!Array.isArray(rows) || !rows.every(isChange)) return undefined;
    return rows.map(([stretch, start, end, change]) => ({ stretch, start, end, change }));
  } catch {
    return undefined;
  }
}

const isChange = (row: unknown): row is number[] =>
  Array.isArray(row) && row.length === 4 && row.every((value) => Number.isFinite(value) && value >= 0);

/**
 * Checks the frames of a film before any is drawn, so that a mistake in the last one does not waste the others.
 * @param numbers - The frames to draw, counted from 0, ascending; at least one.
 * @param memory - Where the pace may be known from, and is kept.
 * @throws UsageError for the first invalid frame.
 */
export async function planFrames(
  sweep: Sweep,
  numbers: readonly number[],
  evaluate: Evaluate,
  watched: Watched = {},
  memory?: PaceMemory,
): Promise<Frames> {
  await preparePace(sweep, evaluate, watched, undefined, memory);
  const pace = (retimes(sweep.pace) && knownPace(sweep)) || ((t: number) => t);
  const timeOf = (i: number) => pace(timeOfFrame(sweep, numbers[i]));
  const count = numbers.length;
  const breathe = breather(watched);
  for (const done of checkTimes(sweep, timeOf, count)) {
    const pause = breathe(() => `checking frame ${done} of ${count}`);
    if (pause) await pause;
  }
  const moving = tracksOf(sweep).map(({ path, value }) => ({
    path,
    valueAt: (i: number) => valueAt(value, timeOf(i), sweep.seconds),
  }));
  const frames = new Frames(count, describe(sweep, timeOf(0)), moving);
  if (!sweep.brightness) return frames;
  const levels: FrameDescription['levels'][] = [];
  for (let i = 0; i < count; i++) {
    levels.push(steadyLevels(frames.describe(i), evaluate));
    const pause = breathe(() => `measuring the brightness of frame ${i + 1} of ${count}`);
    if (pause) await pause;
  }
  const path = ['levels'];
  return new Frames(count, { ...frames.describe(0), levels: levels[0] }, [
    ...moving,
    { path, valueAt: (i) => levels[i] },
  ]);
}

/** Measured paces, by the sweep and by everything that determines them, since sweeps may be copied. */
const pacesOfSweeps = new WeakMap<Sweep, Pace>();
const pacesByContents = new Map<string, Pace>();
const CACHED_PACES = 64;

function knownPace(sweep: Sweep): Pace | undefined {
  const known = pacesOfSweeps.get(sweep);
  if (known) return known;
  const alike = pacesByContents.get(contentsOf(sweep));
  if (alike) pacesOfSweeps.set(sweep, alike);
  return alike;
}

function keepPace(sweep: Sweep, pace: Pace): Pace {
  pacesOfSweeps.set(sweep, pace);
  pacesByContents.set(contentsOf(sweep), pace);
  if (pacesByContents.size > CACHED_PACES) pacesByContents.delete(pacesByContents.keys().next().value!);
  return pace;
}

function contentsOf(sweep: Sweep): string {
  const { seconds, loop, pace, palette } = sweep;
  return JSON.stringify([seconds, loop, pace, movingParts(sweep), palette]);
}

/** The parts of a sweep that may contain tracks. */
function movingParts({ network, view, slice, levels, shown }: Sweep) {
  return { network, view, ...(slice && { slice }), ...(levels && { levels }), ...(shown && { shown }) };
}

function timelineOf(sweep: Sweep, pace: Timeline['pace']): Timeline {
  const { seconds, loop } = sweep;
  const tracks = tracksOf(sweep).map(({ value }) => value);
  return { seconds, loop, pace, tracks, describe: (t) => describe(sweep, t) };
}

/** The frame at t seconds of track time. */
function describe(sweep: Sweep, t: number): FrameDescription {
  const { palette, size, supersample, dither, evaluation, seconds } = sweep;
  const parts = movingParts(sweep);
  const still = mapped(parts, (part) =>
    // A network or a view is not a track, whatever the names of its fields.
    Array.isArray(part) ? resolve(part, t, seconds) : mapped(part, (value) => resolve(value, t, seconds)),
  );
  const input = { ...still, palette, size, supersample, dither, ...(evaluation && { evaluation }) };
  const when = t > 0 ? `At ${Number(t.toFixed(3))} s, ` : ''; // what is wrong all the time is wrong at 0
  return parse(frameSchema, input, { ...aboutMoment, reword: (message) => when + message });
}

/**
 * The part of a frame that isDeep() needs, at t seconds of track time. Not validated, so that it costs almost
 * nothing.
 */
export function depthAt(sweep: Sweep, t: number): Parameters<typeof isDeep>[0] {
  const { network, view, slice, size, supersample, seconds } = sweep;
  const { weightScale, biasScale, weights } = network;
  const { features, fold } = network;
  const still = resolve({ view, slice, weightScale, biasScale, fold }, t, seconds) as Partial<
    FrameDescription['network']
  > &
    Partial<FrameDescription>;
  return {
    size,
    supersample,
    view: { ...viewSchema.parse({}), ...still.view },
    slice: still.slice ?? [],
    network: {
      weightScale: still.weightScale,
      biasScale: still.biasScale,
      weights: weights as undefined,
      features: (features as string[] | undefined) ?? ['x', 'y'],
      fold: still.fold ?? 'none',
    },
  };
}

/** Replaces every track in `value` by its value at t. Parts without tracks are not copied. */
function resolve(value: unknown, t: number, seconds: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (formOf(value)) return valueAt(value as Moving, t, seconds);
  if (areNumbers(value)) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => resolve(item, t, seconds));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  const resolved = mapped(value, (item) => resolve(item, t, seconds));
  return Object.entries(value).some(([key, item]) => item !== resolved[key]) ? resolved : value;
}

/** A copy of an object with `change` applied to each value. */
function mapped(object: object, change: (value: never) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value as never)]));
}

/** Whether a value is a list of numbers, which contains no track and may be long. */
function areNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

/**
 * Checks the structure of every track and, in a loop, that it ends where it begins. Returns the sweep with its tracks
 * in a single form.
 */
function withCheckedTracks(sweep: Sweep): Sweep {
  const { loop } = sweep;
  let changed = sweep;
  for (const { path, value } of tracksIn(movingParts(sweep))) {
    parse<unknown>(formOf(value)!, value, aboutTrack(path));
    const track = trackInOneSpelling(value as Moving);
    if (track !== value) changed = replaced(changed, path, track) as Sweep;
    if (loop && !closes(track)) {
      throw new UsageError(
        `${path.join('.')} does not end where it begins but the sweep is a loop: ` +
          'use loop(), walk() or keyframes that return to their first value, or remove loop.',
      );
    }
  }
  return changed;
}

/** A validated track, and the path to it. */
interface Placed {
  path: (string | number)[];
  value: Moving;
}

/** The tracks of each sweep, so that they are searched for only once. */
const tracksOfSweeps = new WeakMap<Sweep, Placed[]>();

function tracksOf(sweep: Sweep): Placed[] {
  let tracks = tracksOfSweeps.get(sweep);
  if (!tracks) {
    tracks = tracksIn(movingParts(sweep)) as Placed[];
    tracksOfSweeps.set(sweep, tracks);
  }
  return tracks;
}

/** Every track in a value, with the path to it. */
function tracksIn(
  value: unknown,
  path: (string | number)[] = [],
): { path: (string | number)[]; value: unknown }[] {
  if (typeof value !== 'object' || value === null || areNumbers(value)) return [];
  if (path.length > 1 && formOf(value)) return [{ path, value }]; // not the network or the view itself
  return Array.isArray(value)
    ? value.flatMap((item, index) => tracksIn(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => tracksIn(item, [...path, key]));
}
