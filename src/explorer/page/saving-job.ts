/** What is being saved: one picture or film at a time. It goes on when its dialog is closed. */
import { signal } from '@preact/signals';
import type { FrameRenderer } from '../../core/frame/renderer.js';
import type { Progress, Work } from '../saving/progress.js';
import { withRenderer } from '../saving/renderer.js';
import { download } from '../saving/share.js';
import { dispatch } from './store.js';

export interface SavingJob {
  /** The name of the file. */
  name: string;
  /** What its progress counts. */
  unit: 'frames' | 'rows';
  progress: Progress | undefined;
  stop: () => void;
}

/** Undefined while nothing is being saved. */
export const job = signal<SavingJob | undefined>(undefined);

/** Makes a file, and saves it where the browser puts downloads. The page's message says how it ended. */
export async function saveFile(
  name: string,
  unit: SavingJob['unit'],
  make: (renderer: FrameRenderer, work: Work) => Promise<Blob>,
): Promise<void> {
  if (job.peek()) return;
  dispatch({ type: 'play', on: false }); // playing would slow it down
  const controller = new AbortController();
  const { signal } = controller;
  job.value = { name, unit, progress: undefined, stop: () => controller.abort() };
  const onProgress = (progress: Progress) => {
    if (job.value && !signal.aborted) job.value = { ...job.value, progress };
  };
  // A film takes a while: the browser asks before it closes the page.
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  addEventListener('beforeunload', ask);
  try {
    const blob = await withRenderer((renderer) => make(renderer, { signal, onProgress }), signal);
    download(blob, name);
    dispatch({ type: 'message', text: `${name} is saved (${sizeOf(blob)}).` });
  } catch (error) {
    if (!signal.aborted) dispatch({ type: 'message', text: (error as Error).message });
  } finally {
    removeEventListener('beforeunload', ask);
    job.value = undefined;
  }
}

function sizeOf({ size }: Blob): string {
  return size < 1e6 ? `${Math.max(1, Math.round(size / 1e3))} kB` : `${(size / 1e6).toFixed(1)} MB`;
}
