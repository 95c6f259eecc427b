/** @jsxImportSource preact */
/** The activation: thumbnails of this network with each. */
import type { Path } from '../../state/paths.js';
import { type Choices, isMix } from './choice-row.js';
import { setValue, useValue } from './current.js';
import { ThumbnailChoice } from './thumbnail-choice.js';
import { explanation } from './wording.js';

export function ActivationChoice({ path, parameter }: { path: Path; parameter: Choices }) {
  const value = useValue(path);
  const first = isMix(value) ? value.from : value;
  const valueFor = (choice: string) => (isMix(value) ? { ...value, from: choice } : choice);
  return (
    <ThumbnailChoice
      label={parameter.label}
      explanation={explanation(parameter)}
      path={path}
      choices={parameter.choices as readonly string[]}
      value={typeof first === 'string' ? first : undefined}
      valueFor={valueFor}
      onChange={(choice) => setValue(path, valueFor(choice))}
    />
  );
}
