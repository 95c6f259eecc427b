/** What goes wrong in a page without ending the film. */

import type { Warning } from './protocol.js';

/** What it is about. */
interface Where {
  /** A Motion Canvas node. Where it was created is shown, unless `stack` says more. */
  node?: { key: string; creationStack?: string };
  /** Where in the code it happened. */
  stack?: string;
}

/** Warnings of one page. A scene that says something else in every frame must not fill anybody's memory. */
const MOST = 100;
const told = new Set<string>();

/**
 * Warns the user once, with the place in the scene's source. The film goes on, unless --strict ends it.
 * @param message - For people: what is wrong, and what to do about it.
 */
export function warn(message: string, { node, stack = '' }: Where = {}): void {
  const warning: Warning = { message, stack: `${stack}\n${node?.creationStack ?? ''}`, node: node?.key };
  const key = JSON.stringify(warning);
  if (told.has(key) || told.size > MOST) return;
  told.add(key);
  if (told.size > MOST) {
    window.untrainedTell({ type: 'warning', warning: { message: 'There are more warnings.', stack: '' } });
    return;
  }
  window.untrainedTell({ type: 'warning', warning });
}
