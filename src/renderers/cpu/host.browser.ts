/** What host.node.ts is to Node, for a page: package.json's "imports" choose between the two. */
import { workerSource } from '#embedded';
import type { Thread } from './host.js';

/** A worker that may not start dies without a word. */
const REFUSED =
  "it did not start: if the page has a Content-Security-Policy, let its worker-src have 'blob:'";

let address: string | undefined;

/** Starts a worker running thread.ts. `failed` is called at most once, if it dies. */
export function startThread<Answer>(
  received: (answer: Answer) => void,
  failed: (error: Error) => void,
): Thread {
  // From a text, and not from a file: see build/embed.js.
  address ??= URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
  const worker = new Worker(address);
  let over = false;
  const end = (error: Error) => {
    if (!over) failed(error);
    over = true;
  };
  worker.addEventListener('message', ({ data }) => received(data));
  worker.addEventListener('messageerror', () => end(new Error('its answer could not be read')));
  worker.addEventListener('error', ({ message }) => end(new Error(message || REFUSED)));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    terminate: async () => worker.terminate(),
  };
}

/** How many threads can run at once: the cores that the browser tells of. */
export const cores: number = Math.max(1, navigator.hardwareConcurrency ?? 1);

/**
 * Whether wider SIMD may be tried. A page cannot switch experiments on: who starts its browser can (browser/launch.ts),
 * and has the page say so.
 */
export const mayWiden: boolean = 'untrainedWideSimd' in globalThis;

/** Browsers support relaxed SIMD and widening or they do not; a page cannot request either. */
export const compileModule = (
  bytes: Uint8Array<ArrayBuffer>,
  _options?: { wide?: boolean },
): WebAssembly.Module => new WebAssembly.Module(bytes);
