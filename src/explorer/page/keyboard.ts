/** Reads the keyboard: undo and redo everywhere, and the other shortcuts while the canvas has focus. */
import { editingCommandOf, repeats, shortcutOf } from '../state/shortcuts.js';
import { perform } from './perform.js';
import { state } from './store.js';

/**
 * @param canvas - The element whose focus the shortcuts need. Esc also works elsewhere, and then returns there.
 * @returns A function that stops it.
 */
export function watchKeyboard(canvas: HTMLElement): () => void {
  const pressed = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]')) return;
    const editing = editingCommandOf(event);
    if (editing) {
      event.preventDefault();
      return perform(editing);
    }
    const wanted = shortcutOf(event);
    if (!wanted || (event.repeat && !repeats(wanted.command))) return;
    if (document.activeElement === canvas || document.activeElement === document.body) {
      if (!state.peek().layout.shortcuts && wanted.command !== 'escape') return;
      event.preventDefault();
      perform(wanted.command, wanted.shift);
    } else if (wanted.command === 'escape') canvas.focus();
  };
  addEventListener('keydown', pressed);
  return () => removeEventListener('keydown', pressed);
}
