/** A worker's side of one drawing process: starts it, gives it segments, and ends it if it makes no progress. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canSeeWork, DEFAULT_TIMEOUT, Patience, workOf } from '../system/patience.js';
import type { FromDrawer, Order, Setup, ToDrawer } from './drawing-protocol.js';
import { type Failure, nameOfTask, oneLine } from './task.js';

/** The extra time for a drawing process to report by itself what makes no progress, in seconds. */
const GRACE = 10;

/** A frame may take this many timeouts, even if the drawing process is busy. */
const FRAME_TIMEOUTS = 60;

/** How long a drawing process may take to end, in milliseconds. */
const END_MS = 12_000;

/** How long it may take to drop a segment, in milliseconds: it cannot interrupt a frame. */
const DROP_MS = 5000;

/** Why a segment was not made. */
export class SegmentFailure extends Error {
  override name = 'SegmentFailure';
  constructor(
    readonly kind: Failure['kind'],
    message: string,
  ) {
    super(message);
  }
}

interface SlotEvents {
  /** Called a few times a second with the number of frames of the segment that have been drawn. */
  onDrawn(frames: number): void;
  onWarning(message: string): void;
}

/** A place for one segment at a time. Its process is reused, and replaced if it ends. */
export class Slot {
  private child: ChildProcess | undefined;

  constructor(private readonly setup: Setup) {
    this.start();
  }

  /**
   * Makes a segment.
   * @param signal - Drops it.
   * @returns The number of frames that were drawn: none if the store has the segment.
   * @throws SegmentFailure.
   */
  async make(order: Order, { onDrawn, onWarning }: SlotEvents, signal: AbortSignal): Promise<number> {
    const child = this.child ?? this.start();
    const name = nameOfTask(order.task);
    const { timeout = DEFAULT_TIMEOUT } = this.setup;
    let killed: string | undefined;
    const giveUp = (why: string) => {
      killed = `${name} ${why}, so its process was ended: see --timeout.`;
      kill(child);
    };
    const works = canSeeWork && child.pid !== undefined ? workOf(child.pid) : undefined;
    const idle = new Patience(
      timeout + Math.min(GRACE, timeout),
      () => giveUp(`made no progress for ${timeout} s`),
      works,
    );
    const frame = new Patience(FRAME_TIMEOUTS * timeout, () =>
      giveUp(`took more than ${FRAME_TIMEOUTS * timeout} s for a frame`),
    );
    const ended = [idle.wait(), frame.wait()];
    try {
      return await new Promise<number>((resolve, reject) => {
        const fail = (kind: Failure['kind'], message: string) => reject(new SegmentFailure(kind, message));
        const hear = (message: FromDrawer) => {
          idle.sign();
          if (message.kind === 'made') resolve(message.frames);
          else if (message.kind === 'failed') fail(message.why, message.message);
          else if (message.kind === 'warning') onWarning(message.message);
          else if (message.kind === 'drawn') {
            frame.sign();
            onDrawn(message.frames);
          }
        };
        const gone = (code: number | null, by: NodeJS.Signals | null) =>
          fail('transient', killed ?? `${name} was not rendered: ${deathOf(code, by)}.`);
        const broken = (error: Error) =>
          fail('transient', `${name} was not rendered: its process failed (${oneLine(error.message)}).`);
        child.on('message', hear).once('exit', gone).once('error', broken);
        ended.push(() => child.off('message', hear).off('exit', gone).off('error', broken));
        const drop = () => {
          tell(child, { kind: 'drop' });
          const timer = setTimeout(() => kill(child), DROP_MS);
          ended.push(() => clearTimeout(timer));
        };
        signal.addEventListener('abort', drop);
        ended.push(() => signal.removeEventListener('abort', drop));
        tell(child, { kind: 'make', order });
        if (signal.aborted) drop();
      });
    } finally {
      for (const end of ended) end();
    }
  }

  /** Ends the process. */
  async close(): Promise<void> {
    const { child } = this;
    if (!child) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    tell(child, { kind: 'end' });
    const timer = setTimeout(() => kill(child), END_MS);
    await gone;
    clearTimeout(timer);
  }

  private start(): ChildProcess {
    // In a group of its own, which Ctrl-C in a terminal does not reach, because the worker finishes its segments.
    const child = fork(fileURLToPath(new URL('./drawing-process.js', import.meta.url)), [], {
      detached: canSeeWork,
      stdio: ['ignore', 'ignore', process.env.DEBUG ? 'inherit' : 'ignore', 'ipc'],
    });
    const scratch = mkdtempSync(join(tmpdir(), 'untrained-work-'));
    this.child = child;
    const forget = () => {
      if (this.child === child) this.child = undefined;
      kill(child); // what is left of its group
      void rm(scratch, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
    };
    child.once('exit', forget);
    child.on('error', () => child.pid === undefined && forget()); // it was not started
    tell(child, { kind: 'setup', setup: this.setup, scratch });
    return child;
  }
}

function tell(child: ChildProcess, message: ToDrawer): void {
  if (child.connected) child.send(message, () => {}); // it may just have ended
}

/** Ends a process at once, and the ffmpeg that it started. */
function kill(child: ChildProcess): void {
  try {
    if (canSeeWork && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {} // it has just ended
}

function deathOf(code: number | null, by: NodeJS.Signals | null): string {
  if (by === 'SIGKILL' || by === 'SIGABRT' || code === 134)
    return `its process was killed (${by ?? `code ${code}`}), possibly because memory ran out`;
  return `its process ended (${by ?? `code ${code}`})`;
}
