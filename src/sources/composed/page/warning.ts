/** Warnings from a page: problems that do not end the film. */

import type { Warning } from './protocol.js';

/** What it is about. */
interface Where {
  /** A Motion Canvas node. Where it was created is shown, unless `stack` says more. */
  node?: { key: string; creationStack?: string };
  /** The stack at the time of the problem. */
  stack?: string;
}

/** The maximum number of warnings per page. A scene with a new warning in every frame must not fill the memory. */
const MAX_WARNINGS = 100;
const reported = new Set<string>();

/**
 * Warns the user, once, with the position in the scene's source. The film continues, unless --strict is set.
 * @param message - What is wrong, and what to do about it.
 */
export function warn(message: string, { node, stack = '' }: Where = {}): void {
  const warning: Warning = { message, stack: `${stack}\n${node?.creationStack ?? ''}`, node: node?.key };
  const key = JSON.stringify(warning);
  if (reported.has(key) || reported.size > MAX_WARNINGS) return;
  reported.add(key);
  if (reported.size > MAX_WARNINGS) {
    window.untrainedTell({ type: 'warning', warning: { message: 'There are more warnings.', stack: '' } });
    return;
  }
  window.untrainedTell({ type: 'warning', warning });
}
