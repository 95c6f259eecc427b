/** Runs ffmpeg. This is the only file that uses fluent-ffmpeg, which is archived, so only this file changes if it
 *  is replaced.
 *
 *  fluent-ffmpeg assembles the command line, spawns ffmpeg (without a shell) and collects stderr.
 *  We turn off two of its habits: it asks ffmpeg for its -formats and -encoders before each run, and misreads the
 *  answers of newer versions; and it has one ffmpeg path for the whole process. We also avoid its way of piping
 *  streams into ffmpeg, which holds a second copy of the data, and write to ffmpeg's stdin ourselves. */

import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import fluent from 'fluent-ffmpeg';
import { canSeeWork, DEFAULT_TIMEOUT, Patience, workOf } from '../system/patience.js';
import type { Ffmpeg } from './ffmpeg.js';

/** One run of ffmpeg: its command line, in ffmpeg's order. */
export interface Step {
  /** `from` is a file, or 'pipe:0' for what write() sends. */
  inputs: { options: string[]; from: string }[];
  /** `to` is a file, or 'pipe:1' for what `read` receives. */
  outputs: { options: string[]; to: string }[];
  /** Receives what ffmpeg writes to 'pipe:1', in pieces; ffmpeg waits for it. If it rejects, ffmpeg is killed, and
   *  `exit` has the error. It is never called after `exit` has settled. */
  read?(bytes: Uint8Array): Promise<void>;
  /** Receives each line that ffmpeg writes to stderr. */
  line?(text: string): void;
}

/** How ffmpeg exited. Code 0 is success. */
export interface Exit {
  /** The exit status, or null if a signal ended it. */
  code: number | null;
  signal: string | null;
  /** The last lines of stderr, at most 20. */
  stderr: string[];
  /** If it was killed for making no progress: for how many seconds it made none. */
  stalled?: number;
  /** An error on our side: from work that ffmpeg does not do (png.ts), or from the step's `read`. The code is then
   *  not 0. */
  error?: Error;
}

export interface Run {
  /** Resolves when ffmpeg has exited, however it did; never rejects. */
  readonly exit: Promise<Exit>;
  /** Resolves when the kernel has all of `bytes`, so that the array may be reused. A pipe's buffer is small (some 200
   *  kB), so this waits for ffmpeg. Rejects if ffmpeg no longer reads; `exit` then says why. */
  write(bytes: Uint8Array): Promise<void>;
  /** Call after the last write(). */
  end(): void;
  /** Kills ffmpeg. `exit` resolves soon after. */
  kill(): void;
}

const STDERR_LINES = 20;

/** How long ffmpeg may take to exit after closing its stdin, in milliseconds. */
const LEAVE_MS = 2000;

/** How long to wait for a killed ffmpeg to exit: its disk may block it. In milliseconds. */
const DIE_MS = 2000;

/** How long stderr may stay open after ffmpeg has exited: another process may have inherited it. In milliseconds. */
const STDERR_MS = 500;

/** The members of fluent-ffmpeg's command that we use but its types do not declare. */
interface Internals {
  _getFfmpegPath: (callback: (error: null, path: string) => void) => void;
  _checkCapabilities: (callback: (error: null) => void) => void;
  availableEncoders: (callback: (error: null, encoders: object) => void) => void;
  ffmpegProc: ChildProcessWithoutNullStreams;
}

/**
 * Starts ffmpeg in the folder `cwd`, which `step`'s relative names refer to. ffmpeg is killed if it makes no progress
 * for `timeout` seconds while we wait for it: see Exit.stalled.
 * @throws The system's error if ffmpeg cannot be started.
 */
