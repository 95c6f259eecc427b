/** @jsxImportSource preact */
/** A native range input for the number at a path: linear or logarithmic, with the steps of the parameter table. */
import { positionOn, stepped, valueOn } from '../../../core/parameters/slider.js';
import { numericAt, type Path } from '../../state/paths.js';
import { setValue, useGesture, useMoving, useValue } from './current.js';
import { short } from './wording.js';

interface RangeProps {
  path: Path;
  id?: string;
  /** Its accessible name, if no label names it. */
  label?: string;
  /** A longer explanation. */
  description?: string;
  /** The value in words. */
  valueText?: (value: number) => string;
  class?: string;
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -10,
  PageUp: 10,
};

export function Range({ path, id, label, description, valueText = short, class: name = '' }: RangeProps) {
  const { ui, range, whole } = numericAt(path)!;
  const value = useValue(path) as number;
  const moving = useMoving(path);
  const gesture = useGesture();
  const part = positionOn(ui, value);
  const [least, greatest] = range;
  const set = (next: number) => {
    const valid = Math.min(greatest, Math.max(least, whole ? Math.round(next) : next));
    setValue(path, valid, gesture.next());
  };
  const pressed = (event: KeyboardEvent) => {
    const end = event.key === 'Home' ? ui.min : event.key === 'End' ? ui.max : undefined;
    const steps = STEPS[event.key];
    if ((end === undefined && steps === undefined) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    set(end ?? stepped(ui, value, steps, event.shiftKey));
  };
  return (
    <input
      type="range"
      class={`slider ${name}`}
      id={id}
      aria-label={label}
      aria-description={description}
      aria-valuetext={valueText(value)}
      min={0}
      max={1}
      step="any"
      value={part}
      style={{ '--part': part }}
      onPointerDown={() => {
        const own = gesture.hold();
        if (moving) setValue(path, value, own); // touching a slider pauses its motion
      }}
      onPointerUp={gesture.release}
      onPointerCancel={gesture.release}
      onInput={(event) => set(valueOn(ui, Number(event.currentTarget.value)))}
      onKeyDown={pressed}
      onDblClick={() => setValue(path, undefined, gesture.next())}
    />
  );
}
