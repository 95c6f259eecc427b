/** What controls read, so that each is drawn again only when its own value changes, and what they do with it. */
import { computed, type ReadonlySignal, useComputed } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { brightnessPlanes, evaluateValues } from '../../../renderers/cpu/planes.js';
import { isFollowed } from '../../state/chaos.js';
import { currentValue, type ExplorerDocument, entryAt, isMoving, withEntries } from '../../state/document.js';
import type { Path } from '../../state/paths.js';
import { documentShown, reduce } from '../../state/state.js';
import { revealing } from '../../state/visible.js';
import { dispatch, newGesture, state } from '../store.js';

/** The document that is shown, with changed keyframes. */
export const shownDocument: ReadonlySignal<ExplorerDocument> = computed(() => documentShown(state.value));

/** Changes of one control that follow each other faster than this, in milliseconds, are undone together. */
const PAUSE = 800;

/** The value at a path, now. */
export function useValue(path: Path): unknown {
  const text = useComputed(() => JSON.stringify(currentValue(shownDocument.value, path, state.value.time)));
  return text.value === undefined ? undefined : JSON.parse(text.value);
}

/** Whether what is at a path moves. */
export function useMoving(path: Path): boolean {
  return useComputed(() => isMoving(entryAt(shownDocument.value, path))).value;
}

/** Whether the document says anything about a parameter. */
export function useIsSet(path: Path): boolean {
  return useComputed(() => entryAt(shownDocument.value, path) !== undefined).value;
}

/**
 * Sets a value. If the network keeps its chaos with it, its picture stays visible.
 * @returns Why it could not be set.
 */
export function setValue(path: Path, value: unknown, gesture = newGesture()): string | undefined {
  dispatch({ type: 'set', path, value, gesture });
  const { document, chi, time, message } = state.peek();
  if (chi === undefined || !isFollowed(path) || message !== undefined) return message;
  const entries = revealing(document, chi, time, evaluators);
  if (entries.length > 0) dispatch({ type: 'reveal', entries });
  return undefined;
}

/** The document that setValue() would make. */
export function documentWith(path: Path, value: unknown): ExplorerDocument {
  const { document, chi, time } = reduce(state.peek(), { type: 'set', path, value });
  if (chi === undefined || !isFollowed(path)) return document;
  return withEntries(document, revealing(document, chi, time, evaluators));
}

const evaluators = { brightness: brightnessPlanes, values: evaluateValues };

/** The gesture of a control: the same one while it is held, and for changes that follow each other quickly. */
export function useGesture(): { hold(): string; next(): string; release(): void } {
  const known = useRef({ gesture: '', held: false, last: Number.NEGATIVE_INFINITY });
  const next = () => {
    const { current } = known;
    const now = performance.now();
    if (!current.held && now - current.last > PAUSE) current.gesture = newGesture();
    current.last = now;
    return current.gesture;
  };
  const hold = () => {
    const gesture = next();
    known.current.held = true;
    return gesture;
  };
  const release = () => {
    known.current.held = false;
  };
  return { hold, next, release };
}
