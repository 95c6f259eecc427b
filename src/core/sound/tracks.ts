/** Turns what was heard in a sound into tracks. */
import { type EasingName, easings } from '../sweep/easing.js';
import type { Keyframe, Keyframes, Walk } from '../sweep/track.js';
import type { Beats, Listen } from './listening.js';

/** The steps of a level. */
const STEPS = 1000;
/** How far, in steps, the lines between keyframes may be from what was heard: too little to be seen. */
const TOLERANCE = 3;

/**
 * Keyframes that follow levels. Moments between which the levels are linear, to within 3/1000, are left out. Numbers
 * are rounded to 1/1000; if that is less than 100 steps from one end to the other, more finely.
 * @param levels - From 0 to 1, one at each of the `times`, in seconds. In a loop, the first follows the last.
 */
export function followLevels(
  times: Float64Array,
  levels: Float64Array,
  { seconds, loop }: Span,
  { from = 0, to = 1 }: Pick<Listen, 'from' | 'to'>,
): Keyframes {
  const heights = Array.from(levels, (level) => Math.round(level * STEPS));
  const moments = Array.from(times, milliseconds);
  if (loop) {
    moments.push(seconds);
    heights.push(heights[0]);
  } else if (moments.at(-1)! > seconds) {
    moments[moments.length - 1] = seconds;
  }
  const kept = corners(moments, heights);
  const rounded = rounding(Math.abs(to - from));
  return {
    keyframes: kept.map((i): Keyframe => [moments[i], rounded(between(from, to, heights[i] / STEPS))]),
    easing: 'linear',
  };
}

/** The length of a sweep in seconds, and whether it is a loop. */
interface Span {
  seconds: number;
  loop: boolean;
}

/** Times are rounded to milliseconds. */
const milliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** A number between two, without the digits that come from rounding errors. */
function between(from: number, to: number, part: number): number {
  if (part === 0 || part === 1) return part === 0 ? from : to;
  return Number((from + (to - from) * part).toPrecision(12));
}

/** The rounding of numbers within a range: to 1/1000, or to the first finer power of ten that has 100 steps in it. */
function rounding(range: number): (value: number) => number {
  let scale = 1000;
  while (scale < 1e12 && range * scale < 100) scale *= 10;
  return (value) => Math.round(value * scale) / scale;
}

