/** The page's copy of the state, and the only way to change it. */
import { signal } from '@preact/signals';
import { networks } from '../state/networks.js';
import { type Action, firstState, reduce } from '../state/state.js';

/** The explorer's state. Only dispatch() changes it. */
export const state = signal(firstState(networks[0].document));

export function dispatch(action: Action): void {
  state.value = reduce(state.peek(), action);
}

let gestures = 0;

/** A new gesture: changes with the same one are undone together. */
export function newGesture(): string {
  return `${++gestures}`;
}
