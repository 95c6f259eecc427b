/** Opens what the user drops, pastes or picks. */
import { isSoundName } from '../../core/sound/endings.js';
import { documentOf } from '../state/document.js';
import { documentFrom } from './address.js';
import { SOUNDS, setSound } from './set-sound.js';
import { dispatch } from './store.js';

/** The endings of files that can be opened. */
const OPENABLE = `.mp4,.gif,.png,.webp,.webm,.mov,.html,.glsl,.frag,.py,.svg,.glb,.json,.npz,.safetensors,.onnx,${SOUNDS}`;

let reading: AbortController | undefined;

/** Opens the first file, or else a link to the explorer. The page's message says what is wrong with it. */
export function openDropped(data: DataTransfer): Promise<void> {
  const [file] = data.files;
  if (file) return openGiven(file);
  const link = data
    .getData('text/uri-list')
    .split('\n')
    .find((line) => /^https?:/.test(line));
  return link === undefined ? Promise.resolve() : attempt(async () => open(await documentFrom(link.trim())));
}

/** Opens a file: its network becomes an entry of the browser's history. A sound plays along with the current one. */
export function openGiven(file: File): Promise<void> {
  reading?.abort(); // the newest one wins
  const controller = new AbortController();
  const { signal } = controller;
  reading = controller;
  return attempt(async () => {
    if (isSoundName(file.name)) return setSound(file.name, file);
    const { openFile } = await import('../saving/opened.js');
    const opened = await openFile(file, signal);
    if (signal.aborted) return;
    if (opened.kind === 'recipe') return open(documentOf(opened.recipe.sweep));
    dispatch({ type: 'set', path: ['network', 'weights'], value: opened.layers });
    dispatch({ type: 'visit' });
  }, signal);
}

/** Lets the user choose a file. Call it while a press of a button is handled. */
export function pickFile(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = OPENABLE;
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file) void openGiven(file);
  });
  input.click();
}

const open = (document: ReturnType<typeof documentOf>) => dispatch({ type: 'open', document });

async function attempt(work: () => Promise<void>, signal?: AbortSignal): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!signal?.aborted) dispatch({ type: 'message', text: (error as Error).message });
  }
}
