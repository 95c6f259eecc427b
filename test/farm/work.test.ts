/** Workers: what they take from a queue, what they refuse, and how they end. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Job as Entry, Queue, QueueEvents } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { storePlan } from '../../dist/farm/stored-plans.js';
import { digestOf, entryOf, QUEUE, taskSchema } from '../../dist/farm/task.js';
import { sweep, tween } from '../../dist/index.js';
import { writePlan } from '../../dist/jobs/plan-file.js';
import { FolderStore, type Job, plan, segment, Workshop } from '../../dist/render.js';
import { jsonLines, type ProcessOutcome, temporaryFolder, untrained } from '../cli/untrained.js';
import { hasRedis, hasServer, startRedis, testRedis } from './redis.js';

const folder = temporaryFolder();
const workshop = new Workshop();
/** Concurrent tests have no ends of their own. */
const closing = [() => workshop.close()];
afterAll(async () => {
  for (const close of closing) await close();
});

/** A film of three segments, with another seed for each test, so that no two have the same segments. */
async function film(seed: number): Promise<Job> {
  const growing = sweep({ seconds: 6, size: [32, 24], fps: 10, network: { seed, layers: tween(1, 8) } });
  const request = { source: { kind: 'sweep', sweep: growing } as const, outputs: [{ path: 'film.mp4' }] };
  return plan(request, workshop, { backend: 'cpu', threads: 1 });
}

/** Waits for a value. Unlike expect.poll, it can be used in concurrent tests. */
async function waitFor<T>(find: () => T | undefined): Promise<T> {
  return vi.waitFor(() => find() || expect.fail('There is none yet.'), { timeout: 60_000, interval: 50 });
}

type Event = { type: string } & Record<string, unknown>;

interface Running {
  pid: number;
  events: Event[];
  /** Waits for an event. @param more - How many of them. */
  until(type: string, more?: number): Promise<Event>;
  kill(signal: NodeJS.Signals): void;
  ended: Promise<ProcessOutcome>;
}

/** Starts a worker, which is killed after the test. */
function startWorker(url: string, args: string[], env: Record<string, string> = {}): Running {
  const events: Event[] = [];
  let handle!: { pid: number | undefined; kill(signal: NodeJS.Signals): void };
  const ended = untrained(['work', '--queue', url, '--threads', '1', '--json', ...args], {
    env,
    started: (child) => (handle = child),
    watch: jsonLines((event: Event) => events.push(event)),
  });
  closing.push(async () => {
    handle.kill('SIGCONT');
    handle.kill('SIGKILL');
  });
  return {
    pid: handle.pid!,
    events,
    async until(type, count = 1) {
      return waitFor(() => events.filter((event) => event.type === type)[count - 1]);
    },
    kill: (signal) => handle.kill(signal),
    ended,
  };
}

/** The process that draws for a worker. */
async function drawerOf({ pid }: Running): Promise<number> {
  const find = () => {
    try {
      return Number(
        execFileSync('pgrep', ['-P', `${pid}`], { encoding: 'utf8' })
          .trim()
          .split('\n')[0],
      );
    } catch {
      return 0; // it is just being replaced
    }
  };
  return waitFor(find);
}

/** What a coordinator does with a queue. */
async function openQueue(url: string) {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  const queue = new Queue(QUEUE, { connection: redis });
  const listening = new QueueEvents(QUEUE, { connection: new Redis(url, { maxRetriesPerRequest: null }) });
  const failures: { kind: string; message: string; worker: string }[] = [];
  const results: { frames: number; seconds: number; worker: string }[] = [];
  listening.on('failed', ({ failedReason }) => failures.push(JSON.parse(failedReason)));
  listening.on('completed', ({ returnvalue }) => results.push(returnvalue as never));
  redis.on('error', () => {});
  queue.on('error', () => {});
  listening.on('error', () => {});
  await listening.waitUntilReady();
  closing.push(async () => {
    await listening.close();
    await queue.close();
    redis.disconnect();
  });
  return {
    redis,
    queue,
    failures,
    results,
    /** Queues segments of a film, with changes to their tasks. */
    async add(job: Job, store: string, segments = [...job.segments.keys()], changes = {}): Promise<Entry[]> {
      const digest = await storePlan(redis as never, writePlan({ jobs: [job] }));
      return Promise.all(
        segments.map((i) =>
          queue.add(
            'segment',
            { plan: digest, job: 0, segment: i, store: digestOf(store), ...changes },
            { jobId: entryOf(job.segments[i].parts) },
          ),
        ),
      );
    },
  };
}

