/**
 * Loads sweeps' modules. A module is a program: it may loop forever, leave timers behind, end the process or change
 * global state. So it runs in its own process (module-process.ts), with a deadline, and returns only its sweep.
 */
import { basename, dirname } from 'node:path';
import type { Watched } from '../core/breather.js';
import { UsageError } from '../core/errors.js';
import { parseSweep, type Sweep, soundsIn } from '../core/sweep/sweep.js';
import { type Resolved, resolveSweep } from '../sound/resolve.js';
import { takeModuleProcess } from './module-child.js';

/** Sent by the process that loads modules: a sweep, valid unless it names sounds, or what is wrong, in one line. */
export type ModuleMessage = { path: string; sweep: Sweep } | { path: string; failure: string };

export interface LoadOptions extends Watched {
  /** How long each module may take, in milliseconds. Defaults to a minute. */
  deadline?: number;
  /** The path of ffmpeg, which decodes the sounds that a sweep listens to. Found by default. */
  ffmpeg?: string | undefined;
  /** Another length for a sweep that listens: the film then still fits its sound. In seconds. */
  seconds?: number | undefined;
}

/** How long a module may take, in milliseconds. Ours take a few. */
const DEADLINE = 60_000;
/** How long to wait for remaining output after the result, which another process may hold open. In milliseconds. */
const LAST_WORDS = 500;
/** How long loading may take before it is reported as a stage, in milliseconds. */
const SILENCE = 1500;

/** A module's sweep, and the sound files that it listens to. */
export type Loaded = Resolved;

/** Returns a module's sweep. @throws UsageError, without the path, if it exports none. */
export async function loadModule(path: string, options: LoadOptions = {}): Promise<Loaded> {
  const [loaded] = await loadModules([path], options);
  if (loaded instanceof Error) throw loaded;
  return loaded;
}

/**
 * Loads several in one process, in order: a sweep or an error for each. One that ends the process does not stop the
 * rest.
 */
export async function loadModules(paths: string[], options: LoadOptions = {}): Promise<(Loaded | Error)[]> {
  const sweeps: (Sweep | Error)[] = [];
  while (sweeps.length < paths.length) sweeps.push(...(await loadSome(paths.slice(sweeps.length), options)));
  const loaded: (Loaded | Error)[] = [];
  for (const [i, sweep] of sweeps.entries()) loaded.push(await heard(sweep, paths[i], options));
  return loaded;
}

/** Listens to the sounds that a sweep names. This is not left to the module's process, which has a deadline. */
async function heard(sweep: Sweep | Error, path: string, options: LoadOptions): Promise<Loaded | Error> {
  if (sweep instanceof Error) return sweep;
  try {
    if (soundsIn(sweep).length === 0) return { sweep, sounds: [] };
    return await resolveSweep(sweep, dirname(path), options, options.seconds);
  } catch (error) {
    options.signal?.throwIfAborted();
    return error as Error;
  }
}

/** Loads modules up to and including the first that ends the process. */
function loadSome(
  paths: string[],
  { signal, onStage, deadline: patience = DEADLINE }: LoadOptions,
): Promise<(Sweep | Error)[]> {
  return new Promise((done, failed) => {
    if (signal?.aborted) return failed(signal.reason);
    const child = takeModuleProcess();
    const loaded: (Sweep | Error)[] = [];
    let ending: string | undefined;
    let outOfMemory = false;
    let dumped = false;
    // Modules print to stderr: stdout is reserved for results.
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (bytes: Buffer) => {
        const text = bytes.toString();
        outOfMemory ||= /<--- Last few GCs --->|heap out of memory/.test(text);
        dumped ||= outOfMemory || text.includes('----- Native stack trace -----');
        if (!dumped) process.stderr.write(bytes); // omits V8's page of internals
      });
    }
    const end = (why?: string) => {
      ending ??= why;
      clearTimeout(stage);
      child.kill('SIGKILL');
    };
    const stop = () => end('It was stopped');
    const stage = setTimeout(() => {
      const path = paths[loaded.length]; // none once all are loaded, while the process is ending
      if (path !== undefined) onStage?.(`loading ${basename(path)}`);
    }, SILENCE);
    let deadline: NodeJS.Timeout;
    const restart = () => {
      clearTimeout(deadline);
      deadline = setTimeout(() => {
        end(`It is still loading after ${patience / 1000} s, perhaps in an endless loop,`);
      }, patience);
    };
    restart();
    signal?.addEventListener('abort', stop);
    const settle = (error?: Error) => {
      clearTimeout(stage);
      clearTimeout(deadline);
      signal?.removeEventListener('abort', stop);
      for (const stream of [child.stdout, child.stderr]) stream?.destroy();
      if (signal?.aborted) failed(signal.reason);
      else if (error) failed(error);
      else done(loaded);
    };
    child.send(paths, () => {}); // a process that has ended emits 'exit'
    child.on('message', (message: ModuleMessage) => {
      if (message.path !== paths[loaded.length]) return; // a duplicate, or sent by the module itself
      loaded.push(outcomeOf(message));
      restart();
      if (loaded.length === paths.length) end();
    });
    child.on('error', (error) => {
      // A process that cannot be killed has exited already; one that cannot be started never emits 'exit'.
      if (child.pid === undefined)
        settle(new UsageError(`The process that loads it cannot be started (${error.message}).`));
    });
    child.on('exit', (code, ended) => {
      if (loaded.length < paths.length) {
        const why = ending ?? (outOfMemory ? 'It ran out of memory' : endOf(code, ended));
        loaded.push(
          new UsageError(`${why} without exporting a sweep: end it with "export default sweep({ ... })".`),
        );
      }
      const late = setTimeout(settle, LAST_WORDS);
      child.on('close', () => {
        clearTimeout(late);
        settle();
      });
    });
  });
}

/** Validates the sweep again, because the module could have sent the message itself. */
function outcomeOf(message: ModuleMessage): Sweep | Error {
  try {
    if ('sweep' in message)
      return soundsIn(message.sweep).length > 0 ? message.sweep : parseSweep(message.sweep);
    return new UsageError(message.failure);
  } catch (error) {
    return error as Error;
  }
}

/** Explains why the process ended although we did not stop it. */
function endOf(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal) return `It was killed by ${signal}`;
  if (code === 13) return 'It is waiting for a promise that never settles'; // Node's exit code for that
  return `It exited with code ${code}`;
}
