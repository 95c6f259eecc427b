/**
 * A worker: takes segments from a queue and has its drawing processes render them. This process only waits and sends
 * heartbeats, so that the queue notices within seconds when it dies, and never while it lives.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { ConnectionOptions, Job as Entry, Worker } from 'bullmq';
import { RefusedError, RenderError, TransientError } from '../core/errors.js';
import { openServer, type QueueServer } from './connection.js';
import type { Setup } from './drawing-protocol.js';
import { SegmentFailure, Slot } from './drawing-slot.js';
import { type Failure, nameOfTask, oneLine, QUEUE, type Result, type Task, taskSchema } from './task.js';

/** A worker whose heartbeats end loses its segments after this time, in milliseconds. */
const LOCK_MS = 10_000;

/** How often each worker looks for segments whose worker has died, in milliseconds. */
const STALLED_MS = 2500;

/** How many workers a segment may crash before it fails. */
const MOST_DEATHS = 3;

/** After this many failures in a row, a worker takes itself out of service. */
const MOST_FAILURES = 3;

/** The pause after a failure, in milliseconds, so that other workers get its segments. Doubles up to three times. */
const PAUSE_MS = 1000;
const MOST_DOUBLINGS = 3;

/** How often progress is reported to the queue, in milliseconds. */
const PROGRESS_MS = 500;

/** How long a stopping worker waits for a queue that does not answer, in milliseconds. */
const FAREWELL_MS = 10_000;

const ENTRY = /^[0-9a-f]{40}$/;

/** What a worker does, for its log. Segments are counted from 0, as in tasks. */
export type WorkerEvent =
  | { type: 'ready'; worker: string; queue: string; store: string | null; concurrency: number }
  | ({ type: 'started' } & Named)
  | ({ type: 'made'; frames: number; seconds: number } & Named)
  | ({ type: 'failed'; reason: Failure['kind']; message: string } & Partial<Named>)
  | ({ type: 'dropped'; message: string } & Named)
  | { type: 'warning'; message: string }
  | { type: 'waiting'; message: string }
  | { type: 'back'; message: string }
  | { type: 'draining'; segments: number }
  | { type: 'stopped'; segments: number; frames: number };

type Named = Pick<Task, 'plan' | 'job' | 'segment'>;

export interface WorkOptions extends Setup {
  /** The digest of the store's name, and the name. */
  storeDigest: string;
  storeName?: string | undefined;
  /** How many segments to make at a time. */
  slots: number;
  onEvent(event: WorkerEvent): void;
}

/**
 * Runs a worker until it is told to stop. It then finishes its segments.
 * @param signal - Tells it to stop.
 * @throws UsageError or TransientError if the queue cannot be reached at the start. After MOST_FAILURES failures in a
 * row, RefusedError if this worker was unsuitable each time, TransientError if a retry may succeed, else RenderError.
 */
export async function workUntil(options: WorkOptions, signal: AbortSignal): Promise<void> {
  const onWarning = (message: string) => options.onEvent({ type: 'warning', message });
  const server = await openServer(options.queue, onWarning);
  signal.throwIfAborted();
  await new FarmWorker(options, server).run(signal);
}

/** A name that identifies this worker in messages. */
const nameHere = () =>
  `${hostname()
    .replace(/[^\w.-]/g, '')
    .slice(0, 60)}-${randomBytes(3).toString('hex')}`;

class FarmWorker {
  private readonly name = nameHere();
  private readonly slots: Slot[];
  private readonly idle: Slot[];
  private readonly redis: ReturnType<QueueServer['connect']>;
  private readonly worker: Worker<unknown, Result>;
  /** Failures since the last segment that succeeded. */
  private readonly streak: SegmentFailure[] = [];
  /** Pauses since a segment was last made. */
  private pauses = 0;
  private made = { segments: 0, frames: 0 };
  private isAway = false;
  private cameBack = 0;
  private lastTrouble: string | undefined;
  private resting: NodeJS.Timeout | undefined;
  private finish!: () => void;
  private readonly finished = new Promise<void>((resolve) => (this.finish = resolve));

