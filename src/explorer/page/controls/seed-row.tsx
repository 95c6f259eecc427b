/** @jsxImportSource preact */
/** A second seed, and how much of its network there is. */

import type { Path } from '../../state/paths.js';
import { seedOf, seedText } from '../../state/seeds.js';
import { isMix } from './choice-row.js';
import { setValue, useValue } from './current.js';
import { SliderRow } from './slider-row.js';
import { TextRow } from './text-row.js';

export function SecondSeed({ path }: { path: Path }) {
  const value = useValue(path) as string | number | { from: string | number; to: string | number };
  const mix = isMix(value) ? value : undefined;
  const accept = (text: string) => {
    const from = mix ? mix.from : value;
    const to = seedOf(text);
    return setValue(path, to === undefined ? from : { from, to, fraction: mix?.fraction ?? 0.5 });
  };
  return (
    <>
      <TextRow
        label="Second seed"
        explanation="A number or a text: the network is then between two, each weight a mix of both."
        placeholder="none"
        maxLength={200}
        value={mix ? seedText(mix.to) : ''}
        onAccept={accept}
      />
      {mix && <SliderRow path={[...path, 'fraction']} label={`Share of ${seedText(mix.to)}`} percent />}
    </>
  );
}
