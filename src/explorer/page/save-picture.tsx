/** @jsxImportSource preact */
/** Saves the current moment as a PNG. */
import { useState } from 'preact/hooks';
import type { Sweep } from '../../core/sweep/sweep.js';
import { pictureSizes, type Size } from '../state/sizes.js';
import { nameFor } from './leaving.js';
import { saveFile } from './saving-job.js';
import { ChoiceRow, SizeFields } from './size-fields.js';
import { state } from './store.js';

const SAMPLES = [
  [1, '1'],
  [2, '4, smooth'],
  [3, '9'],
  [4, '16, slow'],
] as const;

export function SavePicture() {
  const choices = pictureSizes([innerWidth * devicePixelRatio, innerHeight * devicePixelRatio]);
  const [size, setSize] = useState<Size>(choices[0].size);
  const [supersample, setSamples] = useState<Sweep['supersample']>(2);
  const save = () => {
    const { document, time } = state.peek();
    const { sweep } = document;
    const request = { sweep, time, size: [...size] as [number, number], supersample };
    void saveFile(`${nameFor(sweep)}.png`, 'rows', async (renderer, work) => {
      const { savePng } = await import('../saving/png.js');
      return savePng(request, renderer, work);
    });
  };
  return (
    <form
      class="save-form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <SizeFields choices={choices} size={size} step={1} onChange={setSize} />
      <ChoiceRow label="Samples per pixel" choices={SAMPLES} value={supersample} onChange={setSamples} />
      <div class="row save-actions">
        <span class="hint">A PNG of this moment.</span>
        <button type="submit" class="button primary">
          Save picture
        </button>
      </div>
    </form>
  );
}