export async function startFfmpeg(
  ffmpeg: Ffmpeg,
  step: Step,
  cwd: string,
  timeout = DEFAULT_TIMEOUT,
): Promise<Run> {
  const command = fluent({ cwd });
  for (const { options, from } of step.inputs) command.input(from).inputOptions(...options);
  for (const { options, to } of step.outputs) command.output(to).outputOptions(...options);

  const internals = command as unknown as Internals;
  internals._getFfmpegPath = (callback) => callback(null, ffmpeg.path);
  internals._checkCapabilities = (callback) => callback(null);
  internals.availableEncoders = (callback) => callback(null, {});

  const stderr: string[] = [];
  command.on('stderr', (line: string) => {
    step.line?.(line);
    if (line.trim() !== '') stderr.push(line.trim());
    if (stderr.length > STDERR_LINES) stderr.shift();
  });
  const collected = new Promise<void>((resolve) => {
    command.once('end', () => resolve()).on('error', () => resolve()); // all of stderr has been read
  });

  const child = await new Promise<ChildProcessWithoutNullStreams>((resolve, reject) => {
    // fluent emits 'start' once spawn() has returned, even if the system then cannot run the file. Its own listener for
    // that error throws an exception that nobody can catch (2.1.3), so we replace it.
    command.once('start', () => {
      const spawned = internals.ffmpegProc;
      spawned
        .removeAllListeners('error')
        .on('error', reject)
        .once('spawn', () => resolve(spawned));
      spawned.stdin.on('error', () => {
        // write() reports it. An ffmpeg that closes stdin is about to exit; if it stays, its output is useless anyway.
        const timer = setTimeout(() => spawned.kill('SIGKILL'), LEAVE_MS).unref();
        spawned.once('exit', () => clearTimeout(timer));
      });
    });
    command.run();
  });

  let stalled: number | undefined;
  let goneAnyway = () => {};
  const patience = new Patience(
    timeout,
    () => {
      stalled = timeout;
      kill();
    },
    canSeeWork ? workOf(child.pid!) : undefined,
  );
  command.on('stderr', () => patience.sign());
  function kill(): void {
    child.kill('SIGKILL'); // also ends a suspended process
    const timer = setTimeout(goneAnyway, DIE_MS);
    child.once('exit', () => clearTimeout(timer));
  }

  let failure: Error | undefined;
  const read = readAll(child, step, () => patience.sign()).catch((error: Error) => {
    failure = error;
    kill();
  });

  const waiting = new Set<(error: Error) => void>();
  const exit = new Promise<Exit>((resolve) => {
    const gone = async (code: number | null, signal: NodeJS.Signals | null) => {
      for (const reject of waiting) reject(new Error('ffmpeg has exited')); // nobody may ever read their bytes
      if (code === 0)
        await read; // what is still in the pipe
      else child.stdout.destroy();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise((late) => (timer = setTimeout(late, STDERR_MS)));
      await Promise.race([Promise.all([collected, read]), late]);
      clearTimeout(timer);
      for (const stream of child.stdio) stream?.destroy();
      resolve({ code: failure && code === 0 ? 1 : code, signal, stderr, stalled, error: failure });
    };
    child.once('exit', gone);
    goneAnyway = () => {
      child.unref();
      void gone(null, 'SIGKILL');
    };
  });

  return {
    exit,
    write(bytes) {
      return new Promise((resolve, reject) => {
        waiting.add(reject);
        const waited = patience.wait();
        child.stdin.write(bytes, (error) => {
          waiting.delete(reject);
          waited();
          patience.sign();
          if (error) reject(error);
          else resolve();
        });
      });
    },
    end() {
      child.stdin.end();
      if (canSeeWork) exit.then(patience.wait()); // otherwise a long analysis would look like a stall
    },
    kill,
  };
}

/** Passes what a program writes to stdout to the step's `read`, until stdout is closed or destroyed. */
async function readAll(
  { stdout }: ChildProcessWithoutNullStreams,
  step: Step,
  onProgress: () => void,
): Promise<void> {
  if (!step.read) return;
  stdout.removeAllListeners('data'); // fluent would collect it as lines of text
  const pieces = stdout.iterator({ destroyOnReturn: false });
  try {
    for await (const piece of pieces) {
      await step.read(piece);
      onProgress();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error; // destroyed
  }
}
