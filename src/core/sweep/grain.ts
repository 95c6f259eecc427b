/** Finds where a film zooms in beyond float32 precision; ../frame/digits.ts measures it. */
import { explainGrain, isDeep, isGrainy } from '../frame/digits.js';
import type { Evaluate } from '../frame/evaluate.js';
import { retimes } from './paces.js';
import { depthAt, frameAt, frameCount, type Sweep, timeOfFrame } from './sweep.js';

/** The number of evenly spaced frames to check. Between two of them, bisection then finds the first grainy one. */
const PROBES = 13;

/**
 * A one-line warning that says where a film becomes grainy; undefined if it does not. Ordinary views cost almost
 * nothing. Deep ones take some tens of milliseconds per frame, for at most 13 frames and those of the bisection.
 * @param range - The first and last frame to check; all frames by default.
 */
export function grainNote(
  sweep: Sweep,
  evaluate: Evaluate,
  range?: readonly [number, number],
): string | undefined {
  const [first, last] = range ?? [0, frameCount(sweep) - 1];
  const frame = (i: number) => frameAt(sweep, timeOfFrame(sweep, i), evaluate);
  const steps = Math.min(PROBES - 1, last - first);
  const probes = Array.from(
    { length: steps + 1 },
    (_, k) => first + Math.round(((last - first) * k) / Math.max(1, steps)),
  );
  // Check this before describing frames, which is slow with explicit weights or an even pace.
  const isAnyDeep = [0, ...probes].some((i) => isDeep(depthAt(sweep, timeOfFrame(sweep, i))));
  if (!isAnyDeep) return;
  const at = probes.findIndex((i) => isGrainy(frame(i), evaluate));
  if (at < 0) return;
  let [clear, grainy] = [at > 0 ? probes[at - 1] : probes[at], probes[at]];
  while (grainy - clear > 1) {
    const middle = Math.floor((clear + grainy) / 2);
    if (isGrainy(frame(middle), evaluate)) grainy = middle;
    else clear = middle;
  }
  const { halfWidth } = frame(grainy).view;
  const seconds = timeOfFrame(sweep, grainy);
  return explainGrain(halfWidth, grainy > first ? seconds : undefined);
}

/** The same for one moment, in seconds. */
export function grainNoteAt(sweep: Sweep, t: number, evaluate: Evaluate): string | undefined {
  if (!retimes(sweep.pace) && !isDeep(depthAt(sweep, t))) return;
  const frame = frameAt(sweep, t, evaluate);
  return isGrainy(frame, evaluate) ? explainGrain(frame.view.halfWidth) : undefined;
}
