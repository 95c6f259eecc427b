/** @jsxImportSource preact */
/** Saves a picture or a film, or exports to other programs. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { moves } from '../state/document.js';
import { inWords } from '../state/sizes.js';
import { Dialog } from './dialog.js';
import { closeDialog } from './leaving.js';
import { pickFile } from './open-file.js';
import { SaveExport } from './save-export.js';
import { SaveFilm } from './save-film.js';
import { SavePicture } from './save-picture.js';
import { job, outcome, type SavingJob } from './saving-job.js';
import { state } from './store.js';

const KINDS = { picture: 'Picture', film: 'Film', export: 'Export' } as const;
type Kind = keyof typeof KINDS;

/** What the user chose, for as long as the dialog is open: while something is being saved, the choices are away. */
const chosen = signal<Kind | undefined>(undefined);

export function SaveDialog() {
  useEffect(() => {
    chosen.value = outcome.value = undefined;
  }, []);
  return (
    <Dialog title="Save" onClose={closeDialog}>
      {job.value ? <Working job={job.value} /> : <Choices />}
    </Dialog>
  );
}

function Choices() {
  // What moves is most likely wanted as a film.
  const kind = chosen.value ?? (moves(state.value.document) ? 'film' : 'picture');
  const choose = (kind: Kind) => {
    chosen.value = kind;
    outcome.value = undefined;
  };
  const open = () => {
    pickFile();
    closeDialog();
  };
  return (
    <div class="save">
      <fieldset class="segments">
        <legend class="visually-hidden">What to save</legend>
        {(Object.keys(KINDS) as Kind[]).map((name) => (
          <label key={name} class="button segment">
            <input
              type="radio"
              class="visually-hidden"
              name="save-kind"
              checked={kind === name}
              onChange={() => choose(name)}
            />
            {KINDS[name]}
          </label>
        ))}
      </fieldset>
      {kind === 'picture' ? <SavePicture /> : kind === 'film' ? <SaveFilm /> : <SaveExport />}
      <p class="save-said" role="status">
        {outcome.value}
      </p>
      <p class="row save-open hint">
        What you save contains its recipe, so this page can open it again.
        <button type="button" class="button" onClick={open}>
          Open a file…
        </button>
      </p>
    </div>
  );
}

/** How far it is, until it is finished or cancelled. */
function Working({ job }: { job: SavingJob }) {
  const { name, unit, progress, stop } = job;
  const { done = 0, of = 0, secondsLeft } = progress ?? {};
  const left = secondsLeft === undefined ? '' : `, about ${inWords(secondsLeft)} left`;
  return (
    <div class="save">
      <p>Making {name}. You can close this dialog, or go to another tab, meanwhile.</p>
      <progress
        class="save-progress"
        aria-label={`Making ${name}`}
        max={of || 1}
        value={progress ? done : undefined}
      />
      <div class="row save-actions">
        <span class="save-count">{progress ? `${done} of ${of} ${unit}${left}` : 'Preparing'}</span>
        <button type="button" class="button" onClick={stop}>
          Cancel
        </button>
      </div>
    </div>
  );
}
