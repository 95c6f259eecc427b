/** The `work` command: renders segments from a queue. */
import type { OptionsOf } from './options.js';

export async function work(_options: OptionsOf<'work'>, _signal: AbortSignal): Promise<void> {
  throw new Error('not written yet');
}
