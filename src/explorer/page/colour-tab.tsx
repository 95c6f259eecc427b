/** @jsxImportSource preact */
/** The tab of colours: palettes, colours of the user's own, and which outputs are shown. */
import { useSignal } from '@preact/signals';
import type { Palette } from '../../core/frame/palette.js';
import { spaces } from '../../core/frame/palette-names.js';
import { frameParameters } from '../../core/frame/parameters.js';
import { networkParameters } from '../../core/network/parameters.js';
import type { Placed } from '../state/paths.js';
import { MenuRow } from './controls/choice-row.js';
import { setValue, useValue } from './controls/current.js';
import { LevelsRow } from './controls/levels-row.js';
import { OwnColours } from './controls/own-colours.js';
import { SwitchRow } from './controls/switch-row.js';
import { ThumbnailChoice } from './controls/thumbnail-choice.js';
import { explanation } from './controls/wording.js';

const PALETTE = ['palette'];
const LEVELS = ['levels'];
const SHOWN = ['shown'];
const OUTPUTS = ['network', 'outputs'];

/** Whether a parameter is in this tab. */
export const isColour = ({ path: [head, name] }: Placed): boolean =>
  head === 'palette' || head === 'shown' || head === 'levels' || (head === 'network' && name === 'outputs');

/** How many palettes are shown at first. */
const FEW = 12;

export function ColourTab() {
  const showsAll = useSignal(false);
  const palette = useValue(PALETTE) as Palette;
  const name = typeof palette === 'string' ? palette : 'map' in palette ? palette.map : undefined;
  const { palette: parameter } = frameParameters;
  const few = parameter.choices.slice(0, FEW);
  const isFar = name !== undefined && !(few as readonly string[]).includes(name);
  const choices = showsAll.value || isFar ? parameter.choices : few;
  return (
    <div class="controls">
      <ThumbnailChoice
        label={parameter.label}
        explanation={explanation(parameter)}
        path={PALETTE}
        choices={choices}
        value={name}
        valueFor={(choice) => choice}
        onChange={(choice) => setValue(PALETTE, choice)}
      />
      {choices.length < parameter.choices.length && (
        <button
          type="button"
          class="button"
          onClick={() => {
            showsAll.value = true;
          }}
        >
          All {parameter.choices.length}
        </button>
      )}
      <OwnColours path={PALETTE} />
      <LevelsRow path={LEVELS} parameter={frameParameters.levels} />
      <ShownOutput palette={palette} />
      <SwitchRow
        label="Grey"
        explanation={explanation(networkParameters.outputs)}
        isOn={useValue(OUTPUTS) === 1}
        onChange={(isOn) => setValue(OUTPUTS, isOn ? 1 : undefined)}
      />
    </div>
  );
}

/** Which output is shown: all of them as colours, or one in grey or in the colours of a map. */
function ShownOutput({ palette }: { palette: Palette }) {
  const shown = useValue(SHOWN) as { output?: number; layer?: number } | undefined;
  const outputs = useValue(OUTPUTS) as number;
  if (outputs === 1) return null;
  const usesAll = typeof palette === 'string' && (spaces as readonly string[]).includes(palette);
  const mapped = typeof palette === 'object' ? palette.output : 1;
  return (
    <MenuRow
      label="Output shown"
      explanation={explanation(frameParameters.shown)}
      choices={[1, 2, 3]}
      none={shown?.layer !== undefined ? `layer ${shown.layer}` : usesAll ? 'all' : undefined}
      value={shown ? shown.output : usesAll ? undefined : mapped}
      onChange={(output) => setValue(SHOWN, output === undefined ? undefined : { output })}
    />
  );
}
