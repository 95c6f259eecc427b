/** @jsxImportSource preact */
/** The ▶ beside a slider: it moves the parameter back and forth, or stops it where it is. */
import { canMove } from '../../state/motion.js';
import type { Path } from '../../state/paths.js';
import { dispatch } from '../store.js';
import { useMoving } from './current.js';

export function PlayButton({ path, label }: { path: Path; label: string }) {
  const isOn = useMoving(path);
  if (!canMove(path)) return null;
  const does = isOn ? 'Stop' : 'Move back and forth';
  return (
    <button
      type="button"
      class="icon-button control-play"
      aria-pressed={isOn}
      aria-label={`Move ${label}`}
      title={does}
      onClick={() => dispatch({ type: 'move', path, on: !isOn })}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={isOn ? 'M4 3h3v10H4zM9 3h3v10H9z' : 'M4.5 2.5v11l9-5.5z'} />
      </svg>
    </button>
  );
}
