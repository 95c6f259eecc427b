/**
 * The side of the queue that wants segments: queues those that the store lacks, and takes them as they are completed.
 * Events of the queue make it fast, but it does not depend on them: every few seconds it looks at the queue and at the
 * store, and queues again whatever is in neither.
 */
import { randomUUID } from 'node:crypto';
import type { JobsOptions, Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import { chunks } from '../core/chunks.js';
import { RefusedError, RenderError, TransientError, UsageError } from '../core/errors.js';
import type { KeyedFiles } from '../stores/index.js';
import { RedisFiles } from '../stores/redis.js';
import { within } from '../system/patience.js';
import type { QueueServer } from './connection.js';
import { Pace } from './pace.js';
import { Retries, type Verdict } from './retries.js';
import { renewPlan } from './stored-plans.js';
import {
  digestOf,
  type Failure,
  failureSchema,
  IN_REDIS,
  oneLine,
  planKey,
  progressSchema,
  QUEUE,
  type Result,
  resultSchema,
  type Task,
} from './task.js';

/** How long it waits before it looks at the queue and the store again, in milliseconds. */
const LOOK_MS = 2000;

/** How long there may be no worker before it says so, in milliseconds. */
const ALONE_MS = 5000;

/** How often in a row the queue or the store may fail. */
const FAILED_LOOKS = 5;

/** How long a film may be refused, with no worker rendering, if it is unknown which workers are connected. */
const REFUSED_MS = 30_000;

/** The shortest time between two reports of progress, in milliseconds. */
const REPORT_MS = 100;

/** How long others take into account what this process wants, in seconds, after it last said so. */
const WANTED_SECONDS = 120;

/** How long a plan stays when its film is complete, in seconds: a worker may just have taken its last entry. */
const DONE_SECONDS = 10 * 60;

/** How many commands are sent, and files taken, at a time. */
const CHUNK = 1000;
const TAKERS = 4;

/** How long cleaning up may take, and for each entry, in seconds: the server may be gone. */
const CLOSE_SECONDS = 5;
const REMOVE_SECONDS = 0.002;

/** A segment that a film wants. */
export interface Wanted {
  /** The id of its entry. */
  id: string;
  /** Its index in the job, from 0. */
  segment: number;
  /** How many frames are to be drawn. */
  frames: number;
  /** The keys of its missing files. */
  keys: string[];
}

/** A film whose segments are wanted. */
export interface Order {
  /** The SHA-256 of its plan. */
  plan: string;
  /** Reads its plan, deflated. */
  text(): Promise<Buffer>;
  /** How many frames and segments the film has. */
  frames: number;
  segments: number;
  /** Copies a segment's files from the store. @returns False if one is missing or damaged. */
  take(segment: Wanted, files: KeyedFiles): Promise<boolean>;
}

/** What became of an order. */
export interface Delivery {
  /** How many frames workers drew for it. */
  drawn: number;
  /** Their names. */
  workers: Set<string>;
}

/** The progress of all films. */
interface FarmProgress {
  frame: number;
  frames: number;
  fps: number;
  secondsLeft: number;
}

interface CoordinatorOptions {
  signal?: AbortSignal | undefined;
  /** Says something that the user should know. */
  onNote?: ((message: string) => void) | undefined;
  onProgress?: ((progress: FarmProgress) => void) | undefined;
}

interface Film {
  order: Order;
  entries: Set<Entry>;
  drawn: number;
  workers: Set<string>;
  /** Why workers refused it, by their names. */
  refusals: Map<string, string>;
  refusedSince: number;
  done(): void;
  fail(error: unknown): void;
}

interface Entry {
  id: string;
  /** The films that want it. The first one's plan is used. */
  takers: Map<Film, Wanted>;
  /** Whether workers have been asked for it. */
  queued: boolean;
  /** Frames drawn so far by the worker that has it. */
  drawn: number;
  result?: Result;
  taking: boolean;
  /** Not to be queued again before then. */
  notBefore: number;
  retries: Retries;
}

/** Wants the segments of any number of films. Close it on every path. */
export class Coordinator {
  private readonly entries = new Map<string, Entry>();
  private readonly films = new Set<Film>();
  private readonly wanted = `${QUEUE}:wanted:${randomUUID()}`;
  private readonly pace = new Pace();
  private readonly toTake: (() => Promise<void>)[] = [];
  private takers = 0;
  /** Frames of all films, and of which films. */
  private frames = 0;
  private readonly counted = new WeakSet<Order>();
  private reported = 0;
  private fps: number | undefined;
  private closed = false;
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private timer: NodeJS.Timeout | undefined;
  private failedLooks = 0;
  private lastWorkerAt = performance.now();
  private saidAlone = false;
  private saidDown = false;
  private silent = 0;

  private constructor(
    private readonly server: QueueServer,
    private readonly redis: Redis,
    private readonly queue: Queue,
    private readonly events: QueueEvents,
    private readonly files: KeyedFiles,
    private readonly store: string,
    private readonly options: CoordinatorOptions,
  ) {
    const onError = (error: unknown) => this.sayDown(error);
    redis.on('error', onError);
    queue.on('error', onError);
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
   * Connects with the queue.
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
      return new Coordinator(server, redis, queue, events, own, store, options);
    } catch (error) {
      redis.disconnect();
      throw server.explain(error);
    }
  }

  /**
   * Has segments rendered, and takes each as soon as it is in the store.
   * @throws RenderError with a segment's own error if it fails everywhere; RefusedError if no worker can render the
   * film; TransientError if the queue or the store fails for long; the signal's reason if it is aborted.
   */
  order(order: Order, segments: readonly Wanted[]): Promise<Delivery> {
    this.options.signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const { workers, drawn } = { workers: new Set<string>(), drawn: 0 };
      const film: Film = {
        order,
        entries: new Set(),
        drawn,
        workers,
        refusals: new Map(),
        refusedSince: 0,
        done: () => resolve({ drawn: film.drawn, workers }),
        fail: reject,
      };
      if (!this.counted.has(order)) this.frames += order.frames;
      this.counted.add(order);
      this.pace.fps(0); // from now on
      for (const wanted of segments) {
        const entry = this.entries.get(wanted.id) ?? newEntry(wanted.id);
        this.entries.set(wanted.id, entry);
        const before = entry.takers.get(film);
        if (before) before.keys.push(...wanted.keys);
        else entry.takers.set(film, { ...wanted, keys: [...wanted.keys] });
        film.entries.add(entry);
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
      await this.withdraw([...this.entries.values()]);
      await this.redis.multi().del(this.wanted).zrem(COORDINATORS, this.wanted).exec();
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

  /** Looks now, or again if it is just looking. */
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

  /** @returns How long to wait before the next look, in milliseconds. */
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
      const shown = error instanceof RenderError || error instanceof UsageError ? error : this.explain(error);
      this.failedLooks++;
      const isLast = shown instanceof UsageError || this.failedLooks >= FAILED_LOOKS;
      if (isLast) for (const film of [...this.films]) this.end(film, shown);
      return LOOK_MS * 2 ** Math.min(3, this.failedLooks);
    }
  }

  private explain(error: unknown): Error {
    return this.server.explain(error);
  }

  /** Tells others what this process wants, and keeps its plans from expiring. Both may have been lost. */
  private async renew(): Promise<void> {
    const now = Date.now();
    await this.redis.zremrangebyscore(COORDINATORS, 0, now);
    await this.redis.zadd(COORDINATORS, now + 1000 * WANTED_SECONDS, this.wanted);
    for (const ids of chunks([...this.entries.keys()], CHUNK)) await this.redis.sadd(this.wanted, ...ids);
    await this.redis.expire(this.wanted, WANTED_SECONDS);
    const plans = new Map([...this.films].map(({ order }) => [order.plan, order]));
    for (const { plan, text } of plans.values()) await renewPlan(this.redis, plan, text);
  }

  /** Queues every segment that is neither in the store nor in the queue. */
  private async queueMissing(): Promise<void> {
    const now = performance.now();
    const idle = [...this.entries.values()].filter(({ taking, notBefore }) => !taking && notBefore <= now);
    let live = 0;
    for (const some of chunks(idle, CHUNK)) {
      const there = await this.liveAmong(some);
      live += there.size;
      for (const entry of there) entry.queued = true;
      const gone = some.filter((entry) => !there.has(entry) && this.entries.has(entry.id));
      if (gone.length === 0) continue;
      const stored = await this.files.among(gone.flatMap(keysOf));
      const missing: Entry[] = [];
      for (const entry of gone) {
        if (keysOf(entry).every((key) => stored.has(key))) this.take(entry);
        else if (this.entries.has(entry.id) && !entry.taking) missing.push(entry);
      }
      await this.add(missing);
      live += missing.length;
    }
    await this.dropStray(live);
  }

  private async liveAmong(entries: readonly Entry[]): Promise<Set<Entry>> {
    const pipeline = this.redis.pipeline();
    for (const { id } of entries) pipeline.exists(this.queue.toKey(id));
    const answers = (await pipeline.exec()) ?? [];
    return new Set(
      entries.filter((_, i) => {
        const [error, found] = answers[i];
        if (error) throw error;
        return found === 1;
      }),
    );
  }

  private async add(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0 || this.closed) return;
    await this.queue.addBulk(
      entries.map((entry) => {
        const [[{ order }, { segment }]] = entry.takers;
        const data: Task = { plan: order.plan, job: 0, segment, store: this.store };
        entry.queued = true;
        entry.drawn = 0;
        return { name: 'segment', data, opts: { ...ENTRY, jobId: entry.id } };
      }),
    );
  }

  /**
   * Removes entries of ours that no worker can get because the server lost the lists that name them, or because they
   * ended without being removed. They are queued again at the next look.
   */
  private async dropStray(live: number): Promise<void> {
    if (live === 0) {
      this.silent = 0;
      return;
    }
    const { completed, failed, ...counts } = await this.queue.getJobCounts();
    const isSilent = Object.values(counts).every((count) => count === 0);
    const ended = completed + failed > 0 ? await this.queue.getJobs(['completed', 'failed'], 0, CHUNK) : [];
    const strays = ended.flatMap(({ id }) => (id !== undefined && this.entries.has(id) ? [id] : []));
    this.silent = isSilent ? this.silent + 1 : 0;
    if (this.silent > 2) strays.push(...[...this.entries.values()].filter(isIdle).map(({ id }) => id));
    for (const id of strays) await this.queue.remove(id);
  }

  /** Says if nobody works, and ends films that all workers refuse. */
  private async checkWorkers(): Promise<void> {
    if (this.films.size === 0) return;
    const workers = await this.connected();
    const now = performance.now();
    if (workers === undefined || workers.size > 0) {
      this.lastWorkerAt = now;
      this.saidAlone = false;
    } else if (!this.saidAlone && now - this.lastWorkerAt > ALONE_MS) {
      this.saidAlone = true;
      this.options.onNote?.(
        `No worker is connected to ${this.server.name}: start one with \`untrained work --queue ...\`${
          this.store === IN_REDIS ? '' : ' and the same --store'
        }. Waiting.`,
      );
    }
    for (const film of [...this.films]) {
      const { refusals, refusedSince } = film;
      if (refusals.size === 0) continue;
      const all =
        workers !== undefined && workers.size > 0 && [...workers].every((name) => refusals.has(name));
      const long = now - refusedSince > REFUSED_MS && (await this.queue.getActiveCount()) === 0;
      if (all || long) this.end(film, refusalOf(refusals));
    }
  }

  /** The names of the connected workers; undefined if the server does not tell. */
  private async connected(): Promise<Set<string> | undefined> {
    try {
      const clients = await this.queue.getWorkers(); // of all databases
      if (clients.some(({ rawname }) => rawname === undefined)) return undefined;
      const { db = 0 } = this.redis.options;
      const ours = clients.filter((client) => client.db === undefined || client.db === `${db}`);
      return new Set(ours.map(({ rawname }) => rawname.split(':w:').slice(1).join(':w:')));
    } catch {
      return undefined;
    }
  }

  // ---- Events

  private onProgress(id: string, data: unknown): void {
    const entry = this.entries.get(id);
    const { success, data: progress } = progressSchema.safeParse(data);
    if (!entry || !success) return;
    entry.drawn = Math.min(progress.frames, framesOf(entry));
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
      for (const film of takers.keys()) {
        if (film.refusals.size === 0) film.refusedSince = performance.now();
        film.refusals.set(worker, message);
      }
      this.follow(entry, retries.refused());
    } else if (kind === 'transient') this.follow(entry, retries.passed(message));
    else {
      entry.notBefore = Number.POSITIVE_INFINITY; // until it is known
      this.follow(entry, retries.failed(failure, await this.connected()));
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
      if (entry.takers.size > 0) return; // another film has come to want it meanwhile
      this.entries.delete(entry.id);
      await this.redis.srem(this.wanted, entry.id).catch(() => {});
    } catch (error) {
      const isPassing = error instanceof TransientError;
      this.follow(entry, isPassing ? entry.retries.passed(error.message) : (error as Error));
    } finally {
      entry.taking = false;
    }
  }

  private deliver(film: Film, entry: Entry, { frames }: Wanted): void {
    entry.takers.delete(film);
    film.entries.delete(entry);
    const { result } = entry;
    if (entry.queued && (result === undefined || result.frames > 0)) {
      film.drawn += frames;
      this.pace.drawn += frames;
    }
    if (result) film.workers.add(result.worker);
    this.report();
    if (film.entries.size > 0) return;
    this.films.delete(film);
    void this.forget([film]).catch(() => {});
    film.done();
  }

  /** Ends a film. Its entries that nobody else wants leave the queue. */
  private end(film: Film, error: unknown): void {
    if (!this.films.delete(film)) return;
    const unwanted: Entry[] = [];
    for (const entry of film.entries) {
      this.frames -= entry.takers.get(film)!.frames;
      entry.takers.delete(film);
      if (entry.takers.size > 0) continue;
      this.entries.delete(entry.id);
      unwanted.push(entry);
    }
    const tidy = async () => {
      await this.withdraw(unwanted);
      await this.forget([film]);
    };
    void inTime(tidy(), unwanted.length).then(() => film.fail(error));
  }

  /** Removes waiting entries from the queue, except those that other processes want. */
  private async withdraw(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const others = await this.redis.zrangebyscore(COORDINATORS, Date.now(), '+inf');
    for (const some of chunks(
      entries.map(({ id }) => id),
      CHUNK,
    )) {
      await this.redis.srem(this.wanted, ...some);
      const wanted = new Set<string>();
      for (const other of others) {
        if (other === this.wanted) continue;
        const members = await this.redis.smismember(other, ...some);
        for (const [i, isMember] of members.entries()) if (isMember) wanted.add(some[i]);
      }
      await Promise.all(
        some.filter((id) => !wanted.has(id)).map((id) => this.queue.remove(id).catch(() => 0)),
      );
    }
  }

  /** Lets plans expire soon that this process no longer needs. A process that does renews them. */
  private async forget(films: readonly Film[]): Promise<void> {
    const needed = new Set([...this.films].map(({ order }) => order.plan));
    for (const { order } of films)
      if (this.closed || !needed.has(order.plan)) await this.redis.expire(planKey(order.plan), DONE_SECONDS);
  }

  private report(): void {
    const { onProgress } = this.options;
    const now = performance.now();
    if (!onProgress || this.closed) return;
    if (now - this.reported < REPORT_MS && this.entries.size > 1) return;
    this.reported = now;
    let left = 0;
    let partly = 0;
    for (const { takers, drawn } of this.entries.values()) {
      for (const { frames } of takers.values()) left += Math.max(0, frames - drawn);
      partly += drawn;
    }
    this.fps = this.pace.fps(partly) ?? this.fps;
    const { fps } = this;
    if (fps === undefined) return;
    onProgress({ frame: this.frames - left, frames: this.frames, fps, secondsLeft: left / fps });
  }
}

