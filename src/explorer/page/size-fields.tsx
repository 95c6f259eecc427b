/** @jsxImportSource preact */
/** Chooses a size from a menu, or by its numbers. */
import { useId } from 'preact/hooks';
import { MAX_SIDE } from '../../core/frame/description.js';
import { isSame, type Size, type SizeChoice } from '../state/sizes.js';

interface SizeFieldsProps {
  choices: SizeChoice[];
  size: Size;
  /** The difference between sizes that are possible, in pixels. */
  step: 1 | 2;
  onChange: (size: Size) => void;
}

export function SizeFields({ choices, size, step, onChange }: SizeFieldsProps) {
  const id = useId();
  const chosen = choices.findIndex((choice) => isSame(choice.size, size));
  const side = (label: string, index: 0 | 1) => (
    <input
      class="field save-side"
      type="number"
      inputMode="numeric"
      aria-label={label}
      min={step}
      max={MAX_SIDE}
      step={step}
      required
      value={size[index]}
      onInput={({ currentTarget: { valueAsNumber: value } }) => {
        if (Number.isInteger(value)) onChange(index === 0 ? [value, size[1]] : [size[0], value]);
      }}
    />
  );
  return (
    <div class="save-row">
      <label for={id}>Size</label>
      <div class="row save-values">
        <select
          id={id}
          class="menu"
          value={chosen}
          onChange={({ currentTarget: { value } }) => {
            const choice = choices[Number(value)];
            if (choice) onChange(choice.size);
          }}
        >
          {choices.map(({ label }, i) => (
            <option key={label} value={i}>
              {label}
            </option>
          ))}
          {chosen < 0 && <option value={-1}>Another size</option>}
        </select>
        <span class="row">
          {side('Width in pixels', 0)} × {side('Height in pixels', 1)}
        </span>
      </div>
    </div>
  );
}

interface ChoiceRowProps<Value extends string | number> {
  label: string;
  choices: readonly (readonly [value: Value, label: string])[];
  value: Value;
  onChange: (value: Value) => void;
}

/** A labelled menu. */
export function ChoiceRow<Value extends string | number>({
  label,
  choices,
  value,
  onChange,
}: ChoiceRowProps<Value>) {
  const id = useId();
  return (
    <div class="save-row">
      <label for={id}>{label}</label>
      <select
        id={id}
        class="menu"
        value={value}
        onChange={({ currentTarget }) => {
          const chosen = choices[currentTarget.selectedIndex];
          if (chosen) onChange(chosen[0]);
        }}
      >
        {choices.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
