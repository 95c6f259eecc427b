/** The page's copy of the state, and the only way to change it. */
import { signal } from '@preact/signals';
import { UsageError } from '../../core/errors.js';
import type { ExplorerDocument } from '../state/document.js';
import { networks } from '../state/networks.js';
import { type Action, firstState, reduce } from '../state/state.js';
import { maySelfMove } from './preferences.js';

/** The explorer's state. Only dispatch() changes it. */
export const state = signal(firstState(networks[0].document));

export function dispatch(action: Action): void {
  const next = reduce(state.peek(), action);
  const isArrival = action.type === 'open' || action.type === 'revisit';
  state.value = isArrival && !maySelfMove() ? { ...next, playing: false } : next;
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
