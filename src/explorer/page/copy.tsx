/** @jsxImportSource preact */
/** What is shown as code: a scene, its recipe, a command, or a node. */
import { useId, useState } from 'preact/hooks';
import { frameAt } from '../../core/sweep/sweep.js';
import { evaluate } from '../../renderers/cpu/planes.js';
import { copyText, download } from '../saving/share.js';
import { fieldCode, recipeText, sceneCode } from '../state/code.js';
import { renderCommand } from '../state/command.js';
import { moves } from '../state/document.js';
import { nameFor, useLink } from './leaving.js';
import { state } from './store.js';

const FORMS = { scene: 'Scene', recipe: 'Recipe', command: 'Command', node: 'Motion Canvas' } as const;
type Form = keyof typeof FORMS;

/** The longest text that a field shows, in characters: explicit weights may be megabytes. */
const MOST_SHOWN = 200_000;

export function CopyCode() {
  const [form, choose] = useState<Form>('scene');
  const group = useId();
  const { text, file, hint } = useCode(form);
  return (
    <section class="copy">
      <fieldset class="segments">
        <legend>Copy as</legend>
        {(Object.keys(FORMS) as Form[]).map((name) => (
          <label key={name} class="button segment">
            <input
              type="radio"
              class="visually-hidden"
              name={group}
              checked={form === name}
              onChange={() => choose(name)}
            />
            {FORMS[name]}
          </label>
        ))}
      </fieldset>
      <CopyField key={form} label={FORMS[form]} text={text} file={file} />
      <p class="hint">{hint}</p>
    </section>
  );
}

/** A text to copy, which is also there to be selected if the browser refuses. */
export function CopyField({ label, text, file }: { label: string; text: string; file?: string | undefined }) {
  const [said, say] = useState('');
  const isShown = text.length <= MOST_SHOWN;
  const lines = text.split('\n').length;
  const copy = async () => {
    const isCopied = await copyText(text);
    say(isCopied ? 'Copied.' : 'The browser does not let the page copy: select the text and copy it.');
  };
  return (
    <div class="copy-field">
      <textarea
        class="field copy-text"
        aria-label={label}
        readOnly
        spellcheck={false}
        wrap={file ? 'off' : 'soft'}
        rows={Math.min(12, Math.max(2, lines - 1))}
        value={isShown ? text : 'This is too long to show: save the file.'}
        onFocus={({ currentTarget }) => currentTarget.select()}
      />
      <div class="row">
        <button type="button" class="button" disabled={text === ''} onClick={copy}>
          Copy
        </button>
        {file && (
          <button
            type="button"
            class="button"
            onClick={() => download(new Blob([text], { type: 'text/plain' }), file)}
          >
            Save {file}
          </button>
        )}
        <span class="hint" role="status">
          {said}
        </span>
      </div>
    </div>
  );
}

/** A form's text, the name of the file that it belongs into, and what to do with it. */
function useCode(form: Form): { text: string; file?: string; hint: string } {
  const link = useLink();
  const { document, time } = state.value;
  const { sweep } = document;
  const name = nameFor(sweep);
  const run = moves(document) ? 'render' : 'still';
  switch (form) {
    case 'scene': {
      const file = `${name}.ts`;
      return { text: sceneCode(sweep), file, hint: `Render it with: npx untrained ${run} ${file}` };
    }
    case 'recipe': {
      const file = `${name}.json`;
      return { text: recipeText(sweep), file, hint: `Render it with: npx untrained ${run} ${file}` };
    }
    case 'command': {
      const known = link && 'link' in link ? link.link : undefined;
      const text = renderCommand({ link: known, recipeFile: `${name}.json`, still: run === 'still' });
      return {
        text: link ? `${text}\n` : '',
        hint: known === undefined && link ? 'First save the recipe where you will run it.' : 'For any shell.',
      };
    }
    case 'node':
      return {
        text: fieldCode(frameAt(sweep, time, evaluate)),
        hint: "A still for a scene that imports NetworkField from 'untrained/nodes'.",
      };
  }
}
