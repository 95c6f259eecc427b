/**
 * Tracks: numbers and seeds that change over time. A track is plain data, so a sweep can be written to JSON and read
 * back.
 *
 * A time t is in seconds from the start of a sweep that lasts `seconds`.
 */
import * as z from 'zod';
import { UsageError } from '../errors.js';
import { seedSchema } from '../network/spec.js';
import { quick } from '../parameters/schema.js';
import { quote } from '../wording/explain.js';
import { type EasingName, easingNames, easings } from './easing.js';

/** The default, as in Motion Canvas. */
const DEFAULT_EASING: EasingName = 'easeInOutCubic';

const easing = z.enum(easingNames).optional();
const time = z.number().min(0);
/** The interval of the movement, in seconds. Outside it, the track is constant. Defaults to the whole sweep. */
const during = z
  .tuple([time, time])
  .refine(([start, end]) => start <= end, 'must end after it starts')
  .optional();

const tweenSchema = z.strictObject({ tween: z.tuple([z.number(), z.number()]), easing, during });
const zoomSchema = z.strictObject({
  zoom: z.tuple([z.number().positive(), z.number().positive()]),
  easing,
  during,
});
const points = z
  .array(z.tuple([time, z.number(), easing]))
  .min(1)
  .refine(
    (list) => list.every(([t], i) => i === 0 || t >= list[i - 1][0]),
    'must be in the order of their times; two at the same time are a jump',
  );
/** There may be a hundred thousand keyframes. */
const keyframesSchema = z.strictObject({ keyframes: quick(points, arePoints), easing });
const cycle = z.strictObject({
  radius: z.number(),
  middle: z.number().optional(),
  turns: z.int().optional(),
  phase: z.number().optional(),
  centre: z.number().optional(), // the former name of `middle`
});
const loopSchema = z.strictObject({
  loop: cycle.refine(
    ({ middle, centre }) => middle === undefined || centre === undefined,
    'must have "middle" or its former name "centre", not both',
  ),
  easing,
});
const walkSchema = z
  .strictObject({
    walk: z.array(seedSchema).min(2),
    hold: z.number().min(0).lt(1).optional(),
    times: z.array(time).min(1).optional(),
    fade: z.number().min(0).optional(),
    easing,
  })
  .superRefine(({ walk, hold, times, fade }, context) => {
    const wrong = !times
      ? fade !== undefined && 'has "fade", which needs "times": a walk without them has "hold"'
      : hold !== undefined
        ? 'cannot have both "hold" and "times": give "fade" instead of "hold"'
        : times.length !== walk.length && times.length !== walk.length - 1
          ? `has ${times.length} times but must have ${walk.length}, one for each seed, or ${walk.length - 1}, to stay at the last`
          : times.some((t, i) => i > 0 && t <= times[i - 1]) && 'must have ascending times';
    if (wrong) context.addIssue({ code: 'custom', message: wrong });
  });

/**
 * A number that may change over time, as written in a recipe: see `tween`, `zoom`, `keyframes`, `steps` and `loop`. The
 * default easing is easeInOutCubic, or linear for a loop. `during` is the interval of the movement in seconds, by
 * default the whole sweep.
 */
export type Track = number | Tween | Zoom | Keyframes | Loop;

/** What `tween` returns. */
export interface Tween extends Movement {
  /** The values before and after the movement. */
  tween: [from: number, to: number];
}

/** What `zoom` returns. */
export interface Zoom extends Movement {
  /** The values before and after the movement, both above 0. */
  zoom: [from: number, to: number];
}

/** What `loop` returns. */
export interface Loop extends Eased {
  /** An oscillation: middle + radius cos(2π (turns t / seconds + phase)). */
  loop: Cycle;
}

/** What `keyframes` and `steps` return. */
export interface Keyframes extends Eased {
  /** In the order of their times. Two at the same time are a jump. */
  keyframes: Keyframe[];
}

/**
 * A time in seconds, 0 or more, a value, and optionally the easing of the segment that ends there: `[1, 2]`,
 * `[1, 2, 'easeOutBounce']`.
 */
export type Keyframe = [seconds: number, value: number, easing?: EasingName | undefined];

/** The oscillation of a track. */
interface Cycle extends Oscillation {
  /** The greatest distance from the middle. */
  radius: number;
}

/** How a track oscillates. */
export interface Oscillation {
  /** The value about which it oscillates. @defaultValue 0 */
  middle?: number | undefined;
  /** The number of periods in the sweep, a whole number. @defaultValue 1 */
  turns?: number | undefined;
  /** The phase at the start, in periods. @defaultValue 0 */
  phase?: number | undefined;
  /** The former name of `middle`. @deprecated Use `middle`. */
  centre?: number | undefined;
}

