/** @jsxImportSource preact */
/** The keyframes of one parameter, on a line. They can be dragged, moved with the arrow keys, and deleted. */
import { useRef, useState } from 'preact/hooks';
import { type EasingName, easingNames } from '../../core/sweep/easing.js';
import { eased, keysOf, moved, unkeyed } from '../state/keyframes.js';
import { type Path, parameterAt } from '../state/paths.js';
import { KeyButton } from './key-button.js';
import { attempt, dispatch, newGesture, state } from './store.js';

/** A parameter's label; of one of several numbers, with its place: "Slice 1". */
export function labelOf(path: Path): string {
  const last = path.at(-1);
  const label = parameterAt(path)?.label ?? '';
  return typeof last === 'number' ? `${label} ${last + 1}` : label;
}

export function KeyRow({ path }: { path: Path }) {
  const { document, time } = state.value;
  const { seconds } = document.sweep;
  const keys = keysOf(document, path) ?? [];
  const [chosen, choose] = useState(-1);
  const line = useRef<HTMLDivElement>(null);
  const label = labelOf(path);
  const index = Math.min(chosen, keys.length - 1);

  const drag = (i: number, event: PointerEvent) => {
    const gesture = newGesture();
    const target = event.currentTarget as HTMLElement;
    target.setPointerCapture(event.pointerId);
    const move = ({ clientX }: PointerEvent) => {
      const { left, width } = line.current!.getBoundingClientRect();
      attempt(() => moved(state.peek().document, path, i, (seconds * (clientX - left)) / width), gesture);
    };
    const end = () => target.removeEventListener('pointermove', move);
    target.addEventListener('pointermove', move);
    target.addEventListener('lostpointercapture', end, { once: true });
  };
  const press = (i: number, event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) attempt(() => moved(document, path, i, keys[i][0] + step * (event.shiftKey ? 0.5 : 0.04)));
    else if (event.key === 'Delete' || event.key === 'Backspace') attempt(() => unkeyed(document, path, i));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="key-row row">
      <KeyButton path={path} label={label} />
      <span class="key-row-label">{label}</span>
      <div class="key-row-line" ref={line}>
        <span class="key-row-now" style={{ left: `${(100 * time) / seconds}%` }} />
        {keys.map(([t, value], i) => (
          <button
            key={i}
            type="button"
            class="key-row-key"
            style={{ left: `${(100 * t) / seconds}%` }}
            aria-label={`${label} ${Number(value.toPrecision(4))} at ${t} s`}
            aria-pressed={i === index}
            title={`${Number(value.toPrecision(4))} at ${t} s`}
            onPointerDown={(event) => drag(i, event)}
            onKeyDown={(event) => press(i, event)}
            onClick={() => {
              choose(i);
              dispatch({ type: 'seek', time: t });
            }}
          />
        ))}
      </div>
      <select
        class="menu"
        aria-label={`Easing of ${label} to the selected keyframe`}
        disabled={index < 1}
        value={keys[index]?.[2] ?? 'easeInOutCubic'}
        onChange={({ currentTarget }) =>
          attempt(() => eased(document, path, index, currentTarget.value as EasingName))
        }
      >
        {easingNames.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </div>
  );
}
