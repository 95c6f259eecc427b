/** @jsxImportSource preact */
/** A parameter's keyframe button: adds a keyframe with the current value, or removes the one that is there. */
import { canHaveKeys, keyAt, keysOf } from '../state/keyframes.js';
import { nameOf, type Path } from '../state/paths.js';
import { dispatch, state } from './store.js';

/** @param label - The parameter's. */
export function KeyButton({ path, label }: { path: Path; label: string }) {
  if (!canHaveKeys(path)) return null;
  const { document, time, pending } = state.value;
  const isChanged = pending.some(([own]) => nameOf(own) === nameOf(path));
  const isHere = keyAt(document, path, time) >= 0;
  const hasKeys = keysOf(document, path) !== undefined;
  const does =
    isHere && !isChanged
      ? 'Remove the keyframe'
      : isChanged
        ? 'Keep the change as a keyframe'
        : 'Add a keyframe';
  return (
    <button
      type="button"
      class={`icon-button key-button${isChanged ? ' is-changed' : hasKeys ? ' has-keys' : ''}`}
      aria-pressed={isHere}
      aria-label={`${does}: ${label}`}
      title={does}
      onClick={() => dispatch({ type: 'key', path })}
    >
      <svg viewBox="0 0 16 16" class="icon" aria-hidden="true">
        <path d="M8 2.5 13.5 8 8 13.5 2.5 8Z" />
      </svg>
    </button>
  );
}
