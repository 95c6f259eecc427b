/** Turns what was heard in a sound into tracks. */
import type { Keyframe, Keyframes } from '../sweep/track.js';
import type { Listen } from './listening.js';

/** The steps of a level. */
const STEPS = 1000;
/** How far, in steps, the lines between keyframes may be from what was heard: too little to be seen. */
const TOLERANCE = 3;

/**
 * Keyframes that follow levels. Levels are rounded to 1/1000; moments between which they are linear, to within 3/1000,
 * are left out.
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
  return {
    keyframes: kept.map((i): Keyframe => [moments[i], between(from, to, heights[i] / STEPS)]),
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
