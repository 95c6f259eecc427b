/** @jsxImportSource preact */
/** Inside's tab: what the network computes at the cursor, from its inputs through its layers to its outputs. */
import { computed } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { hiddenShown } from '../../core/frame/shown.js';
import { type MeanField, meanField, type NoMeanField } from '../../core/network/mean-field.js';
import { type Inside as AtPoint, MOST_WEIGHTS, shortened } from '../state/inside.js';
import { picture } from './picture.js';
import { followPoint, hasCrosshair, inside, isTooLarge } from './point.js';
import { dispatch } from './store.js';
import { Strip } from './strip.js';

const SHOWN = ['shown'];

const regime = computed(() => meanField(picture.value.network));

export function Inside() {
  useEffect(followPoint, []);
  const { shown } = picture.value;
  const there = inside.value;
  return (
    <div class="inside">
      <p>{regimeText(regime.value)}</p>
      {/* Always there, so that the units stay where they were pressed. */}
      <button
        type="button"
        class="button"
        aria-disabled={!shown}
        onClick={() => shown && dispatch({ type: 'set', path: SHOWN, value: undefined })}
      >
        Back to the colours
      </button>
      {isTooLarge.value && (
        <p class="hint">
          This network has over {MOST_WEIGHTS / 1e6} million weights: too many to follow the cursor.
        </p>
      )}
      {there && <AtThePoint there={there} />}
      {hasCrosshair.value && <div class="inside-crosshair" aria-hidden="true" />}
    </div>
  );
}

function AtThePoint({ there }: { there: AtPoint }) {
  const where = hasCrosshair.value ? 'At the crosshair' : 'At the cursor';
  return (
    <>
      <Values title={where} values={there.inputs} />
      {there.layers.length > 0 && (
        <>
          <div class="inside-heads hint" aria-hidden="true">
            <span>Units of each layer</span>
            <span>Norm</span>
          </div>
          <Strip
            inside={there}
            shown={hiddenShown(picture.value.shown)}
            onShow={(value) => dispatch({ type: 'set', path: SHOWN, value })}
          />
        </>
      )}
      <div class="inside-outputs">
        <Values title="Outputs" values={there.outputs.map((value, i) => ({ name: `${i + 1}`, value }))} />
        <span class="inside-colour" style={{ background: cssColour(there.colour) }} />
      </div>
    </>
  );
}

function Values({ title, values }: { title: string; values: AtPoint['inputs'] }) {
  return (
    <div>
      <h3 class="group-title">{title}</h3>
      <dl class="inside-values">
        {values.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{shortened(value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

const cssColour = (colour: readonly number[]) =>
  `rgb(${colour.map((part) => Math.round(255 * part)).join(' ')})`;

/** What mean-field theory says of a network, in a sentence. */
function regimeText(measure: MeanField | NoMeanField): string {
  if ('reason' in measure) return measure.reason;
  const factor = `(χ = ${measure.chi.toFixed(2)})`;
  switch (measure.regime) {
    case 'ordered':
      return `Ordered: each layer makes nearby points more alike ${factor}.`;
    case 'edge':
      return `At the edge of chaos: nearby points stay about as alike as they were ${factor}.`;
    case 'chaotic':
      return `Chaotic: each layer makes nearby points less alike ${factor}.`;
  }
}
