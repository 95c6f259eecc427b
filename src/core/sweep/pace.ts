/**
 * Even pace: retimes a sweep so that its picture changes by the same amount from each frame to the next. Tracks move
 * evenly in their numbers, but pictures do not: between weight scales of 0.4 and 0.8, a picture crawls and then bursts.
 *
 * The change between two pictures is the root mean square of their differences in colour, at a few points. The times at
 * which pictures are computed are closest together where the picture changes most. The points lie in the square that
 * the view defines, so a film has the same pace at every size.
 */

import { colourPlanes } from '../frame/colouring.js';
import type { FrameDescription } from '../frame/description.js';
import type { Evaluate } from '../frame/evaluate.js';
import { pixelOffsets } from '../frame/geometry.js';
import { colouringOf } from '../frame/palette.js';
import { colouringShown, hiddenShown } from '../frame/shown.js';
import { countWeights } from '../network/spec.js';
import { jumpsOf, type Moving, marksOf, onlyJumps, valueAt } from './track.js';

/** A sweep to retime. */
export interface Timeline {
  /** In seconds. */
  seconds: number;
  loop: boolean;
  pace: 'even' | 'between-pauses';
  tracks: Moving[];
  /** The frame at a track time. */
  describe: (t: number) => FrameDescription;
}

/**
 * Maps film time to the track time shown then, both in seconds. It increases from 0 to the end of the film.
 */
export type Pace = (t: number) => number;

/**
 * The fraction of a stretch's length in which it accelerates if it begins at rest, and in which it slows down if it
 * ends at rest: 0.2 s of 6 s. Without it, films start with a jerk.
 */
const RAMP = 1 / 30;

/**
 * How many times are measured, and how many points along a side of the square at each. The first grade that costs at
 * most MOST_WORK multiply-adds (a second or two) is used; 14 layers of 400 units get the last one.
 */
const GRADES = [
  { steps: 256, side: 32 },
  { steps: 128, side: 24 },
  { steps: 64, side: 16 },
  { steps: 48, side: 8 },
];
const MOST_WORK = 8e9;
/** The cost of drawing and packing one weight, in multiply-adds. */
const WORK_PER_WEIGHT = 32;
/** The number of equal steps to start with. Then the step that changes most is halved, again and again. */
const FIRST_STEPS = 32;
/**
 * The shortest step, as a fraction of the film. A sudden change within it, such as between networks of adjacent
 * fractional seeds, stays sudden. (A track's own jumps are between stretches, and take no time.)
 */
const SHORTEST_STEP = 2 ** -14;
/** A sweep with more marks than this is treated as one that never rests. */
const MOST_MARKS = 200;

/** A stretch of time in which something moves, or nothing does. No track jumps within it. */
interface Stretch {
  start: number;
  end: number;
  /** The last time that belongs to it: its end, or just before it if a track jumps there. */
  last: number;
  moves: boolean;
}

/** A part of a moving stretch, with the pictures at its ends and the change between them. */
interface Step {
  stretch: Stretch;
  start: number;
  end: number;
  before: Float32Array;
  after: Float32Array;
  change: number;
}

/**
 * Measures a sweep's pace in small steps, so that the caller can pause between them. Times at which no track moves keep
 * their length, because the film is meant to rest there. All other time is divided in proportion to the change: at one
 * rate for the whole film, or at one between each two pauses, which then keep their times as well. Movement accelerates
 * where it begins and slows down where it ends; a loop that never rests does neither.
 */
export function* measurePace(timeline: Timeline, evaluate: Evaluate): Generator<void, Pace> {
  return paceOf(timeline, yield* measureChanges(timeline, evaluate));
}

/** The change of the picture in a part of a sweep, in track time. Plain data, which can be kept and read again. */
export interface Change {
  /** The number of the stretch of movement that it is in. */
  stretch: number;
  start: number;
  end: number;
  change: number;
}

