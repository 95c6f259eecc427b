/** The option `--levels auto`. Levels are measured before anything is planned, so recipes and keys contain numbers. */
import type { Watched } from '../core/breather.js';
import { measureLevels, picturesOf } from '../core/sweep/levels.js';
import { frameAt, preparePace } from '../core/sweep/sweep.js';
import { evaluate, evaluateValues } from '../renderers/cpu/planes.js';
import type { LookOptions, Resolved } from './options.js';
import { changed, type Subject } from './plan.js';

/**
 * Replaces --levels auto by numbers.
 * @param at - The only time that is drawn, in seconds; undefined for a film, whose whole sweep is measured.
 */
export async function withLevels<Options extends LookOptions>(
  subject: Subject,
  options: Options,
  watched: Watched,
  at?: number,
): Promise<Resolved<Options>> {
  const { levels, ...others } = options;
  if (levels !== 'auto') return { ...others, ...(levels && { levels }) };
  if (subject.kind !== 'sweep') return others;
  const sweep = changed(subject, others);
  const measured = async () => {
    if (at === undefined) return picturesOf(sweep);
    await preparePace(sweep, evaluate, watched, at);
    return [frameAt(sweep, at, evaluate)];
  };
  return { ...others, levels: await measureLevels(await measured(), evaluateValues, watched) };
}