/** How a track speeds up and slows down. */
export interface Eased {
  /**
   * The name of an easing. @defaultValue easeInOutCubic; of a loop, linear; of a walk, easeInOutSine
   */
  easing?: EasingName | undefined;
}

/** How a track moves from one value to another. */
export interface Movement extends Eased {
  /** Start and end of the movement, in seconds; before and after it, the track rests. @defaultValue the whole sweep */
  during?: [start: number, end: number] | undefined;
}

/** A sequence of seeds that returns to the first: see `walk`. */
export interface Walk extends WalkMovement {
  /** Two or more seeds. */
  walk: (number | string)[];
}

/** How long changes take. */
export interface Fading {
  /**
   * How long the change to each next seed or value takes, in seconds, but not beyond the one after it. @defaultValue of
   * a walk, which must have `times`, until the next; of beats 0, a jump
   */
  fade?: number | undefined;
}

/** How a walk moves from seed to seed. */
export interface WalkMovement extends Eased, Fading {
  /**
   * The part of each step during which the walk rests at a seed before it goes on: from 0 to less than 1.
   * @defaultValue 0
   */
  hold?: number | undefined;
  /**
   * When the walk goes on from each seed to the next, in seconds, ascending: the last returns to the first seed. With
   * one less, the walk stays at the last seed. @defaultValue steps of the same length
   */
  times?: number[] | undefined;
}

/**
 * Moves from one number to another.
 * @param movement - `easing` and `during`, the interval of the movement in seconds: the whole sweep by default.
 */
export function tween(from: number, to: number, movement: Movement = {}): Track {
  return { tween: [from, to], ...movement };
}

/**
 * Moves from one positive number to another by equal factors in equal times, so that a zoom looks steady.
 * @param movement - `easing` and `during`, the interval of the movement in seconds: the whole sweep by default.
 */
export function zoom(from: number, to: number, movement: Movement = {}): Track {
  return { zoom: [from, to], ...movement };
}

/**
 * Moves through values at given times. Constant before the first and after the last. Two keyframes at the same time are
 * a jump: at that time, the later one holds.
 * @param points - Times in seconds, 0 or more and in order, each with a value and optionally the easing of the segment
 *   that ends there: `[[0, 1], [1, 2, 'easeOutBounce'], [1, 5], [3, 4]]`.
 * @param movement - `easing`, for segments without their own.
 */
export function keyframes(points: Keyframe[], movement: Eased = {}): Keyframes {
  return { keyframes: points, ...movement };
}

/** How `steps` jumps. */
export interface Steps {
  /** How long each value is held, in seconds; more than 0. */
  each: number;
}

/**
 * Jumps from value to value and holds each, the last one included. Written as keyframes.
 * @param values - One or more numbers. Whole ones may also be seeds: `seed: steps([1, 2, 3], { each: 1 })`.
 * @param options.each - How long each value is held, in seconds; more than 0.
 * @throws UsageError for an empty list or an invalid time.
 * @example `layers: steps([2, 5, 9], { each: 0.5 })`
 */
export function steps(values: number[], { each }: Steps = {} as Steps): Keyframes {
  if (!Array.isArray(values) || values.length === 0) {
    throw new UsageError(`steps: the values are ${quote(values)} but must be a list of one or more numbers.`);
  }
  if (!(Number.isFinite(each) && each > 0)) {
    throw new UsageError(
      `steps: each is ${quote(each)} but must be above 0: the seconds that each value is held.`,
    );
  }
  return {
    keyframes: values.flatMap((value, i): Keyframe[] => [
      [i * each, value],
      [(i + 1) * each, value],
    ]),
  };
}

/**
 * Oscillates: middle + radius cos(2π (turns t / seconds + phase)), so that the end meets the beginning.
 * @param radius - The greatest distance from the middle.
 * @param options.middle - The value about which it oscillates; 0 by default. (`centre`, its former name, also works.)
 * @param options.turns - The number of periods in the sweep, an integer; 1 by default.
 * @param options.phase - The phase at the start, in periods; 0 by default.
 * @param options.easing - Applied to each turn, the first of which begins with the sweep; linear by default.
 */
export function loop(radius: number, { easing, ...options }: Oscillation & Eased = {}): Track {
  return trackInOneSpelling({ loop: { radius, ...options }, ...(easing !== undefined && { easing }) });
}

/**
 * The tracks of the two coordinates of a point that moves once around a circle.
 * @param radius - Of the circle.
 * @param centre - Of the circle, [x, y].
 * @param movement - `easing`, of the turn; linear by default.
 * @throws UsageError for a centre that is not a list.
 */
