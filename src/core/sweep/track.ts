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
  .array(z.tuple([time, z.number()]))
  .min(1)
  .refine(
    (list) => list.every(([t], i) => i === 0 || t > list[i - 1][0]),
    'must be in the order of their times',
  );
/** There may be a hundred thousand keyframes. */
const keyframesSchema = z.strictObject({ keyframes: quick(points, arePoints), easing });
const loopSchema = z.strictObject({
  loop: z.strictObject({
    centre: z.number().default(0),
    radius: z.number(),
    turns: z.int().default(1),
    phase: z.number().default(0),
  }),
});
const walkSchema = z.strictObject({ walk: z.array(seedSchema).min(2), easing });

/**
 * A number that may change over time, as written in a recipe: see `tween`, `zoom`, `keyframes` and `loop`. The default
 * easing is easeInOutCubic. `during` is the interval of the movement in seconds, by default the whole sweep.
 */
export type Track =
  | number
  | { tween: [from: number, to: number]; easing?: EasingName | undefined; during?: During }
  | { zoom: [from: number, to: number]; easing?: EasingName | undefined; during?: During }
  | { keyframes: [seconds: number, value: number][]; easing?: EasingName | undefined }
  | {
      loop: {
        radius: number;
        centre?: number | undefined;
        turns?: number | undefined;
        phase?: number | undefined;
      };
    };

type During = [start: number, end: number] | undefined;

/** A sequence of seeds that returns to the first: see `walk`. */
export interface Walk {
  /** Two or more seeds. */
  walk: (number | string)[];
  /** Applied to each step. */
  easing?: EasingName | undefined;
}

type Movement = { easing?: EasingName; during?: [number, number] };

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
 * Moves through values at given times. Constant before the first and after the last.
 * @param points - Pairs of a time in seconds, 0 or more and rising, and a value.
 * @param movement - `easing`, applied between each two points.
 */
export function keyframes(
  points: [seconds: number, value: number][],
  movement: { easing?: EasingName } = {},
): Track {
  return { keyframes: points, ...movement };
}

/**
 * Oscillates: centre + radius cos(2π (turns t / seconds + phase)), so that the end meets the beginning.
 * @param options.turns - The number of periods in the sweep, an integer; 1 by default.
 * @param options.phase - The phase at the start, in periods; 0 by default.
 */
export function loop(
  radius: number,
  options: { centre?: number; turns?: number; phase?: number } = {},
): Track {
  return { loop: { radius, ...options } };
}

/**
 * The tracks of the two coordinates of a point that moves once around a circle.
 * @param radius - Of the circle.
 * @param centre - Of the circle, [x, y].
 * @throws UsageError for a centre that is not a list.
 */
export function circle(radius: number, centre: [number, number] = [0, 0]): [Track, Track] {
  if (!Array.isArray(centre)) {
    throw new UsageError(`circle: the centre is ${quote(centre)} but must be [x, y].`);
  }
  return [loop(radius, { centre: centre[0] }), loop(radius, { centre: centre[1], phase: -0.25 })];
}

/**
 * Blends from seed to seed and back to the first, each step taking the same time.
 * @param seeds - Two or more, numbers or words.
 * @param movement - `easing`, applied to each step.
 */
export function walk(seeds: (number | string)[], movement: { easing?: EasingName } = {}): Walk {
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
  if ('keyframes' in track) return valueAmong(track.keyframes, t, easings[track.easing ?? DEFAULT_EASING]);
  if ('loop' in track) {
    const { centre = 0, radius, turns = 1, phase = 0 } = track.loop;
    return centre + radius * Math.cos(2 * Math.PI * ((turns * t) / seconds + phase));
  }
  const count = track.walk.length;
  const position = (count * t) / seconds;
  const step = Math.floor(position);
  const fraction = easings[track.easing ?? 'easeInOutSine'](position - step);
  return { from: track.walk[step % count], to: track.walk[(step + 1) % count], fraction: clamp(fraction) };
}

/** The times within a sweep, in seconds, at which a track may start or stop moving. */
export function marksOf(track: Moving): number[] {
  if ('keyframes' in track) return track.keyframes.map(([t]) => t);
  return ('during' in track && track.during) || [];
}

/** Whether a track ends where it begins, so that the sweep may be a loop. */
export function closes(track: Moving): boolean {
  if ('loop' in track || 'walk' in track) return true;
  if ('tween' in track) return track.tween[0] === track.tween[1];
  if ('zoom' in track) return track.zoom[0] === track.zoom[1];
  return track.keyframes[0][1] === track.keyframes[track.keyframes.length - 1][1];
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
export const trackNames = Object.keys(forms) as (keyof typeof forms)[];

/**
 * The schema for a moving track, chosen by its identifying key; undefined for all other values.
 * @internal
 */
export function formOf(value: unknown): (typeof forms)[keyof typeof forms] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const key = trackNames.find((name) => Object.hasOwn(value, name));
  return key ? forms[key] : undefined;
}

/** Whether these are valid keyframes. */
function arePoints(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  let before = -Number.MIN_VALUE; // times are 0 or more
  for (const point of value) {
    if (!Array.isArray(point) || point.length !== 2) return false;
    const [t, number] = point;
    if (!(Number.isFinite(t) && t > before && Number.isFinite(number))) return false;
    before = t;
  }
  return true;
}

function progress({ easing: name, during: span }: Movement, t: number, seconds: number): number {
  const [start, end] = span ?? [0, seconds];
  if (t >= end) return 1; // exactly, unlike the easing, which rounds
  return t <= start ? 0 : easings[name ?? DEFAULT_EASING]((t - start) / (end - start));
}

function valueAmong(points: [number, number][], t: number, ease: (u: number) => number): number {
  // A binary search for the first point after t, since there may be a hundred thousand.
  let next = 0;
  for (let last = points.length; next < last; ) {
    const middle = (next + last) >> 1;
    if (points[middle][0] > t) last = middle;
    else next = middle + 1;
  }
  if (next === 0) return points[0][1];
  if (next === points.length) return points[points.length - 1][1];
  const [[start, from], [end, to]] = [points[next - 1], points[next]];
  return mix(from, to, ease((t - start) / (end - start)));
}

/** Linear interpolation, exact at both ends. */
function mix(from: number, to: number, u: number): number {
  return u === 1 ? to : from + (to - from) * u;
}

function clamp(u: number): number {
  return Math.min(1, Math.max(0, u));
}
