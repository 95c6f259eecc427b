/** @jsxImportSource preact */
/** Exports the network, or all that moves, for other programs. */
import { signal } from '@preact/signals';
import { type Exporter, exporters } from '../../exporters/index.js';
import { saveExport } from '../saving/export.js';
import { moves } from '../state/document.js';
import { inWords } from '../state/sizes.js';
import { nameFor } from './leaving.js';
import { saveFiles } from './saving-job.js';
import { ChoiceRow } from './size-fields.js';
import { state } from './store.js';

/** What was chosen last. */
const exporter = signal<Exporter>(exporters[0]);
const part = signal<'all' | 'moment'>('all');

export function SaveExport() {
  const { document } = state.value;
  const { ending, sentence, moves: canMove } = exporter.value;
  const isWhole = canMove && moves(document) && part.value === 'all';
  const save = () => {
    const { document, time } = state.peek();
    const { sweep } = document;
    const name = nameFor(sweep);
    const request = { name, sweep, at: isWhole ? undefined : Math.min(time, sweep.seconds) };
    const { value } = exporter;
    void saveFiles(`${name}${ending}`, 'files', (renderer, work) =>
      saveExport(value, request, renderer, work),
    );
  };
  return (
    <form
      class="save-form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <ChoiceRow
        label="Format"
        choices={exporters.map(({ name, title }) => [name, title] as const)}
        value={exporter.value.name}
        onChange={(name) => {
          exporter.value = exporters.find((one) => one.name === name)!;
        }}
      />
      {canMove && moves(document) && (
        <ChoiceRow
          label="Part"
          choices={[
            ['all', `Everything, ${inWords(document.sweep.seconds)}`],
            ['moment', 'This moment'],
          ]}
          value={part.value}
          onChange={(value) => {
            part.value = value;
          }}
        />
      )}
      <div class="row save-actions">
        <span class="hint">
          {sentence[0].toUpperCase() + sentence.slice(1)}.{moves(document) && !isWhole && ' This moment.'}
        </span>
        <button type="submit" class="button primary">
          Export
        </button>
      </div>
    </form>
  );
}
