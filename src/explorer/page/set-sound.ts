/**
 * Where the page's sound comes from: the command that serves the page, or a file that the user drops or picks. What
 * decodes and plays it is loaded only then.
 */
import { soundEndings } from '../../core/sound/endings.js';
import { moves } from '../state/document.js';
import { sound } from './sound.js';
import { dispatch, state } from './store.js';

/** The endings of sound files, for a file chooser. */
export const SOUNDS = soundEndings.map((ending) => `.${ending}`).join(',');

let newest = 0;

/**
 * Plays a sound from now on, in place of any other.
 * @param name - Shown to the user.
 * @param file - The file, or the address of one.
 * @throws UsageError that says in one line why it cannot be played.
 */
export async function setSound(name: string, file: Blob | string): Promise<void> {
  const turn = ++newest;
  const { decodeSound, followFilm } = await import('./sound-player.js');
  const decoded = await decodeSound(name, file);
  if (turn !== newest) return; // the user has chosen another one since
  sound.value = { name, decoded, muted: false };
  followFilm();
  const { document, drifting } = state.peek();
  if (drifting)
    dispatch({ type: 'play', on: true }); // which shows the timeline, and so the sound's button
  else if (!moves(document))
    dispatch({
      type: 'message',
      text: `${name} plays when something moves: press the play button beside a slider.`,
    });
}

/** Lets the user choose a sound. Call it while a press of a button is handled. */
export function pickSound(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = SOUNDS;
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file) setSound(file.name, file).catch(say);
  });
  input.click();
}

/** Takes the sound that the command serves, if it serves one. */
export function takeServedSound(): void {
  const name = document.querySelector<HTMLMetaElement>('meta[name=untrained-sound]')?.content;
  if (name) setSound(name, 'sound').catch(say);
}

const say = (error: Error) => dispatch({ type: 'message', text: error.message });
