/**
 * The one place where the CPU renderer touches Node: how a thread is started, how many there may be, and how
 * the engine compiles. Everything else in src/renderers runs in a browser as it is.
 */
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Thread } from './host.js';

/** Starts a thread. `failed` is called at most once, if it dies. */
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

/** How many threads can run at once: the cores that this process may use. */
export const cores: number = availableParallelism();

/**
 * Lets V8 widen pairs of 128-bit operations to 256 bits, an experimental feature; UNTRAINED_WIDE_SIMD=0 disables it.
 */
const WIDEN = 'experimental-wasm-revectorize';
const declined = process.env.UNTRAINED_WIDE_SIMD === '0';

const major = Number(process.versions.node.split('.')[0]);

/** Whether wider SIMD may be tried: V8 has joined pairs of 128-bit operations well since Node 24. */
export const mayWiden: boolean = major >= 24 && !declined;

/**
 * For relaxed SIMD, which Node 20 has but keeps behind a flag; later V8s complain of a flag that they no longer have.
 */
const RELAXED_FLAGS = major < 22 ? ['--experimental-wasm-relaxed-simd'] : [];
/** For widening. V8 widens when it optimises, which it must do at once, since the flags are gone a moment later. */
const WIDE_FLAGS = [`--${WIDEN}`, '--no-liftoff', '--no-wasm-lazy-compilation'];

/**
 * Compiles a module. V8's flags belong to the whole process, so those that the module needs are set for the duration of
 * this call only. Flags that the process was started with stay as they are.
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

/** "--no-liftoff", "--liftoff" and "--no_liftoff" are about the same flag. */
const nameOf = (flag: string) => flag.replaceAll('_', '-').replace(/^--?(no-)?/, '');

/** What a Chromium is started with so that wider SIMD may be tried in its pages. */
export const WIDE_SIMD_IN_PAGES: string[] = declined ? [] : [`--js-flags=--${WIDEN}`];
