/** @jsxImportSource preact */
/** The large slider at the bottom of the page: the weight scale, from calm to noise. */
import { useComputed } from '@preact/signals';
import { networkParameters } from '../../core/network/parameters.js';
import { shownDocument, useValue } from './controls/current.js';
import { NumberField } from './controls/number-field.js';
import { PlayButton } from './controls/play-button.js';
import { Range } from './controls/range.js';
import { explanation, short } from './controls/wording.js';
import { regime } from './regime.js';

export const WEIGHT_SCALE = ['network', 'weightScale'];

const { label } = networkParameters.weightScale;
const ID = 'big-slider';

export function BigSlider() {
  const isDrawn = useComputed(() => shownDocument.value.sweep.network.weights === undefined).value;
  const now = regime.value;
  const value = useValue(WEIGHT_SCALE) as number;
  if (!isDrawn) return <p class="hint">These weights are from a file: they have no scale.</p>;
  const words = 'regime' in now ? `, ${now.regime}` : '';
  return (
    <div class="big-slider">
      <div class="row">
        <label for={ID} class="control-label" title={explanation(networkParameters.weightScale)}>
          {label}
        </label>
        <NumberField path={WEIGHT_SCALE} label={label} />
        <PlayButton path={WEIGHT_SCALE} label={label} />
      </div>
      <div class="row">
        <span class="hint" aria-hidden="true">
          calm
        </span>
        <Range
          path={WEIGHT_SCALE}
          id={ID}
          class="big-slider-range"
          valueText={() => `${short(value)}${words}`}
        />
        <span class="hint" aria-hidden="true">
          noise
        </span>
      </div>
    </div>
  );
}
