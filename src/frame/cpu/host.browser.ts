/** What host.node.ts is to Node, for a page: package.json's "imports" choose between the two. */
import { RenderError } from '../../errors.js';
import type { Thread } from './host.node.js';

/** Starts a module worker running thread.ts. `failed` is called at most once, if it dies. */
export function startThread<Answer>(
  received: (answer: Answer) => void,
  failed: (error: Error) => void,
): Thread {
  // Written out like this so that bundlers see it and bundle the worker too.
  const worker = new Worker(new URL('./worker.browser.js', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }) => received(data));
  worker.addEventListener('error', ({ message }) => failed(message ? new Error(message) : notLoaded()), {
    once: true,
  });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    terminate: async () => worker.terminate(),
  };
}

/** A worker that could not be fetched dies without a word. */
function notLoaded(): Error {
  return new RenderError(
    "its script did not load. Where vite serves the page, add optimizeDeps: { exclude: ['untrained'], include: ['untrained > seedrandom'] } to its config",
  );
}

/** How many threads can run at once: the cores that the browser tells of. */
export const cores: number = Math.max(1, navigator.hardwareConcurrency ?? 1);

/** Browsers have relaxed SIMD or have it not; a page cannot ask for it. */
export function enableRelaxedSimd(): void {}

/** Whether wider SIMD may be tried: a page cannot switch experiments on. */
export const mayWiden: boolean = false;

export function setWideSimd(_on: boolean): void {}
