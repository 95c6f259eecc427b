/**
 * How long we wait for somebody else's work: for other programs and for disks. The limit is on time without progress,
 * never on time, so that slow work is left alone.
 *
 * A program makes progress when it takes our bytes, says something, reads or writes, or spends processor time. One that
 * is stopped (SIGSTOP), or whose disk no longer answers, does none of it.
 */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { RenderError } from '../core/errors.js';

/** Seconds without progress, where nobody says otherwise. */
export const DEFAULT_TIMEOUT = 60;

/** Something that should have made progress has made none. */
export class StalledError extends RenderError {
  override name = 'StalledError';
}

/**
 * Counts the time that is spent waiting without any progress, and calls `giveUp` once when it reaches `seconds`. Time
 * in which this process itself does not run (Ctrl-Z, a machine asleep) does not count.
 */
export class Patience {
  private silent = 0; // milliseconds
  private waiting = 0; // how many wait
  private timer: NodeJS.Timeout | undefined;
  private last = 0;

  /** @param works - Whether what is waited for has made progress since it was last asked, where that can be seen. */
  constructor(
    readonly seconds: number,
    private readonly giveUp: () => void,
    private readonly works?: () => boolean | Promise<boolean>,
  ) {}

  /** Progress was made. */
  sign(): void {
    this.silent = 0;
  }

  /** Begins to wait, anew if nobody does. Gives what ends it. */
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
    this.silent = 0;
    this.last = performance.now();
    this.timer = setInterval(() => this.look(ms), ms);
    void this.works?.(); // what it has done so far does not count
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async look(ms: number): Promise<void> {
    const now = performance.now();
    this.silent += Math.min(now - this.last, 2 * ms);
    this.last = now;
    const { timer } = this;
    if (await this.works?.()) this.silent = 0;
    if (timer !== this.timer || this.silent < 1000 * this.seconds) return;
    this.stop();
    this.giveUp();
  }
}

/**
 * Waits for work as long as it makes progress.
 * @param works - See Patience. Without it, nothing can be seen of the work before it is done, such as a disk's.
 * @throws StalledError with `message` when it has made none for `seconds`.
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
    work.catch(() => {}); // if it fails later, nobody waits for it any more
  }
}

/** Whether what a program does can be seen here from outside. */
export const canSeeWork = process.platform !== 'win32';

export interface ProgramOptions {
  /** How long it may go without progress, in seconds. */
  timeout: number;
  /** What to say when it does. */
  stalled: string;
  env?: NodeJS.ProcessEnv;
}

/**
 * What a program prints, given nothing to read.
 * @throws StalledError when it makes no progress; it is killed. Else what execFile throws.
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

/** How long a program that was killed may take to go: a dead disk may hold it. */
const DIE_SECONDS = 1;

/** Tells whether a program has worked since it was last asked. To be called every second or so. */
export function workOf(pid: number): () => Promise<boolean> {
  return workBy(() => (process.platform === 'linux' ? onLinux(pid) : byPs(pid)));
}

/** The same for this very process. */
export function ownWork(): () => Promise<boolean> {
  return workBy(async () => {
    const { user, system } = process.cpuUsage();
    return { cpu: (user + system) / 1e6, bytes: 0 };
  });
}

/** What a program has done so far. */
interface Work {
  /** In seconds. */
  cpu: number;
  /** Read and written. */
  bytes: number;
}

/**
 * Of a processor, what a program needs that only waits: it wakes up now and then to see that there is nothing to do.
 */
const IDLE = 0.001;
/** The least that systems count, in seconds, twice. */
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

/** Clock ticks a second in /proc, the same on all of Linux. */
const HERTZ = 100;

function onLinux(pid: number): Work | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the program's name may hold anything
    const [user, system] = [fields[11], fields[12]].map(Number);
    return { cpu: (user + system) / HERTZ, bytes: bytesOf(pid) };
  } catch {
    return undefined; // it has gone
  }
}

function bytesOf(pid: number): number {
  try {
    const counters = readFileSync(`/proc/${pid}/io`, 'latin1').matchAll(/^[rw]char: (\d+)$/gm);
    return [...counters].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
  } catch {
    return 0; // not everywhere may one look
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
