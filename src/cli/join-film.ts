/** The `join` command: joins a plan's segments into its files. */
import type { OptionsOf } from './options.js';

export async function joinFilm(
  _file: string,
  _options: OptionsOf<'join'>,
  _signal: AbortSignal,
): Promise<void> {
  throw new Error('not written yet');
}
