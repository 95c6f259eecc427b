/** A dialog with a text to copy, for where the browser does not let the page copy by itself. */
import { element, icon } from './elements.js';

/** Copies a text. @returns Whether the browser did. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text); // not in every frame, and not on pages that are not secure
    return true;
  } catch {
    return copySelected(text);
  }
}

/** The older way, which also works in sandboxed frames. */
function copySelected(text: string): boolean {
  const { activeElement } = document;
  const area = element('textarea', { class: 'offscreen', readonly: true });
  area.value = text;
  (document.querySelector('dialog') ?? document.body).append(area); // all around an open dialog is inert
  area.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    area.remove();
    (activeElement as HTMLElement | null)?.focus({ preventScroll: true });
  }
}

/** Shows a text, selected, until the dialog is closed. */
export function showText(title: string, hint: string, text: string): void {
  const area = element('textarea', { readonly: true, spellcheck: 'false', 'aria-label': title, rows: 8 });
  area.value = text;
  const said = element('span', { role: 'status' });
  const copy = element('button', { type: 'button', class: 'button' }, icon('copy'), 'Copy');
  copy.addEventListener('click', async () => {
    const isCopied = await copyText(text);
    said.textContent = isCopied ? 'Copied.' : 'Press Ctrl+C or ⌘C to copy it.';
    area.select();
  });
  const close = element('button', { type: 'button', class: 'button', 'aria-label': 'Close' }, icon('close'));
  const dialog = element(
    'dialog',
    { 'aria-label': title },
    element('header', {}, element('h2', {}, title), close),
    element('p', {}, hint),
    area,
    element('footer', {}, copy, said),
  );
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  area.select();
}