const keysIn = (store: string) =>
  existsSync(store) ? readdirSync(store).filter((name) => /^[0-9a-f]{40}$/.test(name)) : [];
const keyOf = (job: Job, i: number) => job.segments[i].parts[0].keys[0];

describe.skipIf(!hasRedis)(hasRedis ? 'a worker' : 'a worker (SKIPPED: there is no redis-server)', () => {
  test.concurrent('makes the segments that a single machine makes, and finishes its segment at SIGTERM', async () => {
    const password = 'never/shown';
    const own = hasServer ? await startRedis({ password }) : undefined;
    const url = own?.url ?? (await testRedis(1));
    const [store, alone] = ['store-a', 'alone-a'].map((name) => join(folder, name));
    const job = await film(1);
    const { add, queue, results } = await openQueue(url);
    await add(job, store);
    const worker = startWorker(url, ['--store', store, '--timeout', '600'], { DEBUG: '1' });
    await worker.until('started', 2);
    worker.kill('SIGTERM');
    const { code, stdout, stderr } = await worker.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout + stderr).not.toMatch(/never/);
    const types = worker.events.map(({ type }) => type);
    expect(types).toEqual(['ready', 'started', 'made', 'started', 'draining', 'made', 'stopped']);
    expect(worker.events.at(-1)).toMatchObject({ segments: 2, frames: 50 });
    expect(await queue.getWaitingCount()).toBe(1);
    expect(await queue.getActiveCount()).toBe(0);
    expect(results.map(({ frames }) => frames)).toEqual([25, 25]);
    expect(results[0].worker).toBe(worker.events[0].worker);
    expect(keysIn(store)).toEqual([0, 1].map((i) => keyOf(job, i)).sort());

    const here = new FolderStore(job, alone, {}, await workshop.ffmpeg({}));
    for (const i of [0, 1]) await segment(job, i, here, workshop);
    for (const key of keysIn(store))
      expect(readFileSync(join(store, key)).equals(readFileSync(join(alone, key)))).toBe(true);
    expect(readdirSync(store).filter((name) => name.startsWith('unfinished'))).toEqual([]);
  });

  test.concurrent('refuses other stores and forged plans, and takes itself out of service', async () => {
    const url = await testRedis(2);
    const store = join(folder, 'store-b');
    const job = await film(2);
    const { add, redis, failures } = await openQueue(url);
    const forged = digestOf('another plan');
    await add(job, join(folder, 'elsewhere'), [0]);
    const plain = await redis.getBuffer(`${QUEUE}:plan:${digestOf(writePlan({ jobs: [job] }))}`);
    await redis.set(`${QUEUE}:plan:${forged}`, plain!);
    await add(job, store, [1], { plan: forged });
    await add(job, store, [2], { segment: 1 }); // another than the id says
    await add(await film(20), store, [1], { segment: 0 });
    const worker = startWorker(url, ['--store', store]);
    const { code, stderr } = await worker.ended;
    const refused = worker.events.filter(({ type }) => type === 'failed');
    expect(refused.map(({ reason }) => reason)).toEqual(Array(4).fill('refused'));
    expect(refused.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Segment 1 of film \w{6} belongs in another store than .*store-b: start /),
      expect.stringMatching(/^The plan of film \w{6} is not the one that was queued/),
      ...Array(2).fill(expect.stringMatching(/^A queue entry names a segment that its plan does not have/)),
    ]);
    expect(failures.map(({ message }) => message)).toEqual(refused.map(({ message }) => message));
    expect(failures.every(({ kind }) => kind === 'refused')).toBe(true);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^untrained: This worker takes itself out of service because 3 segments failed in a row\. The last one: A queue entry .*\n$/,
    );
    expect(keysIn(store)).toEqual([]);
  });

  test.concurrent('survives entries that it cannot read, and refuses another ffmpeg', async () => {
    const url = await testRedis(3);
    const store = join(folder, 'store-c');
    const [job, unread] = await Promise.all([film(3), film(30)]);
    const { add, redis, failures } = await openQueue(url);
    const [entry] = await add(unread, store, [0]);
    await redis.hset(`bull:${QUEUE}:${entry.id}`, 'data', '{"plan":');
    await add(job, store, [0]);
    const other = join(folder, 'other-ffmpeg');
    writeFileSync(
      other,
      `#!/bin/sh\nif [ "$1" = -version ]; then echo "ffmpeg version 1.2.3"; else exit 1; fi\n`,
    );
    chmodSync(other, 0o755);
    const worker = startWorker(url, ['--store', store, '--ffmpeg', other]);
    const { message } = await worker.until('failed');
    expect(message).toMatch(/ffmpeg.*1\.2\.3/);
    expect((await worker.until('warning')).message).toMatch(/JSON/);
    expect(await waitFor(() => failures[0])).toMatchObject({ kind: 'refused', message });
    worker.kill('SIGINT');
    expect((await worker.ended).code).toBe(0);
    expect(keysIn(store)).toEqual([]);
  });

  test.concurrent('loses only the segment of a process that hangs or is killed', async () => {
    const url = await testRedis(4);
    const store = join(folder, 'store-d');
    const job = await film(4);
    const { add, failures } = await openQueue(url);
    const worker = startWorker(url, ['--store', store, '--timeout', '3']);
    await worker.until('ready');
    const stopped = await drawerOf(worker);
    process.kill(stopped, 'SIGSTOP');
    await add(job, store, [0]);
    expect((await worker.until('failed')).message).toMatch(
      /^Segment 1 of film \w{6} made no progress for 3 s, so its process was ended/,
    );
    await add(job, store, [1]);
    await worker.until('started', 2);
    process.kill(await drawerOf(worker), 'SIGKILL');
    expect((await worker.until('failed', 2)).message).toMatch(
      /^Segment 2 of film \w{6} was not rendered: its process was killed \(SIGKILL\), possibly because memory ran out/,
    );
    expect(failures.map(({ kind }) => kind)).toEqual(['transient', 'transient']);
    await add(job, store, [0]);
    await worker.until('made');
    worker.kill('SIGTERM');
    expect((await worker.ended).code).toBe(0);
    expect(keysIn(store)).toEqual([keyOf(job, 0)]);
    expect(() => process.kill(stopped, 0)).toThrow('ESRCH');
  });

  test.concurrent('notices that a segment was given to another worker while it was stopped', async () => {
    const url = await testRedis(5);
    const store = join(folder, 'store-e');
    const job = await film(5);
    const { add, results } = await openQueue(url);
    const first = startWorker(url, ['--store', store]);
    await first.until('ready');
    process.kill(await drawerOf(first), 'SIGSTOP'); // the segment is in progress for as long as it takes
    await add(job, store, [0]);
    await first.until('started');
    first.kill('SIGSTOP');
    const second = startWorker(url, ['--store', store]);
    await second.until('made');
    first.kill('SIGCONT');
    expect((await first.until('dropped')).message).toMatch(
      /^Segment 1 of film \w{6} was given to another worker/,
    );
    for (const worker of [first, second]) worker.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
    expect((await second.ended).code).toBe(0);
    expect(results.map(({ worker }) => worker)).toEqual([second.events[0].worker]);
    expect(first.events.map(({ type }) => type)).not.toContain('failed');
  });
});