  constructor(
    private readonly options: WorkOptions,
    private readonly server: QueueServer,
  ) {
    this.slots = Array.from({ length: options.slots }, () => new Slot(options));
    this.idle = [...this.slots];
    this.redis = server.connect();
    this.redis.on('error', (error) => this.trouble(error)).on('ready', () => this.ready());
    const process = (entry: Entry, _token: unknown, signal: unknown) =>
      this.process(entry, signal as AbortSignal);
    this.worker = new server.bullmq.Worker<unknown, Result>(QUEUE, process as never, {
      connection: this.redis as unknown as ConnectionOptions,
      name: this.name,
      concurrency: options.slots,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_MS,
      maxStalledCount: MOST_DEATHS,
      runRetryDelay: 1000,
      skipVersionCheck: true, // openServer has checked it
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      autorun: false,
    });
    this.worker.on('error', (error) => this.trouble(error));
    this.worker.on('lockRenewalFailed', (entries: string[]) => {
      for (const entry of entries) this.lost(entry);
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { onEvent, slots, storeName } = this.options;
    const drain = () => {
      onEvent({ type: 'draining', segments: this.busy });
      this.finish();
    };
    try {
      signal.addEventListener('abort', drain);
      onEvent({
        type: 'ready',
        worker: this.name,
        queue: this.server.name,
        store: storeName ?? null,
        concurrency: slots,
      });
      this.worker.run().catch((error) => this.trouble(error));
      await this.finished;
    } finally {
      signal.removeEventListener('abort', drain);
      clearTimeout(this.resting);
      await this.leave();
      await Promise.all(this.slots.map((slot) => slot.close()));
      onEvent({ type: 'stopped', ...this.made });
    }
    if (this.isUnfit) throw unfitness(this.streak);
  }

  private get busy(): number {
    return this.slots.length - this.idle.length;
  }

  private get isUnfit(): boolean {
    return this.streak.length >= MOST_FAILURES;
  }

  /** Takes no more segments, finishes those in progress, and disconnects. */
  private async leave(): Promise<void> {
    const closed = this.worker.close().catch(() => {});
    let left = false;
    void closed.then(() => (left = true));
    let waited = 0;
    for (const step = 50; !left && waited < FAREWELL_MS; waited += this.busy > 0 ? 0 : step)
      await new Promise((resolve) => setTimeout(resolve, step));
    if (!left) await this.worker.close(true).catch(() => {});
    this.redis.disconnect();
  }

  /** Makes the segment of an entry. */
  private async process(entry: Entry, signal: AbortSignal): Promise<Result> {
    let task: Task | undefined;
    const slot = this.idle.pop()!;
    const began = performance.now();
    try {
      task = taskOf(entry);
      this.checkStore(task);
      const named = pick(task);
      this.options.onEvent({ type: 'started', ...named });
      this.current.set(entry.id!, { named, began, signal });
      const frames = await slot.make({ task, entry: entry.id! }, this.eventsFor(entry), signal);
      const seconds = (performance.now() - began) / 1000;
      this.streak.length = 0;
      this.pauses = 0;
      this.made.segments++;
      this.made.frames += frames;
      this.options.onEvent({ type: 'made', ...named, frames, seconds: Number(seconds.toFixed(3)) });
      return { frames, seconds, worker: this.name };
    } catch (error) {
      throw await this.failed(error, task, signal);
    } finally {
      this.current.delete(entry.id!);
      this.idle.push(slot);
    }
  }

  private readonly current = new Map<string, { named: Named; began: number; signal: AbortSignal }>();

  /** @throws SegmentFailure if the segment belongs elsewhere. */
  private checkStore(task: Task): void {
    const { storeDigest, storeName } = this.options;
    if (task.store !== storeDigest) {
      throw new SegmentFailure(
        'refused',
        `${nameOfTask(task)} belongs in another store than ${storeName ?? 'Redis'}: ` +
          "start this worker with the render's --store, or without --store if the render has none.",
      );
    }
  }

  private eventsFor(entry: Entry) {
    let reported = 0;
    return {
      onDrawn: (frames: number) => {
        const now = performance.now();
        if (now - reported < PROGRESS_MS || this.isAway) return;
        reported = now;
        entry.updateProgress({ frames }).catch(() => {}); // it may have been removed
      },
      onWarning: (message: string) => this.options.onEvent({ type: 'warning', message }),
    };
  }

  /** Reports a failure, and decides whether to go on. @returns The error for the queue. */
  private async failed(error: unknown, task: Task | undefined, signal: AbortSignal): Promise<Error> {
    const failure = error instanceof SegmentFailure ? error : new SegmentFailure('segment', String(error));
    const { kind, message } = failure;
    const reason: Failure = { kind, worker: this.name, message: oneLine(message) };
    const forQueue = new this.server.bullmq.UnrecoverableError(JSON.stringify(reason));
    if (signal.aborted) return forQueue; // the queue has given it to another
    this.options.onEvent({ type: 'failed', ...(task && pick(task)), reason: kind, message: reason.message });
    // Malformed entries, and those for other stores, say nothing about this worker.
    if (task?.store === this.options.storeDigest) this.streak.push(failure);
    await this.worker.pause(true); // before the entry is moved, which would fetch the next
    if (this.isUnfit) this.finish();
    else this.rest(!task || kind === 'segment' ? 0 : PAUSE_MS * 2 ** Math.min(this.pauses++, MOST_DOUBLINGS));
    return forQueue;
  }

  /** Takes no segments for a while. */
  private rest(ms: number): void {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => void this.worker.resume(), ms);
  }

  /** The queue gave an entry to another worker, because this one was stopped or disconnected for too long. */
  private lost(entry: string): void {
    const job = this.current.get(entry);
    // If Redis itself was unreachable, no other worker has started it either.
    if (!job || job.signal.aborted || this.cameBack > job.began) return;
    const message = `${nameOfTask(job.named)} was given to another worker because this one did not respond.`;
    this.options.onEvent({ type: 'dropped', ...job.named, message });
    this.worker.cancelJob(entry);
  }

  private ready(): void {
    if (!this.isAway) return;
    this.isAway = false;
    this.cameBack = performance.now();
    this.lastTrouble = undefined;
    this.options.onEvent({ type: 'back', message: `The queue ${this.server.name} is reachable again.` });
  }

  /** Reports trouble with the queue, once until it changes. */
  private trouble(error: Error): void {
    if (/could not renew lock|Missing (lock|key) for job|is not in the active state/.test(error.message))
      return;
    const { message } = this.server.explain(error);
    if (message === this.lastTrouble || (this.isAway && this.redis.status !== 'ready')) return;
    this.lastTrouble = message;
    this.isAway = this.redis.status !== 'ready';
    const { onEvent } = this.options;
    if (this.isAway) onEvent({ type: 'waiting', message: `${message} Waiting for it.` });
    else onEvent({ type: 'warning', message });
  }
}

/** Checks an entry, which anyone with access to Redis may have written. @throws SegmentFailure. */
function taskOf({ id, data }: Entry): Task {
  const { success, data: task, error } = taskSchema.safeParse(data);
  if (success && ENTRY.test(id ?? '')) return task;
  const [issue] = error?.issues ?? [];
  const what = issue ? `${issue.path.join('.') || 'its data'}: ${issue.message}` : 'its id is not a key';
  throw new SegmentFailure(
    'refused',
    oneLine(`A queue entry is malformed (${what}): use the same version of Untrained everywhere.`),
  );
}

const pick = ({ plan, job, segment }: Task): Named => ({ plan, job, segment });

/** Why a worker takes itself out of service. */
function unfitness(streak: readonly SegmentFailure[]): RenderError {
  const kinds = new Set(streak.map(({ kind }) => kind));
  const kind = kinds.has('transient') ? TransientError : kinds.has('segment') ? RenderError : RefusedError;
  const last = streak.at(-1)!.message;
  return new kind(
    `This worker takes itself out of service because ${streak.length} segments failed in a row. The last one: ${last}`,
  );
}