export function circle(
  radius: number,
  centre: [number, number] = [0, 0],
  movement: Eased = {},
): [Track, Track] {
  if (!Array.isArray(centre)) {
    throw new UsageError(`circle: the centre is ${quote(centre)} but must be [x, y].`);
  }
  return [
    loop(radius, { middle: centre[0], ...movement }),
    loop(radius, { middle: centre[1], phase: -0.25, ...movement }),
  ];
}

/**
 * Blends from seed to seed and back to the first, each step taking the same time, or at given times.
 * @param seeds - Two or more, numbers or words.
 * @param movement - `easing`, applied to each step, and `hold`, the part of each step in which it first rests at a
 *   seed: with a hold of 0.25, four seeds in 16 s are each held for 1 s. Or `times`, in seconds, at which it goes on,
 *   each time taking `fade` seconds.
 */
export function walk(seeds: (number | string)[], movement: WalkMovement = {}): Walk {
  return { walk: seeds, ...movement };
}

/** The value of a track at time t. A walk's value is a blend of two seeds (NetworkSpec.seed). */
export function valueAt(track: Moving, t: number, seconds: number) {
  if ('tween' in track) {
    const u = progress(track, t, seconds);
    return mix(track.tween[0], track.tween[1], u);
  }
  if ('zoom' in track) {
    const [from, to] = track.zoom;
    const u = progress(track, t, seconds);
    return u === 1 ? to : from * (to / from) ** u;
  }
  if ('keyframes' in track) return valueAmong(track.keyframes, t, track.easing ?? DEFAULT_EASING);
  if ('loop' in track) {
    const { middle = 0, radius, turns = 1, phase = 0 } = track.loop;
    const done = easedTurns((turns * t) / seconds, track.easing);
    return middle + radius * Math.cos(2 * Math.PI * (done + phase));
  }
  if (track.times) return timedStep(track, track.times, t, seconds);
  const { length: count } = track.walk;
  const hold = track.hold ?? 0;
  const position = (count * t) / seconds;
  const step = Math.floor(position);
  const fraction = easings[track.easing ?? 'easeInOutSine'](Math.max(0, position - step - hold) / (1 - hold));
  return { from: track.walk[step % count], to: track.walk[(step + 1) % count], fraction: clamp(fraction) };
}

/** The value of a walk that goes on at given times. */
function timedStep({ walk, fade, easing: name }: Walk, times: number[], t: number, seconds: number) {
  const count = walk.length;
  const returns = times.length === count;
  const begun = countUntil(times, t);
  // Before the first step, the last one may not be over yet.
  const [step, start] = begun > 0 ? [begun - 1, times[begun - 1]] : [count - 1, times[count - 1] - seconds];
  if (begun === 0 && !returns) return { from: walk[0], to: walk[1], fraction: 0 };
  const next = begun < times.length ? times[begun] : returns ? times[0] + seconds : seconds;
  const length = Math.min(fade ?? Number.POSITIVE_INFINITY, next - start);
  const part = length > 0 ? Math.min(1, (t - start) / length) : 1;
  const fraction = part === 1 ? 1 : clamp(easings[name ?? 'easeInOutSine'](part));
  return { from: walk[step], to: walk[(step + 1) % count], fraction };
}

/** How many times are at most t. A binary search, since there may be thousands. */
function countUntil(times: readonly number[], t: number): number {
  let count = 0;
  for (let last = times.length; count < last; ) {
    const middle = (count + last) >> 1;
    if (times[middle] > t) last = middle;
    else count = middle + 1;
  }
  return count;
}

/** The times, in seconds, at which a track may start or stop moving. @param seconds - The length of the sweep. */
export function marksOf(track: Moving, seconds: number): number[] {
  if ('keyframes' in track) return track.keyframes.map(([t]) => t);
  if ('walk' in track && track.times) {
    const { times, fade } = track;
    return times.flatMap((t, i) => [
      t,
      Math.min(t + (fade ?? Number.POSITIVE_INFINITY), times[i + 1] ?? seconds),
    ]);
  }
  if ('walk' in track && track.hold) {
    const each = seconds / track.walk.length;
    return track.walk.flatMap((_, i) => [i * each, (i + track.hold!) * each]);
  }
  return ('during' in track && track.during) || [];
}

/** The times, in seconds, at which a track jumps from one value to another. */
export function jumpsOf(track: Moving): number[] {
  if ('keyframes' in track) {
    const { keyframes } = track;
    return keyframes.filter(([t], i) => i > 0 && t === keyframes[i - 1][0]).map(([t]) => t);
  }
  if ('walk' in track) return track.fade === 0 ? track.times! : [];
  const [start, end] = ('during' in track && track.during) || [];
  return start !== undefined && start === end ? [start] : [];
}