/** Of points (x, y), in order, those that are needed so that lines between them pass within TOLERANCE of all. */
function corners(x: readonly number[], y: readonly number[]): number[] {
  const kept = [0];
  let [least, greatest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let start = 0;
  for (let i = 1; i < x.length; i++) {
    // The slopes of lines from the start that pass near every point since.
    const slope = (y[i] - y[start]) / (x[i] - x[start]);
    if (i > start + 1 && (slope < least || slope > greatest)) {
      start = i - 1;
      kept.push(start);
      [least, greatest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    }
    const run = x[i] - x[start];
    least = Math.max(least, (y[i] - TOLERANCE - y[start]) / run);
    greatest = Math.min(greatest, (y[i] + TOLERANCE - y[start]) / run);
  }
  if (x.length > 1) kept.push(x.length - 1);
  return kept;
}

/** How a pulse fades, and how one value leads to the next. */
const FADING: EasingName = 'easeOutCubic';
const LEADING: EasingName = 'easeInOutSine';
/** Beats this near to the beginning of an open sweep do not leave its first value, in seconds. */
const AT_ONCE = 0.05;
/** The number of straight pieces of an easing that is cut by the seam of a loop. */
const PIECES = 8;

/**
 * A track that does something at each beat: pulses, or goes on to the next value or seed.
 * @param beats - Their times in seconds, ascending, within the sweep. At least one.
 */
export function followBeats(beats: readonly number[], span: Span, given: Beats): Keyframes | Walk {
  const { every = 1, seeds, values } = given;
  const times = [...new Set(beats.map(milliseconds))]
    .filter((t, i) => i % every === 0 && t < span.seconds)
    .filter((t) => (!seeds && !values) || span.loop || t > AT_ONCE);
  if (seeds) return walkAlong(times, span, seeds, given.fade);
  if (values) return stepAlong(times, span, values, given.fade);
  return pulses(times, span, given);
}

/** Jumps to a number at each beat, and back to another until the next. */
function pulses(times: readonly number[], span: Span, { from = 0, to = 1, decay }: Beats): Keyframes {
  const moves = times.map((t, i): Move => {
    const next = nextAfter(times, i, span);
    // After the last beat of an open sweep, as after the one before it.
    const left = Number.isFinite(next) ? next - t : i > 0 ? t - times[i - 1] : span.seconds - t;
    return { start: t, end: t + Math.min(decay ?? left, left), from: to, to: from, easing: FADING };
  });
  return movesIn(moves, span, from);
}

/** Goes on to the next value at each beat. */
function stepAlong(times: readonly number[], span: Span, values: readonly number[], fade = 0): Keyframes {
  const states = statesOf(values, times.length, span.loop);
  const moves = times.map((t, i): Move => {
    const [from, to] = [states[i], states[i + 1]];
    const end = t + Math.min(fade, nextAfter(times, i, span) - t);
    return fade > 0
      ? { start: t, end, from, to, easing: LEADING }
      : { start: t, end: t, from: to, to, easing: 'linear' };
  });
  return movesIn(moves, span, states[0]);
}

/** Blends to the next seed at each beat. */
function walkAlong(
  times: readonly number[],
  { loop }: Span,
  seeds: readonly (number | string)[],
  fade = 0,
): Walk {
  const states = statesOf(seeds, times.length, loop);
  const shown = loop ? states.slice(0, -1) : states;
  // A walk has two seeds or more.
  if (shown.length < 2) return { walk: [shown[0], shown[0]], times: [times[0] ?? 0], fade };
  return { walk: shown, times: [...times], fade };
}

/** What is there before each beat, and after the last: in a loop, what there was before the first. */
function statesOf<T>(values: readonly T[], beats: number, loop: boolean): T[] {
  const states = Array.from({ length: beats + 1 }, (_, i) => values[i % values.length]);
  if (!loop) return states;
  states[beats] = states[0];
  if (beats > 1 && states[beats - 1] === states[0]) {
    // The last beat would change nothing.
    states[beats - 1] =
      values.find((value) => value !== states[0] && value !== states[beats - 2]) ?? states[0];
  }
  return states;
}

/** A change that begins at a beat. */
interface Move {
  /** In seconds. */
  start: number;
  /** In seconds; in a loop, it may be after the seam. */
  end: number;
  /** The number at its start, to which it jumps. */
  from: number;
  to: number;
  easing: EasingName;
}

/** The time of the next beat. */
function nextAfter(times: readonly number[], i: number, { seconds, loop }: Span): number {
  if (i + 1 < times.length) return times[i + 1];
  return loop ? times[0] + seconds : Number.POSITIVE_INFINITY;
}

/** Keyframes of moves, between which nothing changes. @param rest - The number before the first, in an open sweep. */
function movesIn(moves: readonly Move[], { seconds, loop }: Span, rest: number): Keyframes {
  const points: Keyframe[] = [];
  const add = (t: number, value: number, easing?: EasingName) => {
    const before = points[points.length - 1];
    if (before?.[0] === t && before[1] === value) return;
    points.push(easing ? [t, value, easing] : [t, value]);
  };
  /** Part of a move, as straight pieces. */
  const addPart = (move: Move, begin: number, end: number, shift: number) => {
    for (let k = 0; k <= PIECES; k++) {
      const t = begin + ((end - begin) * k) / PIECES;
      add(milliseconds(t + shift), valueIn(move, t), k > 0 ? 'linear' : undefined);
    }
  };
  const last = moves.at(-1);
  let now = loop && last ? last.to : rest;
  if (loop && last && last.end > seconds) addPart(last, seconds, last.end, -seconds);
  else add(0, now);
  for (const move of moves) {
    const { start, end, from, to } = move;
    add(start, now);
    add(start, from);
    now = to;
    if (end <= seconds) {
      if (end > start) add(milliseconds(end), to);
      continue;
    }
    addPart(move, start, seconds, 0);
    now = valueIn(move, seconds);
  }
  if (loop) {
    add(seconds, now);
    add(seconds, points.findLast(([t]) => t === 0)![1]);
  }
  return { keyframes: points, easing: moves[0]?.easing ?? 'linear' };
}

/** The value of a move at a time, without the digits that come from rounding errors. */
function valueIn({ start, end, from, to, easing }: Move, t: number): number {
  if (t >= end) return to;
  return between(from, to, Math.round(easings[easing]((t - start) / (end - start)) * STEPS) / STEPS);
}
