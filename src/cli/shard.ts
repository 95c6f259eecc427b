/** `render --plan`: renders a shard of a plan into a store. */
import type { OptionsOf } from './options.js';

export async function render(
  _scene: string | undefined,
  _options: OptionsOf<'render'>,
  _given: Set<string>,
  _signal: AbortSignal,
): Promise<void> {
  throw new Error('not written yet');
}
