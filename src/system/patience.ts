/**
 * Timeouts for other programs and for disks. A timeout limits the time without progress, not the total time, so that
 * slow work may take as long as it needs.
 *
 * A program makes progress when it accepts our input, writes output, reads or writes files, or uses CPU time. A program
 * that is stopped (SIGSTOP), or whose disk no longer responds, does none of these.
 */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { TransientError } from '../core/errors.js';

/** The default timeout: seconds without progress. */
export const DEFAULT_TIMEOUT = 60;

/** Thrown when work has made no progress within its timeout. */
export class StalledError extends TransientError {
  override name = 'StalledError';
}

/**
 * Measures the time spent waiting without progress, and calls `giveUp` once when it reaches `seconds`. Time in which
 * this process itself does not run (Ctrl-Z, a sleeping machine) does not count.
 */
export class Patience {
  private idleMs = 0; // time without progress
  private waiting = 0; // number of current waits
  private timer: NodeJS.Timeout | undefined;
  private lastCheck = 0;

  /**
   * @param works - Tells whether the work has made progress since the previous call, if that can be observed.
   */
  constructor(
    readonly seconds: number,
    private readonly giveUp: () => void,
    private readonly works?: () => boolean | Promise<boolean>,
  ) {}

  /** Reports progress. */
  sign(): void {
    this.idleMs = 0;
  }

  /** Begins a wait and returns a function that ends it. The first of several concurrent waits starts the clock. */
  wait(): () => void {
    if (this.waiting++ === 0) this.start();
    let waits = true;
    return () => {
      if (waits && --this.waiting === 0) this.stop();
      waits = false;
    };
  }

  private start(): void {
    const ms = Math.min(1000, Math.max(20, 50 * this.seconds));
    this.idleMs = 0;
    this.lastCheck = performance.now();
    this.timer = setInterval(() => this.check(ms), ms);
    void this.works?.(); // progress made before now does not count
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async check(ms: number): Promise<void> {
    const now = performance.now();
    this.idleMs += Math.min(now - this.lastCheck, 2 * ms);
    this.lastCheck = now;
    const { timer } = this;
    if (await this.works?.()) this.idleMs = 0;
    if (timer !== this.timer || this.idleMs < 1000 * this.seconds) return;
    this.stop();
    this.giveUp();
  }
}

/**
 * Waits for work as long as it makes progress.
 * @param works - See Patience. Omit it if progress cannot be observed before the work is done, as with a disk.
 * @throws StalledError with `message` when there has been no progress for `seconds`.
 */
export async function within<T>(
  seconds: number,
  work: Promise<T>,
  message: string,
  works?: () => boolean | Promise<boolean>,
): Promise<T> {
  let done = () => {};
  const late = new Promise<never>((_, reject) => {
    done = new Patience(seconds, () => reject(new StalledError(message)), works).wait();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    done();
    work.catch(() => {}); // a later failure has no other handler
  }
}

/** Whether this system lets us observe another program's progress. */
export const canSeeWork = process.platform !== 'win32';

interface ProgramOptions {
  /** The longest time without progress, in seconds. */
  timeout: number;
  /** The error message when it is exceeded. */
  stalled: string;
  env?: NodeJS.ProcessEnv;
}

/**
 * Runs a program with empty input and returns its stdout.
 * @throws StalledError when the program makes no progress, after killing it. Otherwise what execFile throws.
 */
export async function outputOf(
  path: string,
  args: string[],
  { timeout, stalled, env }: ProgramOptions,
): Promise<string> {
  const run = promisify(execFile)(path, args, { env, windowsHide: true });
  const { child } = run;
  child.stdin?.on('error', () => {}).end();
  const works = child.pid !== undefined && canSeeWork ? workOf(child.pid) : undefined;
  try {
    return (await within(timeout, run, stalled, works)).stdout;
  } catch (error) {
    if (!(error instanceof StalledError)) throw error;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await within(DIE_SECONDS, gone, '').catch(() => {});
    for (const stream of child.stdio) stream?.destroy();
    child.unref();
    throw error;
  }
}

/** How long to wait for a killed program to exit, in seconds: a disk that does not respond may hold it. */
const DIE_SECONDS = 1;

/** Returns a function that tells whether a program has progressed since the last call. Call it about once a second. */
export function workOf(pid: number): () => Promise<boolean> {
  return workBy(() => (process.platform === 'linux' ? onLinux(pid) : byPs(pid)));
}

/** The same for this process. */
export function ownWork(): () => Promise<boolean> {
  return workBy(async () => {
    const { user, system } = process.cpuUsage();
    return { cpu: (user + system) / 1e6, bytes: 0 };
  });
}

/** The resources that a program has used so far. */
interface Work {
  /** CPU time in seconds. */
  cpu: number;
  /** Bytes read and written. */
  bytes: number;
}

/** The fraction of a CPU that an idle program uses: it wakes up now and then to find nothing to do. */
const IDLE = 0.001;
/** Two ticks of the system's CPU clock, in seconds. */
const TICKS = 0.02;

function workBy(read: () => Work | Promise<Work | undefined> | undefined): () => Promise<boolean> {
  let before: (Work & { at: number }) | undefined;
  return async () => {
    const work = await read();
    if (!work) return false;
    const at = performance.now() / 1000;
    const moved =
      before === undefined ||
      work.bytes !== before.bytes ||
      work.cpu - before.cpu >= TICKS + IDLE * (at - before.at);
    if (moved) before = { ...work, at };
    return moved;
  };
}

/** Clock ticks per second in /proc, the same on all Linux systems. */
const HERTZ = 100;

function onLinux(pid: number): Work | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the program's name may contain any character
    const [user, system] = [fields[11], fields[12]].map(Number);
    return { cpu: (user + system) / HERTZ, bytes: bytesOf(pid) };
  } catch {
    return undefined; // it has exited
  }
}

function bytesOf(pid: number): number {
  try {
    const counters = readFileSync(`/proc/${pid}/io`, 'latin1').matchAll(/^[rw]char: (\d+)$/gm);
    return [...counters].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
  } catch {
    return 0; // not readable on every system
  }
}

async function byPs(pid: number): Promise<Work | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'cputime=', '-p', String(pid)]);
    const [seconds = 0, minutes = 0, hours = 0, days = 0] = stdout.trim().split(/[:-]/).map(Number).reverse();
    return { cpu: seconds + 60 * (minutes + 60 * (hours + 24 * days)), bytes: 0 };
  } catch {
    return undefined;
  }
}
