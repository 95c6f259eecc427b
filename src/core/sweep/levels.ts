/** Measures levels for several pictures together, so that a film's brightness does not change from frame to frame. */
import { breather, type Watched } from '../breather.js';
import type { FrameDescription } from '../frame/description.js';
import type { EvaluateValues } from '../frame/evaluate.js';
import { levelsFor, shownValues } from '../frame/levels.js';
import type { Levels } from '../frame/levels-schema.js';
import { countWeights } from '../network/spec.js';
import { frameAt, type Sweep } from './sweep.js';

/**
 * How many pictures are measured at most, and how many points along a side of the square of each. The first grade that
 * costs at most MOST_WORK multiply-adds (a second or so) is used.
 */
const GRADES = [
  { pictures: 32, side: 24 },
  { pictures: 16, side: 16 },
  { pictures: 8, side: 12 },
  { pictures: 6, side: 8 },
];
const MOST_WORK = 2e9;
/** The cost of drawing and packing one weight, in multiply-adds. */
const WORK_PER_WEIGHT = 32;
const [{ pictures: MOST_PICTURES }] = GRADES;

/**
 * The levels that fit all of these pictures together, whatever their sizes and their own levels. All count alike; of
 * very many, some are measured. The result is the same on every machine.
 * @param frames - One or more.
 * @throws The reason of an aborted signal.
 */
export async function measureLevels(
  frames: readonly FrameDescription[],
  evaluate: EvaluateValues,
  watched: Watched = {},
): Promise<Levels> {
  const breathe = breather(watched);
  const weights = Math.max(...frames.map(({ network }) => countWeights(network)));
  const affordable = GRADES.find(
    ({ pictures, side }) =>
      weights * Math.min(pictures, frames.length) * (side ** 2 + WORK_PER_WEIGHT) <= MOST_WORK,
  );
  const { pictures, side } = affordable ?? GRADES[GRADES.length - 1];
  const values: Float64Array[] = [];
  for (const [i, frame] of spread(frames, pictures).entries()) {
    values.push(...shownValues(frame, side, evaluate));
    const pause = breathe(() => `measuring the levels of picture ${i + 1}`);
    if (pause) await pause;
  }
  return levelsFor(values);
}

/**
 * The pictures of a sweep to measure, at equal steps of its tracks' time. They do not depend on its frame rate or pace.
 * @throws UsageError for an invalid frame.
 */
export function picturesOf(sweep: Sweep): FrameDescription[] {
  const { seconds, loop } = sweep;
  const steps = loop ? MOST_PICTURES : MOST_PICTURES - 1;
  const still: Sweep = { ...sweep, pace: 'tracks' }; // which evaluates nothing
  return Array.from({ length: MOST_PICTURES }, (_, i) => frameAt(still, (seconds * i) / steps, () => []));
}

/** At most `most` of a list, the first and the last included. */
function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))]);
}