/** Whether a track changes only by jumps, and so has only the values that it lists. */
export function onlyJumps(track: Moving): boolean {
  if (!('keyframes' in track)) return false;
  const { keyframes } = track;
  return keyframes.every(
    ([t, value], i) => i === 0 || t === keyframes[i - 1][0] || value === keyframes[i - 1][1],
  );
}

/** The last time that a track names, in seconds; 0 if it names none. */
export function lastTimeOf(track: Moving): number {
  if ('keyframes' in track) return track.keyframes[track.keyframes.length - 1][0];
  if ('walk' in track) return track.times?.at(-1) ?? 0;
  return ('during' in track && track.during?.[1]) || 0;
}

/**
 * Whether a track ends where it begins, so that the sweep may be a loop. One that only jumps counts, too: it jumps from
 * its last value to its first.
 */
export function closes(track: Moving): boolean {
  if ('loop' in track) return true;
  if ('walk' in track) return track.times?.length !== track.walk.length - 1;
  if ('tween' in track) return track.tween[0] === track.tween[1];
  if ('zoom' in track) return track.zoom[0] === track.zoom[1];
  const { keyframes } = track;
  const first = keyframes.filter(([t]) => t === 0).at(-1) ?? keyframes[0];
  return onlyJumps(track) || first[1] === keyframes[keyframes.length - 1][1];
}

/** The same track with current field names and without empty fields, so that equal tracks have equal JSON. */
export function trackInOneSpelling<T extends Moving>(track: T): T {
  if ('keyframes' in track) {
    const isEmpty = (point: Keyframe) => point.length === 3 && point[2] === undefined;
    if (!track.keyframes.some(isEmpty)) return track; // there may be a hundred thousand
    return {
      ...track,
      keyframes: track.keyframes.map((point) => (isEmpty(point) ? point.slice(0, 2) : point)),
    };
  }
  if (!('loop' in track) || track.loop.centre === undefined || track.loop.middle !== undefined) return track;
  const { centre, ...rest } = track.loop;
  return { ...track, loop: { ...rest, middle: centre } };
}

export type Moving = Exclude<Track, number> | Walk;

/** The schema of each form of a moving track, by its identifying key. */
const forms = {
  tween: tweenSchema,
  zoom: zoomSchema,
  keyframes: keyframesSchema,
  loop: loopSchema,
  walk: walkSchema,
};

/** What identifies a track that moves. */
export const trackNames: readonly string[] = Object.keys(forms);

/**
 * The schema for a moving track, chosen by its identifying key; undefined for all other values.
 * @internal
 */
export function formOf(value: unknown): (typeof forms)[keyof typeof forms] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const key = (Object.keys(forms) as (keyof typeof forms)[]).find((name) => Object.hasOwn(value, name));
  return key ? forms[key] : undefined;
}

/** Whether these are valid keyframes. */
function arePoints(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  let before = 0; // times are 0 or more
  for (const point of value) {
    if (!Array.isArray(point) || point.length < 2 || point.length > 3) return false;
    const [t, number, name] = point;
    if (!(Number.isFinite(t) && t >= before && Number.isFinite(number))) return false;
    if (name !== undefined && !(typeof name === 'string' && Object.hasOwn(easings, name))) return false;
    before = t;
  }
  return true;
}

function progress({ easing: name, during: span }: Movement, t: number, seconds: number): number {
  const [start, end] = span ?? [0, seconds];
  if (t >= end) return 1; // exactly, unlike the easing, which rounds
  return t <= start ? 0 : easings[name ?? DEFAULT_EASING]((t - start) / (end - start));
}

/** The eased number of turns: each turn is eased separately, in its direction. */
function easedTurns(turns: number, name: EasingName = 'linear'): number {
  if (name === 'linear') return turns; // exactly
  const made = Math.abs(turns);
  const whole = Math.floor(made);
  return Math.sign(turns) * (whole + easings[name](made - whole));
}

/** @param easing - For segments without their own. */
function valueAmong(points: Keyframe[], t: number, easing: EasingName): number {
  // A binary search for the first point after t, since there may be a hundred thousand. If two points are at t, the
  // later of them comes just before it.
  let next = 0;
  for (let last = points.length; next < last; ) {
    const middle = (next + last) >> 1;
    if (points[middle][0] > t) last = middle;
    else next = middle + 1;
  }
  if (next === 0) return points[0][1];
  if (next === points.length) return points[points.length - 1][1];
  const [[start, from], [end, to, own]] = [points[next - 1], points[next]];
  return mix(from, to, easings[own ?? easing]((t - start) / (end - start)));
}

/** Linear interpolation, exact at both ends. */
function mix(from: number, to: number, u: number): number {
  return u === 1 ? to : from + (to - from) * u;
}

function clamp(u: number): number {
  return Math.min(1, Math.max(0, u));
}
