/** The panel that shows what is wrong with a scene. */
import type { Failure, Place } from './protocol.js';

const STYLE = `
:host { position: fixed; inset: 0 0 auto; z-index: 100000; display: flex; justify-content: center; pointer-events: none; }
section { pointer-events: auto; box-sizing: border-box; width: min(820px, 100% - 32px); max-height: 60vh; margin: 16px;
  overflow: auto; padding: 16px 20px; border-radius: 6px; border-left: 6px solid #f0524f; background: #2b1d1f;
  color: #f5e9e9; font: 15px/1.5 system-ui, sans-serif; box-shadow: 0 8px 40px #000c; }
button { padding: 0; border: 0; background: none; color: #ff9b93; font: 13px/1.5 ui-monospace, monospace;
  text-align: left; overflow-wrap: anywhere; cursor: pointer; text-decoration: underline; text-underline-offset: 3px; }
button:focus-visible { outline: 2px solid #ff9b93; outline-offset: 2px; }
p { margin: 6px 0 0; overflow-wrap: anywhere; }
pre { margin: 12px 0 0; padding: 8px 0; overflow-x: auto; border-radius: 4px; background: #0006; color: #b9a9aa;
  font: 13px/1.6 ui-monospace, monospace; tab-size: 2; }
pre span { display: block; width: fit-content; min-width: 100%; box-sizing: border-box; padding: 0 12px; white-space: pre; }
pre .here { background: #f0524f38; color: #fff; }
small { display: block; margin-top: 10px; color: #b9a9aa; font-size: 13px; }
`;

/** What the panel is about, which determines when it disappears. */
export type Cause = 'opening' | 'playing' | 'drawing' | 'elsewhere';

export class Panel {
  #shown: { cause: Cause; host: HTMLElement } | undefined;

  /** Shows a failure in place of the previous one. */
  show(cause: Cause, { message, place }: Failure): void {
    this.#shown?.host.remove();
    const host = document.createElement('untrained-failure');
    const root = host.attachShadow({ mode: 'open' });
    const section = element('section', { role: 'alert' });
    if (place) section.append(linkTo(place));
    section.append(element('p', {}, message));
    if (place?.excerpt) section.append(excerptOf(place));
    section.append(element('small', {}, 'This disappears when you fix the file.'));
    root.append(element('style', {}, STYLE), section);
    // Over Motion Canvas's preview, if its editor is there.
    const preview = document.querySelector('main canvas')?.parentElement?.getBoundingClientRect();
    if (preview) host.style.left = `${preview.left}px`;
    document.body.append(host);
    this.#shown = { cause, host };
  }

  /** Removes the panel if it is about one of these. */
  clear(...causes: Cause[]): void {
    if (!this.#shown || !causes.includes(this.#shown.cause)) return;
    this.#shown.host.remove();
    this.#shown = undefined;
  }
}

/** A button with the position, which opens the user's text editor. */
function linkTo({ file, shown, line, column }: Place): HTMLElement {
  const after = line === undefined ? '' : column === undefined ? `:${line}` : `:${line}:${column}`;
  const link = element('button', { title: 'Open in your text editor' }, shown + after);
  link.addEventListener('click', () => {
    void fetch(`/__open-in-editor?file=${encodeURIComponent(file + after)}`);
  });
  return link;
}

function excerptOf({ line, excerpt }: Place): HTMLElement {
  const { first, lines } = excerpt!;
  const width = `${first + lines.length}`.length;
  const pre = element('pre');
  for (const [i, text] of lines.entries()) {
    const number = first + i;
    pre.append(
      element('span', number === line ? { class: 'here' } : {}, `${`${number}`.padStart(width)}  ${text}`),
    );
  }
  return pre;
}

function element(name: string, attributes: Record<string, string> = {}, text = ''): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}
