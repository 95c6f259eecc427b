/**
 * Loads sweeps' modules. A module is a program: it may loop for ever, leave timers behind, end the process or change what
 * is global. So it runs in a process of its own (module-process.ts), with a deadline, and only its sweep comes here.
 */
import { fork } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Watched } from '../breather.js';
import { UsageError } from '../errors.js';
import { parseSweep, type Sweep } from '../sweep/sweep.js';

/** From the process that loads modules: a sweep that has been checked, or what is wrong, in one line. */
export type ModuleMessage = { path: string; sweep: Sweep } | { path: string; failure: string };

export interface LoadOptions extends Watched {
  /** How long each module may take, in milliseconds. Defaults to a minute. */
  deadline?: number;
}

/** How long a module may take, in milliseconds. Those of ours take a few. */
const DEADLINE = 60_000;
/** How long its last words may take once it has answered: another process may hold its output open. In milliseconds. */
const LAST_WORDS = 500;
/** When a stage begins to be told of, in milliseconds. */
const SILENCE = 1500;

const PROGRAM = fileURLToPath(new URL('./module-process.js', import.meta.url));

/** Gives a module's sweep. @throws UsageError, without the path, for a module that gives none. */
export async function loadModule(path: string, options: LoadOptions = {}): Promise<Sweep> {
  const [loaded] = await loadModules([path], options);
  if (loaded instanceof Error) throw loaded;
  return loaded;
}

/** Several in one process, in order: a sweep or what is wrong for each. One that ends the process does not stop the rest. */
export async function loadModules(paths: string[], options: LoadOptions = {}): Promise<(Sweep | Error)[]> {
  const loaded: (Sweep | Error)[] = [];
  while (loaded.length < paths.length) loaded.push(...(await loadSome(paths.slice(loaded.length), options)));
  return loaded;
}

/** Those up to the first that ends the process, that one included. */
function loadSome(
  paths: string[],
  { signal, onStage, deadline: patience = DEADLINE }: LoadOptions,
): Promise<(Sweep | Error)[]> {
  return new Promise((done, failed) => {
    if (signal?.aborted) return failed(signal.reason);
    const child = fork(PROGRAM, [`${process.pid}`, ...paths], {
      execArgv: [],
      serialization: 'advanced', // which keeps NaN and Infinity for the checks to find
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const loaded: (Sweep | Error)[] = [];
    let ending: string | undefined;
    let outOfMemory = false;
    let dumped = false;
    // What modules print is for people: stdout is kept for results.
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (bytes: Buffer) => {
        const text = bytes.toString();
        outOfMemory ||= /<--- Last few GCs --->|heap out of memory/.test(text);
        dumped ||= outOfMemory || text.includes('----- Native stack trace -----');
        if (!dumped) process.stderr.write(bytes); // else a page about V8's inside
      });
    }
    const end = (why?: string) => {
      ending ??= why;
      child.kill('SIGKILL');
    };
    const stop = () => end('It was stopped');
    const stage = setTimeout(() => onStage?.(`loading ${basename(paths[loaded.length])}`), SILENCE);
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
    child.on('message', (message: ModuleMessage) => {
      if (message.path !== paths[loaded.length]) return; // said already, or by the module itself
      loaded.push(outcomeOf(message));
      restart();
      if (loaded.length === paths.length) end();
    });
    child.on('error', (error) => {
      // What cannot be killed is gone already; what cannot be started never says that it has ended.
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

/** The module could have sent this itself, so a sweep is checked again. */
function outcomeOf(message: ModuleMessage): Sweep | Error {
  try {
    if ('sweep' in message) return parseSweep(message.sweep);
    return new UsageError(message.failure);
  } catch (error) {
    return error as Error;
  }
}

/** How the process came to its end by itself. */
function endOf(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal) return `It was killed by ${signal}`;
  return code === 13 ? 'It is waiting for a promise that never settles' : `It exited with code ${code}`; // Node's code for that
}
