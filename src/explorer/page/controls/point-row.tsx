/** @jsxImportSource preact */
/** Fields for the numbers of a point. */
import type { ComponentChildren } from 'preact';
import type { Parameter } from '../../../core/parameters/parameter.js';
import type { Path } from '../../state/paths.js';
import { NumberField } from './number-field.js';
import { PlayButton } from './play-button.js';
import { explanation } from './wording.js';

interface PointRowProps {
  path: Path;
  parameter: Parameter;
  /** What the two numbers are called. */
  names: readonly [string, string];
  /** Further buttons. */
  children?: ComponentChildren;
}

export function PointRow({ path, parameter, names, children }: PointRowProps) {
  return (
    <fieldset class="control" aria-label={parameter.label}>
      <div class="row">
        <span class="control-label" title={explanation(parameter)}>
          {parameter.label}
        </span>
        {children}
      </div>
      <div class="row control-parts">
        {names.map((name, i) => (
          <span key={name} class="row control-part">
            <span class="hint" aria-hidden="true">
              {name}
            </span>
            <NumberField path={[...path, i]} label={`${parameter.label}, ${name}`} />
            <PlayButton path={[...path, i]} label={`${parameter.label}, ${name}`} />
          </span>
        ))}
      </div>
    </fieldset>
  );
}