test('tasks hold digests and numbers only', () => {
  const digest = 'a'.repeat(64);
  const task = { plan: digest, job: 0, segment: 5, store: digest };
  expect(taskSchema.safeParse(task).success).toBe(true);
  for (const change of [
    { plan: '/etc/passwd' },
    { plan: `${digest}\n` },
    { store: 's3://bucket' },
    { job: 1e300 },
    { segment: -1 },
    { segment: 0.5 },
    { segment: '5' },
    { ffmpeg: '-i' },
    { allowHosts: ['example.com'] },
  ])
    expect(taskSchema.safeParse({ ...task, ...change }).success, JSON.stringify(change)).toBe(false);
});

describe('work', () => {
  test('needs a queue', async () => {
    const { code, stderr } = await untrained(['work']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'untrained: work needs a queue to take segments from: add --queue, such as --queue redis://127.0.0.1:6379.\n',
    });
  });

  test.each([
    [
      'redis://:never@127.0.0.1:1',
      75,
      /^untrained: The queue redis:\/\/127\.0\.0\.1:1 cannot be reached \(ECONN/,
    ],
    [
      'redis://:never%zz@127.0.0.1',
      2,
      /^untrained: --queue is "redis:\/\/\*\*\*@127\.0\.0\.1" but must be the URL/,
    ],
    ['https://me:never@example.com', 2, /^untrained: --queue is "https:\/\/\*\*\*@example\.com" but must be/],
  ])('reveals no password: %s', async (url, code, message) => {
    const outcome = await untrained(['work', '--queue', url, '--json'], { env: { DEBUG: '1' } });
    expect(outcome.stdout + outcome.stderr).not.toMatch(/never/);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.code).toBe(code);
  });
});
