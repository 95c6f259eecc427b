/** Measures the levels of sweeps: once for a whole film, so that its brightness does not change from frame to frame. */
import { breather, type Watched } from '../breather.js';
import type { EvaluateValues } from '../frame/evaluate.js';
import { type Levels, levelsFor, shownValues } from '../frame/levels.js';
import { countWeights } from '../network/spec.js';
import { frameAt, type Sweep } from './sweep.js';

/**
 * How many times are measured in all, and how many points along a side of the square at each. The first grade that
 * costs at most MOST_WORK multiply-adds (a second or so) is used.
 */
const GRADES = [
  { times: 32, side: 24 },
  { times: 16, side: 16 },
  { times: 8, side: 12 },
  { times: 6, side: 8 },
];
const MOST_WORK = 2e9;
/** The cost of drawing and packing one weight, in multiply-adds. */
const WORK_PER_WEIGHT = 32;
/** The fewest times at which each of several sweeps is measured. */
const FEWEST_TIMES = 3;

/**
 * The levels that fit all of these sweeps together, whatever their own. They do not depend on size, frame rate or pace,
 * and are the same on every machine. All times and all sweeps count alike.
 * @param sweeps - One or more. Sheets have one for each seed.
 * @throws UsageError for an invalid frame; or the reason of an aborted signal.
 */
export async function measureLevels(
  sweeps: readonly Sweep[],
  evaluate: EvaluateValues,
  watched: Watched = {},
): Promise<Levels> {
  const breathe = breather(watched);
  const values: Float64Array[] = [];
  const { times, side } = gradeOf(sweeps[0]);
  const each = Math.max(FEWEST_TIMES, Math.ceil(times / sweeps.length));
  for (const [i, sweep] of sweeps.entries()) {
    const { seconds, loop } = sweep;
    let last: { text: string; values: Float64Array[] } | undefined;
    for (let k = 0; k < each; k++) {
      const frame = describe(sweep, (seconds * k) / (loop ? each : each - 1));
      const text = JSON.stringify(frame);
      if (last?.text !== text) last = { text, values: shownValues(frame, side, evaluate) };
      values.push(...last.values);
      const pause = breathe(() => `measuring levels, ${i * each + k + 1} of ${sweeps.length * each}`);
      if (pause) await pause;
    }
  }
  return levelsFor(values);
}

/** The frame at t seconds of track time, so that no pace needs to be measured. */
function describe(sweep: Sweep, t: number) {
  return frameAt({ ...sweep, pace: 'tracks' }, t, () => []);
}

function gradeOf(sweep: Sweep): (typeof GRADES)[number] {
  const weights = Math.max(
    ...[0, sweep.seconds / 2, sweep.seconds].map((t) => countWeights(describe(sweep, t).network)),
  );
  const affordable = GRADES.find(
    ({ times, side }) => weights * times * (side ** 2 + WORK_PER_WEIGHT) <= MOST_WORK,
  );
  return affordable ?? GRADES[GRADES.length - 1];
}
