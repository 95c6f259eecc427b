/** @jsxImportSource preact */
/** A fold by name, and its number: the side of a tile's cell, or how many sectors a kaleidoscope has. */
import { type FoldName, foldNames, SECTORS, TILE_SIDE } from '../../../core/network/fold.js';
import type { Parameter } from '../../../core/parameters/parameter.js';
import type { Path } from '../../state/paths.js';
import { MenuRow } from './choice-row.js';
import { setValue, useValue } from './current.js';
import { SliderRow } from './slider-row.js';
import { explanation } from './wording.js';

/** The folds that have a number. */
const NUMBERS = {
  tile: { usual: TILE_SIDE.usual, label: 'Side of a tile', unit: undefined },
  kaleidoscope: { usual: SECTORS.usual, label: 'Sectors', unit: 'sectors' },
} as const;

export function FoldRow({ path, parameter }: { path: Path; parameter: Parameter }) {
  const value = useValue(path);
  const name = (typeof value === 'object' ? Object.keys(value as object)[0] : value) as FoldName;
  const set = (next: FoldName) =>
    setValue(path, next === 'none' ? undefined : next in NUMBERS ? { [next]: numberOf(next).usual } : next);
  const hasNumber = typeof value === 'object';
  return (
    <>
      <MenuRow
        label={parameter.label}
        explanation={explanation(parameter)}
        choices={foldNames}
        value={name}
        onChange={(next) => set(next as FoldName)}
      />
      {hasNumber && <SliderRow key={name} path={[...path, name]} {...numberOf(name)} />}
    </>
  );
}

const numberOf = (name: FoldName) => NUMBERS[name as keyof typeof NUMBERS];
