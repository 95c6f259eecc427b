/** @jsxImportSource preact */
/** A number's label, field, ▶ and slider. */
import { computed } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { Path } from '../../state/paths.js';
import { KeyButton } from '../key-button.js';
import { state } from '../store.js';
import { NumberField } from './number-field.js';
import { PlayButton } from './play-button.js';
import { Range } from './range.js';
import { short } from './wording.js';

const isEditingTime = computed(() => state.value.layout.timeline);

interface SliderRowProps {
  path: Path;
  label: string;
  /** What it means. */
  explanation?: string | undefined;
  unit?: string | undefined;
  /** Whether 1 is shown as 100%. */
  percent?: boolean;
  /** Further buttons, before the field. */
  children?: ComponentChildren;
}

export function SliderRow({ path, label, explanation, unit, percent, children }: SliderRowProps) {
  const id = useId();
  const factor = percent ? 100 : 1;
  const suffix = percent ? '%' : unit && unit !== label.toLowerCase() ? ` ${unit}` : '';
  return (
    <div class="control">
      <div class="row">
        <label for={id} class="control-label" title={explanation}>
          {label}
        </label>
        {children}
        <NumberField path={path} label={label} factor={factor} />
        {suffix && <span class="hint">{suffix.trim()}</span>}
        {isEditingTime.value && <KeyButton path={path} label={label} />}
        <PlayButton path={path} label={label} />
      </div>
      <Range
        path={path}
        id={id}
        {...(explanation !== undefined && { description: explanation })}
        valueText={(value) => `${short(value * factor)}${suffix}`}
      />
    </div>
  );
}
