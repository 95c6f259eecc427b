/**
 * A process that draws segments for a worker, so that drawing never delays the worker's heartbeat, and so that running
 * out of memory ends only this process. It has the queue's URL from its worker, not from its arguments, which other
 * users could list.
 */
import { rm } from 'node:fs/promises';
import type { Redis } from 'ioredis';
import { exitCodeOf, RefusedError, RenderError, TransientError } from '../core/errors.js';
import { checkForWorker } from '../jobs/check-for-worker.js';
import type { Job } from '../jobs/job.js';
import { readPlan } from '../jobs/plan-file.js';
import { segment } from '../jobs/segment.js';
import { SharedStore } from '../jobs/store.js';
import { Workshop } from '../jobs/workshop.js';
import { type KeyedFiles, openStore } from '../stores/index.js';
import { canSeeWork, ownWork } from '../system/patience.js';
import { openServer, type QueueServer } from './connection.js';
import type { FromDrawer, Order, Setup, ToDrawer } from './drawing-protocol.js';
import { fetchPlan } from './stored-plans.js';
import { entryOf, type Failure, oneLine } from './task.js';

/** How many plans are kept, each as checked jobs. */
const MOST_PLANS = 4;

/** How often frames are reported, in milliseconds. */
const REPORT_MS = 200;

/** How long to tidy up once the worker has gone, in milliseconds. */
const TIDY_MS = 10_000;

interface Plan {
  jobs: Job[];
  strict?: boolean | undefined;
}

/** Makes segments with one set of renderers, browsers and connections. */
class Drawer {
  private readonly workshop = new Workshop();
  private readonly plans = new Map<string, Plan>();
  private server: Promise<QueueServer> | undefined;
  private redis: Redis | undefined;
  private files: Promise<KeyedFiles> | undefined;
  private last: Job | undefined;

  constructor(
    private readonly setup: Setup,
    private readonly scratch: string,
  ) {}

  /** Makes a segment, unless the store has it. @returns The number of frames that were drawn. */
  async make({ task, entry }: Order, signal: AbortSignal): Promise<number> {
    const { jobs, strict } = await this.plan(task.plan);
    const job = jobs[task.job];
    const parts = job?.segments[task.segment]?.parts ?? [];
    if (parts.length === 0 || entryOf(parts) !== entry) {
      throw new RefusedError(
        'A queue entry names a segment that its plan does not have: start the render again.',
      );
    }
    if (this.last && this.last !== job) await this.workshop.finish(this.last); // its renderer serves the next film
    this.last = job;
    const { timeout, ffmpeg, browser, threads, concurrency } = this.setup;
    const means = {
      timeout,
      ffmpeg,
      browser,
      concurrency,
      threads: job.pins.backend === 'cpu' ? threads : undefined,
    };
    const program = job.pins.ffmpeg === undefined ? undefined : await this.workshop.ffmpeg(means);
    const store = new SharedStore(job, await this.openFiles(), means, program, this.scratch);
    let frames = 0;
    let reported = performance.now();
    await segment(job, task.segment, store, this.workshop, {
      ...means,
      signal,
      onFrame() {
        frames++;
        const now = performance.now();
        if (now - reported < REPORT_MS) return;
        reported = now;
        send({ kind: 'drawn', frames });
      },
      onWarning(message) {
        if (strict) throw new RenderError(`${message} (With --strict, warnings are errors.)`);
        send({ kind: 'warning', message: oneLine(message) });
      },
    });
    return frames;
  }

  async close(): Promise<void> {
    this.redis?.disconnect();
    try {
      await this.workshop.close();
      await (await this.files)?.close();
    } finally {
      await rm(this.scratch, { recursive: true, force: true, maxRetries: 3 }); // the worker may have been killed
    }
  }

  /** The jobs of a plan, checked. */
  private async plan(digest: string): Promise<Plan> {
    const known = this.plans.get(digest);
    if (known) return known;
    const { jobs, strict } = readPlan(await this.fetch(digest));
    const { allowHosts } = this.setup;
    const plan = { jobs: jobs.map((job) => checkForWorker(job, { allowHosts })), strict };
    for (const oldest of [...this.plans.keys()].slice(0, -MOST_PLANS + 1)) this.plans.delete(oldest);
    this.plans.set(digest, plan);
    return plan;
  }

  private async fetch(digest: string): Promise<string> {
    const redis = await this.connection();
    try {
      return await fetchPlan(redis, digest);
    } catch (error) {
      throw error instanceof RenderError ? error : (await this.server!).explain(error);
    }
  }

  private async connection(): Promise<Redis> {
    this.server ??= openServer(this.setup.queue);
    this.server.catch(() => (this.server = undefined));
    const { connect } = await this.server;
    this.redis ??= connect().on('error', () => {}); // the worker says so
    return this.redis;
  }

  private async openFiles(): Promise<KeyedFiles> {
    const { store } = this.setup;
    this.files ??= store === undefined ? this.redisFiles() : openStore(store);
    this.files.catch(() => (this.files = undefined));
    return this.files;
  }

  private async redisFiles(): Promise<KeyedFiles> {
    const { RedisFiles } = await import('../stores/redis.js');
    const redis = await this.connection();
    return new RedisFiles(redis, await this.server!);
  }
}

function send(message: FromDrawer): void {
  if (process.connected) process.send!(message, () => {}); // it may just have ended
}

let drawer: Drawer | undefined;
let current: AbortController | undefined;

async function make(order: Order): Promise<void> {
  current = new AbortController();
  const { signal } = current;
  try {
    const frames = await drawer!.make(order, signal);
    send({ kind: 'made', frames });
  } catch (error) {
    const [why, message] = signal.aborted ? (['transient', 'It was dropped.'] as const) : meaning(error);
    send({ kind: 'failed', why, message: oneLine(message) });
  } finally {
    current = undefined;
  }
}

function meaning(error: unknown): [why: Failure['kind'], message: string] {
  const { message = String(error) } = error as Error;
  if (error instanceof TransientError) return ['transient', message];
  // A usage error is the plan's, since the worker has checked its own options.
  return [exitCodeOf(error) === 1 ? 'segment' : 'refused', message];
}

/** Ends this process, whose temporary files are removed first. */
async function end(): Promise<void> {
  setTimeout(() => process.exit(), TIDY_MS).unref(); // a disk may not respond
  current?.abort(new Error('The worker has ended.'));
  await drawer?.close().catch(() => {});
  process.exit();
}

process.on('message', (message: ToDrawer) => {
  if (message.kind === 'setup') drawer = new Drawer(message.setup, message.scratch);
  else if (message.kind === 'make') void make(message.order);
  else if (message.kind === 'drop') current?.abort(new Error('It was dropped.'));
  else void end();
});
process.once('disconnect', () => void end()); // the worker was killed
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {}); // the worker decides

if (!canSeeWork) {
  const works = ownWork(); // the worker cannot look itself
  setInterval(async () => (await works()) && send({ kind: 'alive' }), 1000);
}
