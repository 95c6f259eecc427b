/** @jsxImportSource preact */
/** A field for the number at a path. A typed number may exceed the slider's ends. */
import { useState } from 'preact/hooks';
import { stepped } from '../../../core/parameters/slider.js';
import { numericAt, type Path } from '../../state/paths.js';
import { dispatch } from '../store.js';
import { setValue, useGesture, useValue } from './current.js';
import { short } from './wording.js';

interface NumberFieldProps {
  path: Path;
  label: string;
  /** The number that stands for 1: 100 for percentages. */
  factor?: number;
}

export function NumberField({ path, label, factor = 1 }: NumberFieldProps) {
  const value = useValue(path) as number;
  const [draft, setDraft] = useState<string | undefined>();
  const [isInvalid, setInvalid] = useState(false);
  const gesture = useGesture();
  const accept = (text: string) => {
    const typed = text.trim().replace(/%$/, '').replace(',', '.');
    const number = Number(typed);
    if (typed === '' || Number.isNaN(number)) {
      dispatch({ type: 'message', text: `${label} is "${text.slice(0, 40)}" but must be a number.` });
      return setInvalid(true);
    }
    const problem = setValue(path, number / factor, gesture.next());
    setInvalid(problem !== undefined);
    if (problem === undefined) setDraft(undefined);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && draft !== undefined) accept(draft);
    if (event.key === 'Escape' && draft !== undefined) {
      event.stopPropagation();
      setDraft(undefined);
      setInvalid(false);
    }
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    const next = stepped(numericAt(path)!.ui, value, event.key === 'ArrowUp' ? 1 : -1, event.shiftKey);
    if (setValue(path, next, gesture.next()) === undefined) setDraft(undefined);
  };
  return (
    <input
      type="text"
      inputMode="decimal"
      autocomplete="off"
      class="field control-number"
      aria-label={label}
      aria-invalid={isInvalid}
      value={draft ?? short(value * factor)}
      onFocus={(event) => event.currentTarget.select()}
      onInput={(event) => setDraft(event.currentTarget.value)}
      onKeyDown={pressed}
      onBlur={() => draft !== undefined && accept(draft)}
    />
  );
}
