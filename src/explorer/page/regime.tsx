/** @jsxImportSource preact */
/** Whether the network is ordered, at the edge or chaotic. */
import { computed } from '@preact/signals';
import { UsageError } from '../../core/errors.js';
import {
  type MeanField,
  meanField,
  type Regime as Name,
  type NoMeanField,
} from '../../core/network/mean-field.js';
import { picture } from './picture.js';

/** The mean-field measure of the network that is shown, or why it has none. */
export const regime = computed<MeanField | NoMeanField>(() => {
  try {
    return meanField(picture.value.network);
  } catch (error) {
    if (error instanceof UsageError) return { reason: error.message };
    throw error;
  }
});

const NAMES: readonly (readonly [Name, string])[] = [
  ['ordered', 'order'],
  ['edge', 'edge'],
  ['chaotic', 'chaos'],
];

export function Regime() {
  const now = regime.value;
  if ('reason' in now) {
    return (
      <p class="regime hint" title={now.reason}>
        no measure of chaos: {now.reason}
      </p>
    );
  }
  return (
    <p class="regime" title={meaningOf(now)}>
      {NAMES.map(([name, word]) => (
        <span
          key={name}
          class={name === now.regime ? 'regime-word is-now' : 'regime-word'}
          aria-current={name === now.regime}
        >
          {word}
        </span>
      ))}
      <span class="hint">χ {now.chi.toFixed(2)}</span>
    </p>
  );
}

/** In words, for the tooltip. */
function meaningOf({ chi }: MeanField): string {
  return (
    `χ = ${Number(chi.toPrecision(4))}: each layer multiplies the squared difference of nearby points by about this much. ` +
    'Below 1 is order: a deep network becomes a single colour. Above 1 is chaos, which ends in noise. ' +
    'The best pictures lie just above 1.'
  );
}
