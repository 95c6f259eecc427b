/** The option `--levels auto`. */
import type { Watched } from '../core/breather.js';
import { MAX_SIDE } from '../core/frame/description.js';
import { measureLevels } from '../core/sweep/levels.js';
import type { Sweep } from '../core/sweep/sweep.js';
import { evaluateValues } from '../renderers/cpu/planes.js';
import type { DrawOptions, Resolved } from './options.js';
import { changed, type Subject } from './plan.js';

/**
 * Replaces --levels auto by numbers. They are measured before anything is planned, so recipes and keys contain them.
 * @param seeds - Those of a sheet, measured together; by default the one that the options or the scene give.
 */
export async function withLevels<Options extends DrawOptions>(
  subject: Subject,
  options: Options,
  watched: Watched,
  seeds: readonly (string | undefined)[] = [undefined],
): Promise<Resolved<Options>> {
  const { levels, ...others } = options;
  if (levels !== 'auto') return { ...others, ...(levels && { levels }) };
  if (subject.kind !== 'sweep') return others;
  const { shown, ...rest } = others;
  const sweeps = seeds.map((seed): Sweep => {
    const sweep = changed(subject, { ...rest, seed: seed ?? options.seed });
    // The pictures of a layer's units need room, which is checked later, or not needed on a sheet.
    return { ...sweep, ...(shown && { shown: { ...shown } }), size: [MAX_SIDE, MAX_SIDE] };
  });
  return { ...others, levels: await measureLevels(sweeps, evaluateValues, watched) };
}
