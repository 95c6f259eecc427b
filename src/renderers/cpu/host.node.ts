/**
 * The CPU renderer's only dependency on Node: starting threads, counting cores and compiling modules. The rest of the
 * renderer runs in browsers unchanged.
 */
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Thread } from './host.js';

/** Starts a thread. Calls `failed` at most once, if the thread dies. */
export function startThread<Answer>(
  received: (answer: Answer) => void,
  failed: (error: Error) => void,
): Thread {
  // Node's options for the main script (--input-type, --import) do not apply to a thread.
  const worker = new Worker(new URL('./worker.node.js', import.meta.url), { execArgv: [] });
  let over = false;
  const end = (error: Error) => {
    if (!over) failed(error);
    over = true;
  };
  worker.on('message', received);
  worker.on('messageerror', end);
  worker.on('error', end);
  worker.on('exit', (code) => end(new Error(`it exited with ${code}`)));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    terminate: () => {
      over = true;
      return worker.terminate();
    },
  };
}

/** The number of threads that can run at once: the cores available to this process. */
export const cores: number = availableParallelism();

/**
 * Lets V8 widen pairs of 128-bit operations to 256 bits, an experimental feature; UNTRAINED_WIDE_SIMD=0 disables it.
 */
const WIDEN = 'experimental-wasm-revectorize';
const declined = process.env.UNTRAINED_WIDE_SIMD === '0';

const major = Number(process.versions.node.split('.')[0]);

/** Whether to try wider SIMD: V8's revectorization has worked well since Node 24. */
export const mayWiden: boolean = major >= 24 && !declined;

/**
 * Relaxed SIMD is behind a flag in Node 20. Later versions of V8 warn about the flag, because they have removed it.
 */
const RELAXED_FLAGS = major < 22 ? ['--experimental-wasm-relaxed-simd'] : [];
/** For widening. Only V8's optimising compiler widens, so it must compile at once, while the flags are set. */
const WIDE_FLAGS = [`--${WIDEN}`, '--no-liftoff', '--no-wasm-lazy-compilation'];

/**
 * Compiles a module. V8 flags are process-wide, so those that the module needs are set for the duration of this call
 * only. Flags that the process was started with stay unchanged.
 * @throws WebAssembly.CompileError if this V8 cannot compile it.
 */
export function compileModule(
  bytes: Uint8Array<ArrayBuffer>,
  { wide = false }: { wide?: boolean } = {},
): WebAssembly.Module {
  const flags = WebAssembly.validate(bytes) ? [] : RELAXED_FLAGS;
  return withFlags(wide && mayWiden ? [...flags, ...WIDE_FLAGS] : flags, () => new WebAssembly.Module(bytes));
}

function withFlags<T>(flags: string[], work: () => T): T {
  const started = [...process.execArgv, ...(process.env.NODE_OPTIONS?.split(/\s+/) ?? [])].map(nameOf);
  const ours = flags.filter((flag) => !started.includes(nameOf(flag)));
  try {
    for (const flag of ours) setFlagsFromString(flag);
    return work();
  } finally {
    for (const flag of ours)
      setFlagsFromString(flag.startsWith('--no-') ? `--${nameOf(flag)}` : `--no-${nameOf(flag)}`);
  }
}

/** "--no-liftoff", "--liftoff" and "--no_liftoff" set the same flag. */
const nameOf = (flag: string) => flag.replaceAll('_', '-').replace(/^--?(no-)?/, '');

/** Chromium arguments that allow wider SIMD to be tried in its pages. */
export const WIDE_SIMD_IN_PAGES: string[] = declined ? [] : [`--js-flags=--${WIDEN}`];
