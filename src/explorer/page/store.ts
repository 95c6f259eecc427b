/** The page's copy of the state, and the only way to change it. */
import { signal } from '@preact/signals';
import { UsageError } from '../../core/errors.js';
import type { ExplorerDocument } from '../state/document.js';
import { networks } from '../state/networks.js';
import { type Action, firstState, reduce } from '../state/state.js';

/** The explorer's state. Only dispatch() changes it. */
export const state = signal(firstState(networks[0].document));

export function dispatch(action: Action): void {
  state.value = reduce(state.peek(), action);
}

/** Replaces the document by what `edit` returns. If it throws a UsageError, the page shows its message. */
export function attempt(edit: () => ExplorerDocument, gesture?: string): void {
  try {
    dispatch({ type: 'edit', document: edit(), ...(gesture !== undefined && { gesture }) });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    dispatch({ type: 'message', text: error.message });
  }
}

let gestures = 0;

/** A new gesture: changes with the same one are undone together. */
export function newGesture(): string {
  return `${++gestures}`;
}
