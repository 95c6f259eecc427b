/** The `plan` command: plans a film and writes the plan file. */
import type { OptionsOf } from './options.js';

export async function planFilm(
  _scene: string | undefined,
  _options: OptionsOf<'plan'>,
  _given: Set<string>,
  _signal: AbortSignal,
): Promise<void> {
  throw new Error('not written yet');
}