/** Measures all that determines a sweep's pace, in small steps. It takes a second or two. */
export function* measureChanges(timeline: Timeline, evaluate: Evaluate): Generator<void, Change[]> {
  const stretches = stretchesOf(timeline);
  const steps = yield* measure(timeline, stretches, evaluate);
  return steps.map(({ stretch, start, end, change }) => ({
    stretch: stretches.indexOf(stretch),
    start,
    end,
    change,
  }));
}

/** The pace of a sweep whose changes have been measured. */
export function paceOf(timeline: Timeline, changes: readonly Change[]): Pace {
  const { seconds, loop, pace } = timeline;
  const stretches = stretchesOf(timeline);
  if (!stretches.some(({ moves }) => moves)) return (t) => t;
  let group = 0;
  const runs = stretches.map((stretch, i) => {
    const follows = i > 0 || loop;
    const leads = i < stretches.length - 1 || loop;
    const ends = {
      first: !follows || !stretches.at(i - 1)!.moves,
      last: !leads || !stretches[(i + 1) % stretches.length].moves,
    };
    const own = changes.filter((step) => step.stretch === i);
    const share = sum(own.map(({ change }) => change)) * peakSpeed(ends);
    if (pace === 'between-pauses' && !stretch.moves) group += 1;
    return { ...stretch, ends, own, share, group };
  });
  if (!runs.some(({ share }) => share > 0)) return (t) => t; // no visible change
  let begin = 0;
  const parts = runs.map(({ start, end, moves, ends, own, share, group }) => {
    const sharing = runs.filter((run) => run.moves && run.group === group);
    const all = sum(sharing.map(({ share }) => share));
    const isVisible = moves && all > 0;
    const length = isVisible
      ? (sum(sharing.map(({ start, end }) => end - start)) * share) / all
      : end - start;
    const show = isVisible
      ? (t: number) => timeAfter(own, eased((t - begun) / length, ends))
      : (t: number) => start + (t - begun);
    const begun = begin;
    begin += length;
    return { until: begin, show };
  });
  return (t) => {
    if (t <= 0 || t >= seconds) return Math.min(seconds, Math.max(0, t)); // exact: sums would round
    const part = parts.find(({ until }) => t < until) ?? parts[parts.length - 1];
    return Math.min(seconds, part.show(t));
  };
}

/** Cuts a sweep where its tracks may start or stop moving, and where they jump while others move. */
function stretchesOf({ tracks, seconds }: Timeline): Stretch[] {
  if (tracks.every(onlyJumps)) return [{ start: 0, end: seconds, last: seconds, moves: false }];
  const inside = tracks.flatMap((track) => marksOf(track, seconds)).filter((t) => t > 0 && t < seconds);
  const jumps = new Set(tracks.flatMap(jumpsOf));
  const marks = [...new Set([0, ...inside, seconds])].sort((a, b) => a - b);
  if (marks.length > MOST_MARKS) return [{ start: 0, end: seconds, last: seconds, moves: true }];
  const stretches: Stretch[] = [];
  for (const [i, end] of marks.slice(1).entries()) {
    const start = marks[i];
    const last = jumps.has(end) ? justBefore(end) : end;
    // At fractions of it between which no rotating track returns to the same values.
    const times = [...[0, 0.137, 0.381, 0.719].map((part) => start + (end - start) * part), last];
    const states = times.map((t) => JSON.stringify(tracks.map((track) => valueAt(track, t, seconds))));
    const moves = states.some((state) => state !== states[0]);
    const before = stretches.at(-1);
    if (before?.moves === moves && !(moves && jumps.has(start))) Object.assign(before, { end, last });
    else stretches.push({ start, end, last, moves });
  }
  return stretches;
}

/** The time before t by the last bit or two of a double. */
function justBefore(t: number): number {
  return t * (1 - Number.EPSILON);
}

