/** @jsxImportSource preact */
/** Makes a film of everything that moves, or says with which command to make it. */
import { useEffect, useState } from 'preact/hooks';
import { frameCount, type Sweep } from '../../core/sweep/sweep.js';
import type { FilmChoice, FilmKind } from '../saving/film.js';
import { renderCommand } from '../state/command.js';
import { moves } from '../state/document.js';
import { filmSizes, inWords, type Size } from '../state/sizes.js';
import { CopyField } from './copy.js';
import { nameFor, useLink } from './leaving.js';
import { saveFile } from './saving-job.js';
import { ChoiceRow, SizeFields } from './size-fields.js';
import { sound } from './sound.js';
import { state } from './store.js';

const RATES = [25, 30, 50, 60] as const;
const KINDS: Record<FilmKind, string> = { mp4: 'MP4 (H.264), plays everywhere', webm: 'WebM' };

export function SaveFilm() {
  const { document } = state.value;
  const { sweep } = document;
  const [size, setSize] = useState<Size>(sweep.size);
  const [fps, setRate] = useState(sweep.fps);
  const [kind, setKind] = useState<FilmKind>('mp4');
  const film: Sweep = { ...sweep, size: [...size], fps };
  const choices = useChoices(moves(document) ? film : undefined);
  if (!moves(document)) return <p>Nothing moves yet: press the play button beside a slider.</p>;
  const problem = whyNoFilm();
  if (problem) return <Instead problem={problem} />;
  const available = choices?.find((choice) => choice.kind === kind) ?? choices?.[0];
  const rates = [...new Set([...RATES, sweep.fps])].sort((a, b) => a - b);
  const save = () => {
    if (!available) return;
    void saveFile(`${nameFor(sweep)}.${available.kind}`, 'frames', async (renderer, work) => {
      const { saveFilm } = await import('../saving/film.js');
      return saveFilm(film, available.kind, renderer, work, sound.peek()?.decoded);
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
      <SizeFields choices={filmSizes(sweep.size)} size={size} step={2} onChange={setSize} />
      <ChoiceRow
        label="Frames per second"
        choices={rates.map((rate) => [rate, `${Number(rate.toFixed(3))}`] as const)}
        value={fps}
        onChange={setRate}
      />
      {available && (
        <ChoiceRow
          label="Format"
          choices={choices!.map(({ kind }) => [kind, KINDS[kind]] as const)}
          value={available.kind}
          onChange={setKind}
        />
      )}
      {choices?.length === 0 && (
        <Instead
          problem={`This browser cannot encode films of ${size[0]} × ${size[1]}: choose a smaller size.`}
        />
      )}
      <div class="row save-actions">
        <span class="hint">
          {inWords(film.seconds)}, {frameCount(film)} frames{available && aboutSound(available)}
        </span>
        <button type="submit" class="button primary" aria-disabled={available ? undefined : 'true'}>
          Make film
        </button>
      </div>
    </form>
  );
}

/** Whether the film has the page's sound. */
function aboutSound({ sound: has, kind }: FilmChoice): string {
  const { value } = sound;
  if (!value) return '';
  return has
    ? `, with ${value.name}`
    : `, silent: this browser cannot encode ${kind === 'mp4' ? 'AAC' : 'Opus'}`;
}

/** What the browser can make of a film; undefined until it has said so. */
function useChoices(film: Sweep | undefined): FilmChoice[] | undefined {
  const [choices, set] = useState<FilmChoice[]>();
  const [width, height] = film?.size ?? [0, 0];
  const fps = film?.fps ?? 0;
  const decoded = sound.value?.decoded;
  useEffect(() => {
    let isCurrent = true;
    if (whyNoFilm() || !(width > 0 && height > 0)) return;
    import('../saving/film.js')
      .then(({ filmChoices }) => filmChoices({ size: [width, height], fps }, decoded))
      .then(
        (found) => isCurrent && set(found),
        () => isCurrent && set([]),
      );
    return () => {
      isCurrent = false;
    };
  }, [width, height, fps, decoded]);
  return choices;
}

/** Why no film can be made here, in one sentence. */
function whyNoFilm(): string | undefined {
  if (!isSecureContext)
    return 'Browsers can make films only on pages that are served over https or from this machine.';
  if (typeof VideoEncoder === 'undefined') return 'This browser cannot make films.';
  return undefined;
}

/** The command, in place of a film made here. */
function Instead({ problem }: { problem: string }) {
  const link = useLink();
  const name = nameFor(state.value.document.sweep);
  const known = link && 'link' in link ? link.link : undefined;
  const command = renderCommand({ link: known, recipeFile: `${name}.json`, still: false });
  return (
    <div>
      <p>{problem} This command makes one:</p>
      <CopyField label="Command" text={link ? `${command}\n` : ''} />
    </div>
  );
}
