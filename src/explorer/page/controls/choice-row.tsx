/** @jsxImportSource preact */
/** A menu, and for a parameter that mixes, a second menu and how much of the second choice there is. */
import { useId } from 'preact/hooks';
import type { Parameter } from '../../../core/parameters/parameter.js';
import type { Path } from '../../state/paths.js';
import { setValue, useValue } from './current.js';
import { SliderRow } from './slider-row.js';
import { explanation } from './wording.js';

export type Choices = Extract<Parameter, { kind: 'choice' }>;

/** The value of a menu's first entry, if there is one that stands for no choice. */
const NONE = '';

export function ChoiceRow({ path, parameter }: { path: Path; parameter: Choices }) {
  const value = useValue(path);
  const first = isMix(value) ? value.from : value;
  const set = (next: unknown) => setValue(path, isMix(value) ? { ...value, from: next } : next);
  const isOptional = parameter.default === undefined;
  return (
    <MenuRow
      label={parameter.label}
      explanation={explanation(parameter)}
      choices={parameter.choices}
      none={isOptional ? 'none' : undefined}
      value={first}
      onChange={set}
    />
  );
}

/** The second choice of a mix, and its share. */
export function SecondChoice({ path, parameter }: { path: Path; parameter: Choices }) {
  const value = useValue(path);
  const label = `Second ${parameter.label.toLowerCase()}`;
  const isSingle = typeof value === 'string';
  if (!isSingle && !isMix(value)) return null; // one for each layer or unit
  const set = (to: unknown) => {
    const from = isMix(value) ? value.from : value;
    setValue(path, to === undefined ? from : { from, to, fraction: isMix(value) ? value.fraction : 0.5 });
  };
  return (
    <>
      <MenuRow
        label={label}
        explanation={`Mixed into the first: ${parameter.sentence.split(':')[0].toLowerCase()}.`}
        choices={parameter.choices}
        none="none"
        value={isMix(value) ? value.to : undefined}
        onChange={set}
      />
      {isMix(value) && <SliderRow path={[...path, 'fraction']} label={`Share of ${value.to}`} percent />}
    </>
  );
}

interface MenuRowProps {
  label: string;
  explanation: string;
  choices: readonly (string | number)[];
  /** The text of an entry that stands for no choice. */
  none?: string | undefined;
  value: unknown;
  onChange: (value: string | number | undefined) => void;
}

export function MenuRow({ label, explanation, choices, none, value, onChange }: MenuRowProps) {
  const id = useId();
  const index = choices.indexOf(value as string);
  return (
    <div class="control row">
      <label for={id} class="control-label" title={explanation}>
        {label}
      </label>
      <select
        id={id}
        class="menu control-menu"
        aria-description={explanation}
        value={index < 0 ? NONE : String(index)}
        onChange={({ currentTarget: { value: chosen } }) =>
          onChange(chosen === NONE ? undefined : choices[Number(chosen)])
        }
      >
        {(none !== undefined || index < 0) && <option value={NONE}>{none ?? 'several'}</option>}
        {choices.map((choice, i) => (
          <option key={choice} value={String(i)}>
            {choice}
          </option>
        ))}
      </select>
    </div>
  );
}

export interface Mix {
  from: string | number;
  to: string | number;
  fraction: number;
}

/** Whether a value is a mix of two. */
export function isMix(value: unknown): value is Mix {
  return typeof value === 'object' && value !== null && 'fraction' in value;
}
