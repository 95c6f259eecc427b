/**
 * Even pace: a sweep timed anew so that its picture changes as much from each frame to the next. By themselves tracks move
 * evenly in their numbers, and pictures do not: between weight scales of 0.4 and 0.8 one crawls and then bursts.
 *
 * How much the picture changes is measured on a few points, by the root of the mean square of the differences in
 * colour, at times that are set closest where it changes most. The kernel that measures has no fused operations, so the
 * result is the same on every machine and whatever draws the frames. The points lie in the square that the view names: a film has the same
 * pace at every size.
 */

import { kernels } from '../../renderers/cpu/choose-kernel.js';
import { brightnessPlanes } from '../../renderers/cpu/planes.js';
import { colourPlanes } from '../frame/colouring.js';
import type { FrameDescription } from '../frame/description.js';
import { colouringOf } from '../frame/palette.js';
import { countWeights } from '../network/spec.js';
import { type Moving, marksOf, valueAt } from './track.js';

/** What is timed anew. */
export interface Timeline {
  seconds: number;
  loop: boolean;
  tracks: Moving[];
  /** The frame at a time of the tracks. */
  describe: (t: number) => FrameDescription;
}

/** From a time of the film to the time of the tracks that is shown then, both in seconds; rises from 0 to the film's end. */
export type Pace = (t: number) => number;

/**
 * Of a stretch of movement that begins or ends at rest, how much of it is spent on coming to speed and on stopping, each:
 * a fifth of a second in six. Without it films start with a jerk.
 */
const RAMP = 1 / 30;

/**
 * Times measured, and points along a side of the square at each: the first that costs less than so many multiply-adds, a
 * second or two. 400 units in each of 14 layers come to the last.
 */
const GRADES = [
  { steps: 256, side: 32 },
  { steps: 128, side: 24 },
  { steps: 64, side: 16 },
  { steps: 48, side: 8 },
];
const MOST_WORK = 8e9;
/** What drawing and packing a weight takes, in multiply-adds. */
const WORK_PER_WEIGHT = 32;
/** As many steps of equal length come first; the steps that change most are then halved. */
const FIRST_STEPS = 32;
/** Of the whole, the shortest step: what jumps in it jumps. */
const SHORTEST_STEP = 2 ** -14;
/** A sweep of more movements than this is taken as one that never rests. */
const MOST_MARKS = 200;

/** A stretch of time in which something moves, or nothing does. */
interface Stretch {
  start: number;
  end: number;
  moves: boolean;
}

/** A part of a stretch of movement, with the pictures at its ends. */
interface Step {
  stretch: Stretch;
  start: number;
  end: number;
  before: Float32Array;
  after: Float32Array;
  change: number;
}

/**
 * Measures a sweep's pace, step by step, so that who asks may pause in between. Time in which no track moves is kept as it
 * is: somebody wanted the film to rest there. All other time is dealt out by change, at one rate for the whole film, and
 * movement gathers speed and slows down where it begins and ends; a loop that never rests does neither.
 */
export function* measurePace(timeline: Timeline): Generator<void, Pace> {
  const { seconds, loop } = timeline;
  const stretches = stretchesOf(timeline);
  if (!stretches.some(({ moves }) => moves)) return (t) => t;
  const steps = yield* measure(timeline, stretches);
  const moving = sum(stretches.filter(({ moves }) => moves).map(({ start, end }) => end - start));
  const runs = stretches.map((stretch, i) => {
    const follows = i > 0 || loop;
    const leads = i < stretches.length - 1 || loop;
    const ends = {
      first: !follows || !stretches.at(i - 1)!.moves,
      last: !leads || !stretches[(i + 1) % stretches.length].moves,
    };
    const own = steps.filter((step) => step.stretch === stretch);
    const share = sum(own.map(({ change }) => change)) * peakSpeed(ends);
    return { ...stretch, ends, own, share };
  });
  const shares = sum(runs.map(({ share }) => share));
  if (!(shares > 0)) return (t) => t; // nothing that can be seen changes
  let begin = 0;
  const parts = runs.map(({ start, end, moves, ends, own, share }) => {
    const length = moves ? (moving * share) / shares : end - start;
    const show = moves
      ? (t: number) => timeAfter(own, eased((t - begun) / length, ends))
      : (t: number) => start + (t - begun);
    const begun = begin;
    begin += length;
    return { until: begin, show };
  });
  return (t) => {
    if (t <= 0 || t >= seconds) return Math.min(seconds, Math.max(0, t)); // not by sums, whose rounding would show
    const part = parts.find(({ until }) => t < until) ?? parts[parts.length - 1];
    return Math.min(seconds, part.show(t));
  };
}

