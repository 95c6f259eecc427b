/**
 * The coordinator: queues the segments that the store lacks, and takes each from the store when it is complete. Events
 * of the queue make it fast, but it does not depend on them: every few seconds it checks the queue and the store, and
 * queues again every segment that is in neither.
 */
import type { QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import { chunks } from '../core/chunks.js';
import { RenderError, TransientError, UsageError } from '../core/errors.js';
import type { KeyedFiles } from '../stores/index.js';
import { RedisFiles } from '../stores/redis.js';
import { within } from '../system/patience.js';
import type { QueueServer } from './connection.js';
import { type Delivery, Entry, type Order, OrderedFilm, type Wanted } from './orders.js';
import { type FarmProgress, ProgressMeter } from './progress.js';
import type { Verdict } from './retries.js';
import { SegmentQueue } from './segment-queue.js';
import { renewPlan, retirePlan } from './stored-plans.js';
import {
  digestOf,
  type Failure,
  failureSchema,
  IN_REDIS,
  oneLine,
  progressSchema,
  QUEUE,
  resultSchema,
} from './task.js';
import { WantedList } from './wanted-list.js';

/** How often it checks the queue and the store, in milliseconds. */
const LOOK_MS = 2000;

/** How long there may be no worker before the user is told, in milliseconds. */
const ALONE_MS = 5000;

/** How many checks in a row may fail before the films do. */
const FAILED_LOOKS = 5;

/** How long a film may be refused, with no worker rendering, if the connected workers are unknown. In milliseconds. */
const REFUSED_MS = 30_000;

/** How many entries are looked up, and taken, at a time. */
const CHUNK = 1000;
const TAKERS = 4;

/** How long closing may take, plus the time for each entry, in seconds: the server may be gone. */
const CLOSE_SECONDS = 5;
const REMOVE_SECONDS = 0.002;

interface CoordinatorOptions {
  signal?: AbortSignal | undefined;
  /** Called with messages for the user. */
  onNote?: ((message: string) => void) | undefined;
  onProgress?: ((progress: FarmProgress) => void) | undefined;
}

/** Obtains the segments of any number of films. Close it on every path. */
export class Coordinator {
  private readonly entries = new Map<string, Entry>();
  private readonly films = new Set<OrderedFilm>();
  private readonly wanted: WantedList;
  private readonly progress: ProgressMeter;
  private readonly toTake: (() => Promise<void>)[] = [];
  private takers = 0;
  private readonly counted = new WeakSet<Order>();
  private closed = false;
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private timer: NodeJS.Timeout | undefined;
  private failedLooks = 0;
  private lastWorkerAt = performance.now();
  private saidAlone = false;
  private saidDown = false;

  private constructor(
    private readonly server: QueueServer,
    private readonly redis: Redis,
    private readonly queue: SegmentQueue,
    private readonly events: QueueEvents,
    private readonly files: KeyedFiles,
    private readonly store: string,
    private readonly options: CoordinatorOptions,
  ) {
    this.wanted = new WantedList(redis);
    this.progress = new ProgressMeter(options.onProgress);
    const onError = (error: unknown) => this.sayDown(error);
    redis.on('error', onError);
    events.on('error', onError);
    redis.on('ready', () => {
      this.saidDown = false;
    });
    events.on('progress', ({ jobId, data }) => this.onProgress(jobId, data));
    events.on('completed', ({ jobId, returnvalue }) => this.onCompleted(jobId, returnvalue));
    events.on('failed', ({ jobId, failedReason }) => this.onFailed(jobId, failedReason));
    events.on('stalled', ({ jobId }) => {
      const entry = this.entries.get(jobId);
      if (!entry) return;
      entry.retries.stalls++;
      entry.drawn = 0;
    });
    options.signal?.addEventListener('abort', this.onAbort);
  }

  /**
   * Connects to the queue.
   * @param files - The store that workers use, too. Closed by the caller. By default segments travel through Redis.
   */
  static async open(
    server: QueueServer,
    files: KeyedFiles | undefined,
    options: CoordinatorOptions = {},
  ): Promise<Coordinator> {
    const redis = server.connect();
    const quietly = { skipVersionCheck: true }; // it would print to the console
    const queue = new server.bullmq.Queue(QUEUE, { connection: redis, ...quietly });
    queue.on('error', () => {});
    try {
      // Its default is to begin with the next event after the moment at which it is ready.
      const [[lastEventId] = ['0-0']] =
        (await redis.xrevrange(queue.keys.events, '+', '-', 'COUNT', 1)) ?? [];
      const events = new server.bullmq.QueueEvents(QUEUE, {
        connection: redis,
        lastEventId,
        ...quietly,
      });
      const store = files ? digestOf(files.name) : IN_REDIS;
      const own = files ?? new RedisFiles(redis, server);
      const coordinator = new Coordinator(
        server,
        redis,
        new SegmentQueue(queue, redis),
        events,
        own,
        store,
        options,
      );
      queue.on('error', (error) => coordinator.sayDown(error));
      return coordinator;
    } catch (error) {
      redis.disconnect();
      throw server.explain(error);
    }
  }

  /**
   * Has workers render segments, and takes each as soon as it is in the store.
   * @throws RenderError with a segment's own error if it fails everywhere; RefusedError if no worker can render the
   * film; TransientError if the queue or the store keeps failing; the signal's reason if it is aborted.
   */
  order(order: Order, segments: readonly Wanted[]): Promise<Delivery> {
    this.options.signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const film = new OrderedFilm(order, resolve, reject);
      this.progress.begin(this.counted.has(order) ? 0 : order.frames);
      this.counted.add(order);
      for (const wanted of segments) {
        const entry = this.entries.get(wanted.id) ?? new Entry(wanted.id);
        this.entries.set(wanted.id, entry);
        entry.want(film, wanted);
      }
      if (film.entries.size === 0) {
        film.done();
        return;
      }
      this.films.add(film);
      this.look();
    });
  }

  /** Removes the entries that only this process wants, and disconnects. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.timer);
    this.options.signal?.removeEventListener('abort', this.onAbort);
    const tidy = async () => {
      await this.looking;
      await this.withdraw([...this.entries.keys()]);
      await this.wanted.close();
      await this.forget([...this.films]);
    };
    await inTime(tidy(), this.entries.size);
    await inTime(this.events.close());
    this.redis.disconnect();
    await inTime(this.queue.close());
  }

  private readonly onAbort = () => {
    for (const film of this.films) film.fail(this.options.signal?.reason);
  };

  private sayDown(error: unknown): void {
    if (this.closed || this.saidDown) return;
    this.saidDown = true;
    this.options.onNote?.(`${this.server.explain(error).message} Waiting for it.`);
  }

  // ---- Looking at the queue and the store

  /** Checks now, or again after the current check. */
  private look(): void {
    clearTimeout(this.timer);
    if (this.closed) return;
    if (this.looking) {
      this.lookAgain = true;
      return;
    }
    this.looking = this.lookOnce().then((delay) => {
      this.looking = undefined;
      if (this.closed) return;
      const next = this.lookAgain ? 0 : delay;
      this.lookAgain = false;
      this.timer = setTimeout(() => this.look(), next);
    });
  }

  /** @returns How long to wait before the next check, in milliseconds. */
  private async lookOnce(): Promise<number> {
    if (this.films.size === 0) return LOOK_MS;
    try {
      await this.renew();
      await this.queueMissing();
      await this.checkWorkers();
      this.failedLooks = 0;
      return LOOK_MS;
    } catch (error) {
      if (this.closed) return LOOK_MS;
      const isShown = error instanceof RenderError || error instanceof UsageError;
      const shown = isShown ? error : this.server.explain(error);
      this.failedLooks++;
      const isLast = shown instanceof UsageError || this.failedLooks >= FAILED_LOOKS;
      if (isLast) for (const film of [...this.films]) this.end(film, shown);
      return LOOK_MS * 2 ** Math.min(3, this.failedLooks);
    }
  }

  /** Publishes which segments this process wants, and renews its plans. The server may have lost both. */
  private async renew(): Promise<void> {
    await this.wanted.renew([...this.entries.keys()]);
    const plans = new Map([...this.films].map(({ order }) => [order.plan, order]));
    for (const { plan, text } of plans.values()) await renewPlan(this.redis, plan, text);
  }

  /** Queues every segment that is neither in the store nor in the queue. */
  private async queueMissing(): Promise<void> {
    const now = performance.now();
    const idle = [...this.entries.values()].filter(({ taking, notBefore }) => !taking && notBefore <= now);
    let live = 0;
    for (const some of chunks(idle, CHUNK)) {
      const there = await this.queue.among(some.map(({ id }) => id));
      live += there.size;
      for (const entry of some) if (there.has(entry.id)) entry.queued = true;
      const gone = some.filter(({ id }) => !there.has(id) && this.entries.has(id));
      if (gone.length === 0) continue;
      const stored = await this.files.among(gone.flatMap(({ keys }) => keys));
      const missing: Entry[] = [];
      for (const entry of gone) {
        if (entry.keys.every((key) => stored.has(key))) this.take(entry);
        else if (this.entries.has(entry.id) && !entry.taking) missing.push(entry);
      }
      await this.add(missing);
      live += missing.length;
    }
    await this.queue.removeStray(live, this.entries); // they are queued again at the next look
  }

  private async add(entries: readonly Entry[]): Promise<void> {
    if (this.closed) return;
    for (const entry of entries) {
      entry.queued = true;
      entry.drawn = 0;
    }
    await this.queue.add(entries.map((entry) => ({ id: entry.id, task: entry.task(this.store) })));
  }

  /** Tells the user if there is no worker, and ends films that all workers refuse. */
  private async checkWorkers(): Promise<void> {
    if (this.films.size === 0) return;
    const workers = await this.queue.workers();
    const now = performance.now();
    if (workers === undefined || workers.size > 0) {
      this.lastWorkerAt = now;
      this.saidAlone = false;
    } else if (!this.saidAlone && now - this.lastWorkerAt > ALONE_MS) {
      this.saidAlone = true;
      this.options.onNote?.(
        `No worker is connected to ${this.server.name}: start one with \`untrained work --queue ...\`${
          this.store === IN_REDIS ? '' : ' and the same --store'
        }. Waiting for one.`,
      );
    }
    for (const film of [...this.films]) {
      const { refusals, refusedSince } = film;
      if (refusals.size === 0) continue;
      const all =
        workers !== undefined && workers.size > 0 && [...workers].every((name) => refusals.has(name));
      const long = now - refusedSince > REFUSED_MS && (await this.queue.active()) === 0;
      if (all || long) this.end(film, film.refusal());
    }
  }

  // ---- Events

  private onProgress(id: string, data: unknown): void {
    const entry = this.entries.get(id);
    const { success, data: progress } = progressSchema.safeParse(data);
    if (!entry || !success) return;
    entry.drawn = Math.min(progress.frames, entry.frames);
    entry.queued = true;
    this.report();
  }

  private onCompleted(id: string, returned: unknown): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    const { data } = resultSchema.safeParse(typeof returned === 'string' ? parsed(returned) : returned);
    if (data && !(entry.result && entry.result.frames > 0)) entry.result = data;
    if (data) for (const film of entry.takers.keys()) film.refusals.delete(data.worker);
    this.take(entry);
  }

  private onFailed(id: string, reason: string): void {
    const entry = this.entries.get(id);
    if (!entry || entry.taking) return;
    entry.drawn = 0;
    const { data: failure } = failureSchema.safeParse(parsed(reason));
    if (failure) void this.judge(entry, { ...failure, message: oneLine(failure.message) });
    else
      this.follow(
        entry,
        /stalled/.test(reason) ? entry.retries.died() : entry.retries.passed(oneLine(reason)),
      );
  }

  private async judge(entry: Entry, failure: Failure): Promise<void> {
    const { kind, worker, message } = failure;
    const { retries, takers } = entry;
    if (kind === 'refused') {
      for (const film of takers.keys()) film.refuse(worker, message);
      this.follow(entry, retries.refused());
    } else if (kind === 'transient') this.follow(entry, retries.passed(message));
    else {
      entry.notBefore = Number.POSITIVE_INFINITY; // until the workers are known
      this.follow(entry, retries.failed(failure, await this.queue.workers()));
    }
  }

  /** Queues an entry again after a pause, or ends the films that want it. */
  private follow(entry: Entry, verdict: Verdict): void {
    if (verdict instanceof Error) {
      for (const film of [...entry.takers.keys()]) this.end(film, verdict);
      return;
    }
    entry.notBefore = performance.now() + verdict;
    setTimeout(() => this.look(), verdict + 1).unref();
  }

  // ---- Ends

  /** Takes an entry's files for all films that want them, a few entries at a time. */
  private take(entry: Entry): void {
    if (entry.taking) return;
    entry.taking = true;
    this.toTake.push(() => this.takeNow(entry));
    if (this.takers >= TAKERS) return;
    this.takers++;
    void (async () => {
      for (let next = this.toTake.shift(); next; next = this.toTake.shift()) await next();
      this.takers--;
    })();
  }

  private async takeNow(entry: Entry): Promise<void> {
    try {
      for (const [film, wanted] of [...entry.takers]) {
        if (!this.films.has(film)) continue;
        const isTaken = await film.order.take(wanted, this.files);
        if (isTaken) this.deliver(film, entry, wanted);
        else {
          entry.drawn = 0;
          this.follow(entry, entry.retries.lost(this.files.name));
          return;
        }
      }
      if (entry.takers.size > 0) return; // another film has ordered it meanwhile
      this.entries.delete(entry.id);
      await this.wanted.done(entry.id).catch(() => {});
    } catch (error) {
      const isPassing = error instanceof TransientError;
      this.follow(entry, isPassing ? entry.retries.passed(error.message) : (error as Error));
    } finally {
      entry.taking = false;
    }
  }

  private deliver(film: OrderedFilm, entry: Entry, { frames }: Wanted): void {
    entry.takers.delete(film);
    film.entries.delete(entry);
    const { result } = entry;
    if (entry.queued && (result === undefined || result.frames > 0)) {
      film.drawn += frames;
      this.progress.draw(frames);
    }
    if (result) film.workers.add(result.worker);
    this.report();
    if (film.entries.size > 0) return;
    this.films.delete(film);
    void this.forget([film]).catch(() => {});
    film.done();
  }

  /** Ends a film. Its entries that nobody else wants leave the queue. */
  private end(film: OrderedFilm, error: unknown): void {
    if (!this.films.delete(film)) return;
    const unwanted: string[] = [];
    for (const entry of film.entries) {
      this.progress.drop(entry.takers.get(film)!.frames);
      entry.takers.delete(film);
      if (entry.takers.size > 0) continue;
      this.entries.delete(entry.id);
      unwanted.push(entry.id);
    }
    const tidy = async () => {
      await this.withdraw(unwanted);
      await this.forget([film]);
    };
    void inTime(tidy(), unwanted.length).then(() => film.fail(error));
  }

  /** Removes waiting entries from the queue, except those that other processes want. */
  private async withdraw(ids: readonly string[]): Promise<void> {
    for await (const some of this.wanted.drop(ids)) await this.queue.remove(some);
  }

  /** Lets plans expire soon that this process no longer needs. A process that does renews them. */
  private async forget(films: readonly OrderedFilm[]): Promise<void> {
    const needed = new Set([...this.films].map(({ order }) => order.plan));
    for (const { order } of films)
      if (this.closed || !needed.has(order.plan)) await retirePlan(this.redis, order.plan);
  }

  private report(): void {
    if (this.closed) return;
    this.progress.report(this.entries.values(), this.entries.size <= 1);
  }
}

/** Waits for cleaning up, whether it succeeds or not. */
async function inTime(work: Promise<unknown>, entries = 0): Promise<void> {
  await within(CLOSE_SECONDS + REMOVE_SECONDS * entries, work, 'timed out').catch(() => {});
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
