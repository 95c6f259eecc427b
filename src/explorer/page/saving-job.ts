/** What is being saved: one picture or film at a time. It goes on when its dialog is closed. */
import { signal } from '@preact/signals';
import type { FrameRenderer } from '../../core/frame/renderer.js';
import type { SavedFile } from '../saving/export.js';
import type { Progress, Work } from '../saving/progress.js';
import { withRenderer } from '../saving/renderer.js';
import { download } from '../saving/share.js';
import { dispatch } from './store.js';

export interface SavingJob {
  /** The name of the file. */
  name: string;
  /** What its progress counts. */
  unit: 'frames' | 'rows' | 'files';
  progress: Progress | undefined;
  stop: () => void;
}

/** Undefined while nothing is being saved. */
export const job = signal<SavingJob | undefined>(undefined);

/** How the last one ended, in one sentence. */
export const outcome = signal<string | undefined>(undefined);

/** Makes a file, and saves it where the browser puts downloads. The page's message says how it ended. */
export function saveFile(
  name: string,
  unit: SavingJob['unit'],
  make: (renderer: FrameRenderer, work: Work) => Promise<Blob>,
): Promise<void> {
  return saveFiles(name, unit, async (...means) => [{ name, blob: await make(...means) }]);
}

/**
 * Makes files that belong together, and saves them.
 * @param name - Of the first.
 */
export async function saveFiles(
  name: string,
  unit: SavingJob['unit'],
  make: (renderer: FrameRenderer, work: Work) => Promise<SavedFile[]>,
): Promise<void> {
  if (job.peek()) return;
  dispatch({ type: 'play', on: false }); // playing would slow it down
  const controller = new AbortController();
  const { signal } = controller;
  job.value = { name, unit, progress: undefined, stop: () => controller.abort() };
  outcome.value = undefined;
  const say = (text: string) => {
    outcome.value = text;
    dispatch({ type: 'message', text });
  };
  const onProgress = (progress: Progress) => {
    if (job.value && !signal.aborted) job.value = { ...job.value, progress };
  };
  // A film takes a while: the browser asks before it closes the page.
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  addEventListener('beforeunload', ask);
  try {
    const files = await withRenderer((renderer) => make(renderer, { signal, onProgress }), signal);
    for (const { blob, name } of files) download(blob, name);
    const all = files.map(({ name, blob }) => `${name} (${sizeOf(blob)})`).join(', ');
    say(files.length > 1 ? `Saved: ${all}.` : `${name} is saved (${sizeOf(files[0].blob)}).`);
  } catch (error) {
    if (!signal.aborted) say((error as Error).message);
  } finally {
    removeEventListener('beforeunload', ask);
    job.value = undefined;
  }
}

function sizeOf({ size }: Blob): string {
  return size < 1e6 ? `${Math.max(1, Math.round(size / 1e3))} kB` : `${(size / 1e6).toFixed(1)} MB`;
}
