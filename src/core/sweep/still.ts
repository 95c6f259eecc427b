/** One moment of a sweep, as a sweep. */
import type { Watched } from '../breather.js';
import { UsageError } from '../errors.js';
import type { Evaluate } from '../frame/evaluate.js';
import { quote } from '../wording/explain.js';
import { frameAt, preparePace, type Sweep } from './sweep.js';

/**
 * A sweep that consists of one frame of another: the recipe of a still.
 * @param t - In seconds.
 * @throws UsageError for a time outside the sweep; the signal's reason if it is aborted.
 */
export async function stillOf(
  sweep: Sweep,
  t: number,
  evaluate: Evaluate,
  watched: Watched = {},
): Promise<Sweep> {
  if (!(typeof t === 'number' && t >= 0 && t <= sweep.seconds)) {
    throw new UsageError(
      `The time is ${quote(t)} s, but the sweep runs from 0 to ${sweep.seconds} s: choose a time in that range.`,
    );
  }
  await preparePace(sweep, evaluate, watched, t);
  const frame: object = frameAt(sweep, t, evaluate);
  const { brightness: _, ...others } = sweep; // the frame's levels are those of its moment
  return { ...others, ...frame, seconds: 1 / sweep.fps, loop: false };
}
