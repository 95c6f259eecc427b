/** Runs ffmpeg. This is the only file that knows fluent-ffmpeg, which is archived: replacing it is this file's work.
 *
 *  From fluent-ffmpeg we take the assembly of the command line, the spawning (no shell) and the collecting of stderr.
 *  Two of its habits are turned off. It asks ffmpeg for its -formats and -encoders before each run, and misreads what
 *  newer ones answer; and it keeps one ffmpeg path for the whole process. A third is avoided: it pipes streams into
 *  ffmpeg, and a piped stream holds a second copy of what it carries, so we write to ffmpeg's stdin ourselves. */

import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import fluent from 'fluent-ffmpeg';
import { canSeeWork, DEFAULT_TIMEOUT, Patience, workOf } from '../system/patience.js';
import type { Ffmpeg } from './ffmpeg.js';

/** One run of ffmpeg: its command line, in the order in which ffmpeg reads it. */
export interface Step {
  /** `from` is a file, or 'pipe:0' for what write() hands over. */
  inputs: { options: string[]; from: string }[];
  /** `to` is a file, or 'pipe:1' for what `read` takes. */
  outputs: { options: string[]; to: string }[];
  /** Takes what ffmpeg writes to 'pipe:1', piece by piece; ffmpeg waits for it. If it rejects, ffmpeg is killed, and `exit`
   *  has the error. It is not called any more once `exit` has settled. */
  read?(bytes: Uint8Array): Promise<void>;
}

/** How an ffmpeg ended. Clean is code 0. */
export interface Exit {
  /** The exit status, or null when a signal ended it. */
  code: number | null;
  signal: string | null;
  /** The last lines of stderr, at most 20. */
  stderr: string[];
  /** If it was killed for making no progress: for how many seconds it had made none. */
  stalled?: number;
  /** The error, if it was ours: of what is not done by ffmpeg (png.ts), or of the step's `read`. The code is then not 0. */
  error?: Error;
}

export interface Run {
  /** Settles when ffmpeg has gone, in whatever way; never rejects. */
  readonly exit: Promise<Exit>;
  /** Resolves when the kernel holds all of `bytes`, so that the array may be used again. What the kernel holds of a pipe
   *  is bounded (some 200 KB), so this waits for ffmpeg. Rejects when ffmpeg no longer reads; `exit` then says why. */
  write(bytes: Uint8Array): Promise<void>;
  /** Says that no more will be written. */
  end(): void;
  /** Ends ffmpeg at once. `exit` settles soon after. */
  kill(): void;
}

const STDERR_LINES = 20;

/** How long an ffmpeg that has closed its stdin may take to leave by itself, in milliseconds. */
const LEAVE_MS = 2000;

/** How long to wait for a killed ffmpeg to exit: its disk may block it. In milliseconds. */
const DIE_MS = 2000;

/** How long stderr may stay open when ffmpeg has gone: another process may have inherited it. In milliseconds. */
const STDERR_MS = 500;

/** What we use of fluent-ffmpeg's command beyond its types. */
interface Internals {
  _getFfmpegPath: (callback: (error: null, path: string) => void) => void;
  _checkCapabilities: (callback: (error: null) => void) => void;
  availableEncoders: (callback: (error: null, encoders: object) => void) => void;
  ffmpegProc: ChildProcessWithoutNullStreams;
}

/**
 * Starts ffmpeg in the folder `cwd`, which is where relative names in `step` are. It is killed when it makes no
 * progress for `timeout` seconds while it is waited for: `exit` then says so.
 * @throws Error, the one that the system gave, when ffmpeg cannot be started.
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
    if (line.trim() !== '') stderr.push(line.trim());
    if (stderr.length > STDERR_LINES) stderr.shift();
  });
  const collected = new Promise<void>((resolve) => {
    command.once('end', () => resolve()).on('error', () => resolve()); // after stderr has been read to its end
  });

  const child = await new Promise<ChildProcessWithoutNullStreams>((resolve, reject) => {
    // fluent emits 'start' as soon as spawn() has returned, whether or not the system then finds that it cannot run the
    // file. Of that its own listener makes an exception nobody can catch (2.1.3), so ours takes its place.
    command.once('start', () => {
      const spawned = internals.ffmpegProc;
      spawned
        .removeAllListeners('error')
        .on('error', reject)
        .once('spawn', () => resolve(spawned));
      spawned.stdin.on('error', () => {
        // write() reports it. Whoever closes stdin is about to leave; if it stays, what it makes is of no use either.
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
    child.kill('SIGKILL'); // which ends what is stopped, too
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
      for (const reject of waiting) reject(new Error('ffmpeg has gone')); // their bytes may never be taken
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
      if (canSeeWork) exit.then(patience.wait()); // else a long analysis would look like none
    },
    kill,
  };
}

/** Hands what a program writes to stdout to the step's `read`, until the program closes it or it is destroyed. */
async function readAll(
  { stdout }: ChildProcessWithoutNullStreams,
  step: Step,
  onProgress: () => void,
): Promise<void> {
  if (!step.read) return;
  stdout.removeAllListeners('data'); // fluent would keep it as lines of text
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
