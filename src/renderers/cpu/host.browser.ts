/** The browser counterpart of host.node.ts; package.json's "imports" choose between the two. */
import { workerSource } from '#embedded';
import type { Thread } from './host.js';

/** A worker that is blocked from starting fails without a message. */
const REFUSED = "it did not start: if the page has a Content-Security-Policy, add 'blob:' to its worker-src";

let address: string | undefined;

/** Starts a worker running thread.ts. `failed` is called at most once, if it dies. */
export function startThread<Answer>(
  received: (answer: Answer) => void,
  failed: (error: Error) => void,
): Thread {
  // From a string, not a file: see build/embed.js.
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

/** The number of threads that can run at once: the cores that the browser reports. */
export const cores: number = Math.max(1, navigator.hardwareConcurrency ?? 1);

/**
 * Whether to try wider SIMD. A page cannot enable experimental features; whoever starts the browser can
 * (browser/launch.ts), and sets this global in the page.
 */
export const mayWiden: boolean = 'untrainedWideSimd' in globalThis;

/** Relaxed SIMD and widening are up to the browser; a page cannot request either. */
export const compileModule = (
  bytes: Uint8Array<ArrayBuffer>,
  _options?: { wide?: boolean },
): WebAssembly.Module => new WebAssembly.Module(bytes);
