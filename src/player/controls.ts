/** The controls in the lowest band of the page: title, name, slider, and ways out. */
import { writeLink } from '../core/recipe/link.js';
import { recipeText } from '../explorer/state/code.js';
import { currentValue } from '../explorer/state/document.js';
import { LONGEST_SEED, seedText } from '../explorer/state/seeds.js';
import { copyText, showText } from './dialog.js';
import { element, icon } from './elements.js';
import type { Film } from './film.js';
import { makeSlider } from './slider.js';

/** After a change, the link is written again when nothing has changed for this long, in milliseconds. */
const LINK_REST = 200;
/** How long a note stays, in milliseconds, unless the viewer does something else before. */
const NOTE_STAYS = 4000;

export interface Controls {
  root: HTMLElement;
  /** Shows the film as it is now. */
  update(): void;
  /** Says something, in one line, for some milliseconds or until the next input. */
  say(text: string, stays?: number): void;
}

export interface ControlsOptions {
  /** The title's element. */
  title: HTMLElement;
  /** The address of an explorer, which ends with a slash; undefined if none is known. */
  explorer: string | undefined;
  /** Called when a pointer takes hold of the slider, and when it lets go. */
  hold: (on: boolean) => void;
}

export function makeControls(film: Film, { title, explorer, hold }: ControlsOptions): Controls {
  const note = element('p', { class: 'note', role: 'status' });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const clear = () => {
    clearTimeout(timer);
    note.replaceChildren();
  };
  const say = (text: string, stays = NOTE_STAYS) => {
    clearTimeout(timer);
    if (note.textContent !== text) note.textContent = text;
    timer = setTimeout(clear, stays);
  };
  // Before what answers the input, which may have something else to say.
  for (const type of ['pointerdown', 'keydown', 'input']) addEventListener(type, clear, { capture: true });
  const play = makePlayButton(film);
  const slider = makeSlider(film, hold);
  const name = makeName(film, say);
  const copy = makeCopyButton(film, say);
  const link = makeLink(film, explorer);
  const root = element(
    'div',
    { class: 'controls' },
    note,
    element('div', { class: 'row upper' }, title, name.root, copy, link.root),
    element('div', { class: 'row lower' }, play.root, slider.root),
  );
  const parts = [play, slider, name, link];
  const update = () => {
    for (const part of parts) part.update();
  };
  update();
  return { root, update, say };
}

/** A part of the controls. */
interface Part {
  root: HTMLElement;
  update(): void;
}

function makePlayButton(film: Film): Part {
  const root = element('button', { type: 'button', class: 'button play' });
  let shown: boolean | undefined;
  root.addEventListener('click', () => film.play(!film.isPlaying));
  const update = () => {
    root.hidden = !film.moves;
    if (film.isPlaying === shown) return;
    shown = film.isPlaying;
    root.setAttribute('aria-label', shown ? 'Pause' : 'Play');
    root.title = `${shown ? 'Pause' : 'Play'} (Space)`;
    root.replaceChildren(icon(shown ? 'pause' : 'play'));
  };
  return { root, update };
}

/** The field for the network's name. Each keystroke draws another network. */
function makeName(film: Film, say: (text: string) => void): Part {
  const input = element('input', {
    type: 'text',
    'aria-description': 'A number or a word. Each keystroke draws another network.',
    placeholder: 'Type a name',
    title: 'Every name is a different network',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    maxlength: LONGEST_SEED,
  });
  const root = element('label', { class: 'name field' }, element('span', {}, 'Name'), input);
  input.addEventListener('input', () => {
    try {
      film.rename(input.value);
    } catch (error) {
      say((error as Error).message);
    }
  });
  input.addEventListener('focus', () => input.select());
  input.addEventListener('keydown', ({ key }) => (key === 'Enter' || key === 'Escape') && input.blur());
  input.addEventListener('blur', () => update());
  const update = () => {
    root.hidden = !film.hasName;
    if (document.activeElement === input) return;
    const seed = seedText(currentValue(film.document, ['network', 'seed'], film.time));
    if (input.value !== seed) input.value = seed;
  };
  return { root, update };
}

function makeCopyButton(film: Film, say: (text: string) => void): HTMLElement {
  const words = element('span', { class: 'words' }, 'Copy recipe');
  const button = element(
    'button',
    { type: 'button', class: 'button copy', title: 'Copy the recipe: the JSON that recreates this picture' },
    icon('copy'),
    words,
  );
  button.addEventListener('click', async () => {
    const text = recipeText(film.shared);
    if (await copyText(text)) say('The recipe is copied.');
    else showText('Recipe', 'The browser does not let the page copy: select the text and copy it.', text);
  });
  return button;
}

/** A link to the explorer. Without a known address, it shows the command that opens one. */
function makeLink(film: Film, explorer: string | undefined): Part {
  const root = element(
    'a',
    {
      class: 'button open',
      target: '_blank',
      rel: 'noopener noreferrer',
      title: 'Open in the explorer: change everything about this network',
    },
    icon('open'),
    element('span', { class: 'words' }, 'Open in the explorer'),
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  let known = film.revision;
  const write = async () => {
    const { revision } = film;
    const hash = await writeLink(film.shared);
    if (revision === film.revision) root.href = `${explorer ?? ''}${hash}`;
  };
  root.addEventListener('click', (event) => {
    if (explorer !== undefined) return;
    event.preventDefault();
    showText(
      'Open in the explorer',
      'If Untrained is installed, this command opens the network in the explorer:',
      `npx untrained explore "${root.hash}"`,
    );
  });
  const update = () => {
    if (film.revision === known) return;
    known = film.revision;
    clearTimeout(timer);
    timer = setTimeout(() => void write().catch(() => {}), LINK_REST);
  };
  void write().catch(() => {});
  return { root, update };
}