/** Cuts a sweep where its tracks may begin or cease to move. */
function stretchesOf({ tracks, seconds }: Timeline): Stretch[] {
  const inside = tracks.flatMap(marksOf).filter((t) => t > 0 && t < seconds);
  const marks = [...new Set([0, ...inside, seconds])].sort((a, b) => a - b);
  if (marks.length > MOST_MARKS) return [{ start: 0, end: seconds, moves: true }];
  const stretches: Stretch[] = [];
  for (const [i, end] of marks.slice(1).entries()) {
    const start = marks[i];
    // At parts of it that no turning track comes back by.
    const states = [0, 0.137, 0.381, 0.719, 1].map((part) =>
      JSON.stringify(tracks.map((track) => valueAt(track, start + (end - start) * part, seconds))),
    );
    const moves = states.some((state) => state !== states[0]);
    const before = stretches.at(-1);
    if (before?.moves === moves) before.end = end;
    else stretches.push({ start, end, moves });
  }
  return stretches;
}

/** The steps of all movement, in order, none of them changing much more than the others. */
function* measure(timeline: Timeline, stretches: Stretch[]): Generator<void, Step[]> {
  const { seconds, describe } = timeline;
  const { steps: most, side } = gradeOf(timeline);
  const picture = (t: number) => planesOf(describe(t), side);
  const steps: Step[] = [];
  for (const stretch of stretches.filter(({ moves }) => moves)) {
    const length = stretch.end - stretch.start;
    const count = Math.max(1, Math.round((FIRST_STEPS * length) / seconds));
    let [start, before] = [stretch.start, picture(stretch.start)];
    for (let i = 1; i <= count; i++) {
      const end = i === count ? stretch.end : stretch.start + (length * i) / count;
      const after = picture(end);
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

/** A frame's colours at side x side points of the square that its view names, one channel after the other. */
function planesOf(frame: FrameDescription, side: number): Float32Array {
  const outputs = brightnessPlanes({ ...frame, size: [side, side] }, kernels.plain);
  const colouring = colouringOf(frame.palette);
  const room = () => [0, 1, 2].map(() => new Float32Array(side ** 2));
  const planes = colouring === 'rgb' ? outputs : colourPlanes(colouring, outputs, room());
  const all = new Float32Array(planes.length * side ** 2);
  for (const [i, plane] of planes.entries()) all.set(plane, i * side ** 2);
  return all;
}

/** The root of the mean square of the differences; 0 where a number is none. */
function changeBetween(a: Float32Array, b: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += (a[i] - b[i]) ** 2;
  return Number.isFinite(squares) ? Math.sqrt(squares / a.length) : 0;
}

/** When so much of a stretch's change has happened. @param part - From 0 to 1. */
function timeAfter(steps: Step[], part: number): number {
  let left = part * sum(steps.map(({ change }) => change));
  for (const { start, end, change } of steps) {
    if (left < change) return start + ((end - start) * left) / change;
    left -= change;
  }
  return steps[steps.length - 1].end;
}

type Ends = { first: boolean; last: boolean };

/** From 0 at 0 to 1 at 1 at one speed, but for a beginning and an end at rest, where speed grows and falls by equal steps. */
function eased(u: number, ends: Ends): number {
  const peak = peakSpeed(ends);
  if (ends.first && u < RAMP) return (peak * u ** 2) / (2 * RAMP);
  if (ends.last && u > 1 - RAMP) return 1 - (peak * (1 - u) ** 2) / (2 * RAMP);
  return peak * (u - (ends.first ? RAMP / 2 : 0));
}

/** How much faster the rest is for the time that its ends take. */
function peakSpeed({ first, last }: Ends): number {
  return 1 / (1 - (RAMP / 2) * (Number(first) + Number(last)));
}

function sum(numbers: number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}
