/**
 * The one place where the CPU renderer touches Node: how a thread is started, how many there may be, and which
 * experiments of the engine to switch on. Everything else in src/frame runs in a browser as it is.
 */
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';

/** A thread running thread.ts. */
export interface Thread {
  post(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): Promise<unknown>;
}

/** Starts a thread. `failed` is called at most once, if it dies. */
export function startThread<Answer>(
  received: (answer: Answer) => void,
  failed: (error: Error) => void,
): Thread {
  const worker = new Worker(new URL('./worker.node.js', import.meta.url));
  worker.on('message', received);
  worker.on('error', failed);
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    terminate: () => worker.terminate(),
  };
}

/** How many threads can run at once: the cores that this process may use. */
export const cores: number = availableParallelism();

/** Lets V8 compile relaxed SIMD, which Node 20 knows but keeps behind a flag. */
export function enableRelaxedSimd(): void {
  setFlagsFromString('--experimental-wasm-relaxed-simd');
}

/** Has V8 widen 128-bit operations to 256 bits, an experiment of its; UNTRAINED_WIDE_SIMD=0 declines it. */
const WIDEN = 'experimental-wasm-revectorize';
const declined = process.env.UNTRAINED_WIDE_SIMD === '0';

/** Whether wider SIMD may be tried: V8 has joined pairs of 128-bit operations well since Node 24. */
export const mayWiden: boolean = Number(process.versions.node.split('.')[0]) >= 24 && !declined;

/** Switches the widening on or off, for modules compiled from now on. */
export function setWideSimd(on: boolean): void {
  setFlagsFromString(on ? `--${WIDEN}` : `--no-${WIDEN}`);
}

/** What a Chromium is started with so that wider SIMD may be tried in its pages. */
export const WIDE_SIMD_IN_PAGES: string[] = declined ? [] : [`--js-flags=--${WIDEN}`];
