/** @jsxImportSource preact */
/** Chips: each one switches a name of a list on or off. */
import type { Parameter } from '../../../core/parameters/parameter.js';
import type { Path } from '../../state/paths.js';
import { setValue, useValue } from './current.js';
import { explanation } from './wording.js';

export function FeaturesRow({
  path,
  parameter,
}: {
  path: Path;
  parameter: Extract<Parameter, { kind: 'features' }>;
}) {
  const chosen = useValue(path) as string[];
  const toggle = (name: string) => {
    const others = chosen.filter((other) => other !== name);
    setValue(path, others.length < chosen.length ? others : [...chosen, name]);
  };
  return (
    <fieldset class="control">
      <legend class="control-label" title={explanation(parameter)}>
        {parameter.label}
      </legend>
      <div class="control-chips">
        {parameter.choices.map((name) => {
          const isOn = chosen.includes(name);
          return (
            <button
              key={name}
              type="button"
              class="button control-chip"
              aria-pressed={isOn}
              aria-disabled={isOn && chosen.length === 1}
              onClick={() => (isOn && chosen.length === 1) || toggle(name)}
            >
              {name}
            </button>
          );
        })}
      </div>
    </fieldset>
  );
}