/** The processes that want entries, with the time until which this is known. */
const COORDINATORS = `${QUEUE}:coordinators`;

/** Entries leave the queue when they end. Whether to try again is the coordinator's decision. */
const ENTRY: JobsOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1 };

function newEntry(id: string): Entry {
  const takers: Entry['takers'] = new Map();
  const place = () => {
    const [[{ order }, { segment }]] = takers;
    return `segment ${segment + 1} of ${order.segments}`;
  };
  return { id, takers, queued: false, drawn: 0, taking: false, notBefore: 0, retries: new Retries(place) };
}

const isIdle = ({ taking }: Entry) => !taking;

const keysOf = ({ takers }: Entry): string[] => [
  ...new Set([...takers.values()].flatMap(({ keys }) => keys)),
];

const framesOf = ({ takers }: Entry): number =>
  Math.max(0, ...[...takers.values()].map(({ frames }) => frames));

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

/** Why no worker can render a film. Equal reasons are named once. */
function refusalOf(refusals: Map<string, string>): RefusedError {
  const byReason = new Map<string, string[]>();
  for (const [worker, reason] of refusals) byReason.set(reason, [...(byReason.get(reason) ?? []), worker]);
  const reasons = [...byReason].slice(0, 3).map(([reason, workers]) => {
    const names = workers.slice(0, 3);
    const more = workers.length > 3 ? ` and ${workers.length - 3} more` : '';
    return `${names.join(', ')}${more}: ${reason}`;
  });
  return new RefusedError(`No connected worker can render the film. ${reasons.join(' ')}`);
}