/** The steps of all movement, in order, with about the same change in each. */
function* measure(timeline: Timeline, stretches: Stretch[], evaluate: Evaluate): Generator<void, Step[]> {
  const { seconds, describe } = timeline;
  const { steps: most, side } = gradeOf(timeline);
  const picture = (t: number) => planesOf(describe(t), side, evaluate);
  const steps: Step[] = [];
  for (const stretch of stretches.filter(({ moves }) => moves)) {
    const length = stretch.end - stretch.start;
    const count = Math.max(1, Math.round((FIRST_STEPS * length) / seconds));
    let [start, before] = [stretch.start, picture(stretch.start)];
    for (let i = 1; i <= count; i++) {
      const end = i === count ? stretch.end : stretch.start + (length * i) / count;
      const after = picture(i === count ? stretch.last : end);
      steps.push({ stretch, start, end, before, after, change: changeBetween(before, after) });
      [start, before] = [end, after];
      yield;
    }
  }
  while (steps.length < most) {
    const at = steps.reduce(
      (best, { start, end, change }, i) =>
        change > (steps[best]?.change ?? 0) && end - start > SHORTEST_STEP * seconds ? i : best,
      -1,
    );
    if (at < 0) break;
    const { stretch, start, end, before, after } = steps[at];
    const middle = (start + end) / 2;
    const between = picture(middle);
    steps.splice(
      at,
      1,
      { stretch, start, end: middle, before, after: between, change: changeBetween(before, between) },
      { stretch, start: middle, end, before: between, after, change: changeBetween(between, after) },
    );
    yield;
  }
  return steps;
}

function gradeOf({ seconds, describe }: Timeline): (typeof GRADES)[number] {
  const weights = Math.max(...[0, seconds / 2, seconds].map((t) => countWeights(describe(t).network)));
  const affordable = GRADES.find(
    ({ steps, side }) => weights * steps * (side ** 2 + WORK_PER_WEIGHT) <= MOST_WORK,
  );
  return affordable ?? GRADES[GRADES.length - 1];
}

/** A frame's colours at (side * side) points of the square that its view defines, one channel after the other. */
function planesOf(described: FrameDescription, side: number, evaluate: Evaluate): Float32Array {
  const frame: FrameDescription = { ...described, size: [side, side] };
  const { x, y } = pixelOffsets(frame);
  const outputs = evaluate(frame, x, y);
  // Of a hidden unit there is one value, whatever the palette is for; and so of the only output.
  const isPart = hiddenShown(frame.shown) !== undefined || outputs.length < 3;
  const colouring = isPart ? colouringShown(frame) : colouringOf(frame.palette);
  const room = () => [0, 1, 2].map(() => new Float32Array(side ** 2));
  const planes = colouring === 'rgb' ? outputs : colourPlanes(colouring, outputs, room());
  const all = new Float32Array(planes.length * side ** 2);
  for (const [i, plane] of planes.entries()) all.set(plane, i * side ** 2);
  return all;
}

/** The root mean square of the differences; 0 if any of them is not finite. */
function changeBetween(a: Float32Array, b: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += (a[i] - b[i]) ** 2;
  return Number.isFinite(squares) ? Math.sqrt(squares / a.length) : 0;
}

/** The time by which a fraction of a stretch's change has happened. @param part - From 0 to 1. */
function timeAfter(steps: readonly Change[], part: number): number {
  let left = part * sum(steps.map(({ change }) => change));
  for (const { start, end, change } of steps) {
    if (left < change) return start + ((end - start) * left) / change;
    left -= change;
  }
  return steps[steps.length - 1].end;
}

type Ends = { first: boolean; last: boolean };

/**
 * Goes from 0 at 0 to 1 at 1 at constant speed. If it begins or ends at rest, its speed increases or decreases linearly
 * there.
 */
function eased(u: number, ends: Ends): number {
  const peak = peakSpeed(ends);
  if (ends.first && u < RAMP) return (peak * u ** 2) / (2 * RAMP);
  if (ends.last && u > 1 - RAMP) return 1 - (peak * (1 - u) ** 2) / (2 * RAMP);
  return peak * (u - (ends.first ? RAMP / 2 : 0));
}

/** The constant speed between the ends, which makes up for the time that they take. */
function peakSpeed({ first, last }: Ends): number {
  return 1 / (1 - (RAMP / 2) * (Number(first) + Number(last)));
}

function sum(numbers: number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}
