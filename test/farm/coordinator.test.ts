/** The coordinator, with workers that follow a script: what it does if entries, files, plans or workers are lost. */
import { promises as fs, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Job as Entry, Queue, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openServer } from '../../src/farm/connection.js';
import { Coordinator } from '../../src/farm/coordinator.js';
import type { Delivery, Order, Wanted } from '../../src/farm/orders.js';
import { digestOf, planKey, QUEUE } from '../../src/farm/task.js';
import { FolderFiles } from '../../src/stores/folder.js';
import type { KeyedFiles } from '../../src/stores/index.js';
import { RedisFiles } from '../../src/stores/redis.js';
import { temporaryFolder } from '../cli/untrained.js';
import { hasServer, type RedisServer, startRedis } from './redis.js';

const folder = temporaryFolder();
const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

let redis: RedisServer;
let databases = 0;

beforeAll(async () => {
  if (hasServer) redis = await startRedis();
});

const keyOf = (name: string) => digestOf(name).slice(0, 40);

/** A queue of its own, a store, and what a test does with them. */
async function setting({ store = true }: { store?: boolean } = {}) {
  const number = databases++;
  const url = `${redis.url}/${number}`;
  const client = new Redis(url, { maxRetriesPerRequest: null });
  const queue = new Queue(QUEUE, { connection: client });
  closing.push(() => client.disconnect());
  const own = join(folder, `${number}`);
  const files = store ? await FolderFiles.open(join(own, 'store')) : undefined;
  await fs.mkdir(own, { recursive: true });
  const inRedis = new RedisFiles(client, { name: 'redis', explain: (error) => error as Error });
  const shared: KeyedFiles = files ?? inRedis;
  const notes: string[] = [];
  const coordinators: Coordinator[] = [];

  return {
    url,
    client,
    queue,
    files: shared,
    notes,
    store: join(own, 'store'),
    /** Puts the file of a segment into the store. */
    async put(key: string): Promise<void> {
      const path = join(own, `made-${key}-${Math.random()}`);
      writeFileSync(path, `bytes of ${key}`);
      await shared.put(key, path);
    },
    async coordinator(signal?: AbortSignal): Promise<Coordinator> {
      const server = await openServer(url);
      const made = await Coordinator.open(server, files, { signal, onNote: (note) => notes.push(note) });
      coordinators.push(made);
      closing.push(() => made.close());
      return made;
    },
    /** A film of segments with these names, of ten frames each, and where its files go. */
    film(names: string[], plan = names.join()): { order: Order; wanted: Wanted[]; taken: string[] } {
      const taken: string[] = [];
      const order: Order = {
        plan: digestOf(plan),
        text: async () => Buffer.from(plan),
        frames: 10 * names.length,
        segments: names.length,
        async take({ keys: [key] }, from) {
          const to = join(own, `taken-${key}-${Math.random()}`);
          if ((await from.take(key, to)) !== 'taken') return false;
          expect(readFileSync(to, 'utf8')).toBe(`bytes of ${key}`);
          taken.push(key);
          return true;
        },
      };
      const wanted = names.map((name, segment) => {
        const key = keyOf(name);
        return { id: key, segment, frames: 10, keys: [key] };
      });
      return { order, wanted, taken };
    },
    /** A worker that does what it is told with each entry. */
    worker(name: string, process: (entry: Entry, token?: string) => Promise<unknown>): Worker {
      const connection = new Redis(url, { maxRetriesPerRequest: null });
      const options = { stalledInterval: 300, lockDuration: 600, maxStalledCount: 0 };
      const worker = new Worker(QUEUE, process, { connection, name, ...options });
      worker.on('error', () => {});
      closing.push(async () => {
        await worker.close(true).catch(() => {});
        connection.disconnect();
      });
      return worker;
    },
  };
}

type Setting = Awaited<ReturnType<typeof setting>>;

/** An entry's error as workers write it. */
const failure = (kind: string, worker: string, message: string) =>
  new UnrecoverableError(JSON.stringify({ kind, worker, message }));

/** Makes segments, and counts how often each was made. */
function maker(at: Setting, name: string, made: Map<string, number> = new Map()) {
  at.worker(name, async ({ id }) => {
    made.set(id!, (made.get(id!) ?? 0) + 1);
    await at.put(id!);
    return { frames: 10, seconds: 0.1, worker: name };
  });
  return made;
}

/** Waits until the queue is empty: an entry that a worker has cannot be removed. */
const expectEmpty = ({ queue }: Setting) =>
  vi.waitFor(async () => {
    const counts = Object.values(await queue.getJobCounts());
    expect(counts.reduce((sum, count) => sum + count)).toBe(0);
  }, 10_000);

describe.skipIf(!hasServer).concurrent('the coordinator', () => {
  test('takes what the store has, and has the rest made once', async () => {
    const at = await setting();
    const { order, wanted, taken } = at.film(['a', 'b', 'c', 'a', 'd']);
    await at.put(keyOf('b'));
    const made = maker(at, 'one');
    maker(at, 'two', made);
    const coordinator = await at.coordinator();
    // The first and the fourth segment are the same.
    expect(await coordinator.order(order, wanted)).toEqual({ drawn: 30, workers: expect.any(Set) });
    expect(new Set(taken)).toEqual(new Set(['a', 'b', 'c', 'd'].map(keyOf)));
    expect(made).toEqual(new Map(['a', 'c', 'd'].map((name) => [keyOf(name), 1])));
    await expectEmpty(at);
  });

  test('lets two films share equal segments, in one process and in two', async () => {
    const at = await setting();
    const [one, two] = [await at.coordinator(), await at.coordinator()];
    const films = [at.film(['a', 'b'], '1'), at.film(['b', 'c'], '2'), at.film(['c', 'a'], '3')];
    const results = Promise.all([
      one.order(films[0].order, films[0].wanted),
      one.order(films[1].order, films[1].wanted),
      two.order(films[2].order, films[2].wanted),
    ]);
    await vi.waitFor(async () => expect(await at.queue.getWaitingCount()).toBe(3), { timeout: 10_000 });
    const made = maker(at, 'one');
    await results;
    expect([...made.values()]).toEqual([1, 1, 1]);
    for (const { taken } of films) expect(taken).toHaveLength(2);
  });

  test('queues again what the store lost, and what was damaged', async () => {
    const at = await setting();
    const tries = new Map<string, number>();
    at.worker('one', async ({ id }) => {
      const count = (tries.get(id!) ?? 0) + 1;
      tries.set(id!, count);
      await at.put(id!);
      const path = join(at.store, id!);
      if (count === 1 && id === keyOf('a')) for (const file of [path, `${path}.sha256`]) rmSync(file);
      if (count === 1 && id === keyOf('b')) writeFileSync(path, 'other');
      return { frames: 10, seconds: 0.1, worker: 'one' };
    });
    const { order, wanted, taken } = at.film(['a', 'b', 'c']);
    await (await at.coordinator()).order(order, wanted);
    expect([...tries]).toEqual([
      [keyOf('a'), 2],
      [keyOf('b'), 2],
      [keyOf('c'), 1],
    ]);
    expect(taken).toHaveLength(3);
  });

  test('ends a film whose store keeps losing a segment', async () => {
    const at = await setting();
    at.worker('one', async () => ({ frames: 10, seconds: 0.1, worker: 'one' }));
    const { order, wanted } = at.film(['a']);
    await expect((await at.coordinator()).order(order, wanted)).rejects.toMatchObject({
      name: 'TransientError',
      message: expect.stringContaining('has lost segment 1 of 1 5 times'),
    });
  });

  test('survives a server that loses everything, and plans that expire', async () => {
    const at = await setting();
    const { order, wanted } = at.film(['a', 'b', 'c']);
    const result = (await at.coordinator()).order(order, wanted);
    const queued = () => vi.waitFor(async () => expect(await at.queue.getWaitingCount()).toBe(3), 10_000);
    await queued();
    await at.client.flushdb();
    await queued();
    expect(await at.client.get(planKey(order.plan))).toBe('a,b,c');
    await at.client.del(planKey(order.plan));
    await vi.waitFor(async () => expect(await at.client.exists(planKey(order.plan))).toBe(1), 10_000);
    // The lists are lost, but not the entries that were in them.
    await at.client.del(at.queue.toKey('wait'), at.queue.toKey('marker'));
    const made = maker(at, 'one');
    await result;
    expect(made.size).toBe(3);
  });

  test("ends a film with a segment's own error, which several workers reported, and keeps the rest", async () => {
    const at = await setting();
    const workers: Worker[] = [];
    const fails = (name: string): Worker =>
      at.worker(name, async ({ id }) => {
        if (id === keyOf('b')) {
          // The other one gets it next.
          const [own, other] = workers[0].opts.name === name ? workers : [...workers].reverse();
          if (other.isPaused()) other.resume();
          await own.pause(true);
          throw failure('segment', name, 'Frame 12 divides by zero.');
        }
        await at.put(id!);
        return { frames: 10, seconds: 0.1, worker: name };
      });
    workers.push(fails('one'), fails('two'));
    const { order, wanted } = at.film(['a', 'b', 'c']);
    const coordinator = await at.coordinator();
    const error = await coordinator.order(order, wanted).catch((reason) => reason);
    expect(error).toMatchObject({ name: 'RenderError' });
    expect(error.message).toMatch(
      /^Frame 12 divides by zero\. \(segment 2 of 3: it failed \d times, on (one, two|two, one)\)$/,
    );
    expect(await at.files.among(['a', 'c'].map(keyOf))).toEqual(new Set(['a', 'c'].map(keyOf)));
    await expectEmpty(at);
    // Started again after a failure, it continues.
    rmSync(join(at.store, keyOf('c')));
    await at.put(keyOf('b'));
    const again = at.film(['a', 'b', 'c']);
    expect(await coordinator.order(again.order, again.wanted)).toMatchObject({ drawn: 10 });
  });

  test('tries again after failures that may pass, but not for ever', async () => {
    const at = await setting();
    let tries = 0;
    at.worker('one', async ({ id }) => {
      if (id === keyOf('b') || ++tries < 3) throw failure('transient', 'one', 'The disk is full.');
      await at.put(id!);
      return { frames: 10, seconds: 0.1, worker: 'one' };
    });
    const [passes, stays] = [at.film(['a']), at.film(['b'])];
    const coordinator = await at.coordinator();
    const failing = coordinator.order(stays.order, stays.wanted).catch((reason) => reason);
    expect(await coordinator.order(passes.order, passes.wanted)).toMatchObject({ drawn: 10 });
    expect(await failing).toMatchObject({
      name: 'TransientError',
      message: 'The disk is full. (segment 1 of 1: 4 tries)',
    });
  });

  test('refusals do not count while another worker renders, and end a film that all refuse', async () => {
    const at = await setting();
    const refuse = async ({ id }: Entry) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      throw failure('refused', 'other', `This worker has ffmpeg 4 instead of 7 for ${id!.slice(0, 1)}.`);
    };
    at.worker('other', refuse);
    const slow = at.worker('one', async ({ id }) => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      await at.put(id!);
      return { frames: 10, seconds: 0.2, worker: 'one' };
    });
    const { order, wanted } = at.film(['a', 'b', 'c', 'd', 'e']);
    const coordinator = await at.coordinator();
    expect(await coordinator.order(order, wanted)).toMatchObject({ drawn: 50 });
    await slow.close();
    const refused = at.film(['f', 'g']);
    await expect(coordinator.order(refused.order, refused.wanted)).rejects.toMatchObject({
      name: 'RefusedError',
      message: expect.stringMatching(/^No connected worker can render the film\. other: This worker has ffm/),
    });
    await expectEmpty(at);
  });

  test('a segment that ends its workers ends its film', async () => {
    const at = await setting();
    // This is what BullMQ says when an entry's workers have vanished too often.
    at.worker('one', async () => {
      throw new UnrecoverableError('job stalled more than allowable limit');
    });
    const { order, wanted } = at.film(['a']);
    await expect((await at.coordinator()).order(order, wanted)).rejects.toMatchObject({
      name: 'RenderError',
      message: expect.stringMatching(/^Segment 1 of 1 crashed its worker 3 times: check the workers' output/),
    });
  });

  test('a film that is stopped leaves only what others want', async () => {
    const at = await setting();
    const stop = new AbortController();
    const [one, two] = [await at.coordinator(stop.signal), await at.coordinator()];
    const [mine, theirs] = [at.film(['a', 'b', 'c'], '1'), at.film(['c', 'd'], '2')];
    const stopped = one.order(mine.order, mine.wanted).catch((reason) => reason);
    const other = two.order(theirs.order, theirs.wanted);
    await vi.waitFor(async () => expect(await at.queue.getWaitingCount()).toBe(4), { timeout: 10_000 });
    stop.abort(new Error('Stopped.'));
    expect(await stopped).toMatchObject({ message: 'Stopped.' });
    await one.close();
    const left = (await at.queue.getWaiting()).map(({ id }) => id);
    expect(new Set(left)).toEqual(new Set(['c', 'd'].map(keyOf)));
    maker(at, 'one');
    expect(await other).toMatchObject({ drawn: 20 });
    await two.close();
    expect((await at.client.keys(`${QUEUE}:*`)).filter((name) => !name.includes(':plan:'))).toEqual([]);
  });

  test('says that no worker is connected, and goes on waiting', async () => {
    const at = await setting();
    const { order, wanted } = at.film(['a']);
    const result: Promise<Delivery> = (await at.coordinator()).order(order, wanted);
    await vi.waitFor(() => expect(at.notes).toHaveLength(1), { timeout: 20_000 });
    expect(at.notes[0]).toBe(
      `No worker is connected to ${at.url}: start one with \`untrained work --queue ...\` and the same --store. Waiting for one.`,
    );
    maker(at, 'one');
    expect(await result).toMatchObject({ drawn: 10 });
    expect(at.notes).toHaveLength(1);
  });

  test('lets segments travel through Redis, each only as large as is allowed', async () => {
    const at = await setting({ store: false });
    const { order, wanted, taken } = at.film(['a', 'b']);
    maker(at, 'one');
    await (await at.coordinator()).order(order, wanted);
    expect(taken).toHaveLength(2);
    for (const name of await at.client.keys('untrained-file-1:*')) {
      const seconds = await at.client.ttl(name);
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(60); // both are taken
    }
    const large = join(folder, 'large');
    writeFileSync(large, '');
    await fs.truncate(large, 64 * 2 ** 20 + 1);
    await expect(at.files.put(keyOf('large'), large)).rejects.toMatchObject({
      name: 'RenderError',
      message: expect.stringMatching(
        /^A segment has 67.*: give the render and its workers the same --store\.$/,
      ),
    });
  });

  test('finds damage in Redis, and says if its memory is full', async () => {
    const at = await setting({ store: false });
    await at.put(keyOf('a'));
    await at.put(keyOf('b'));
    const to = join(folder, 'from-redis');
    const swapped = await at.client.hgetall(`untrained-file-1:${keyOf('a')}`);
    await at.client.hset(`untrained-file-1:${keyOf('b')}`, swapped);
    expect(await at.files.take(keyOf('b'), to)).toBe('damaged');
    expect(await at.files.take(keyOf('b'), to)).toBe('missing');
    await at.client.hset(`untrained-file-1:${keyOf('a')}`, 'bytes', 'bytes of');
    expect(await at.files.take(keyOf('a'), to)).toBe('damaged');

    const full = await startRedis();
    const client = new Redis(full.url);
    await client.config('SET', 'maxmemory', '1');
    const files = new RedisFiles(client, { name: 'redis://here', explain: (error) => error as Error });
    const from = join(folder, 'into-full');
    writeFileSync(from, 'bytes');
    await expect(files.put(keyOf('c'), from)).rejects.toMatchObject({
      name: 'TransientError',
      message: 'The queue redis://here has no memory left for segments: raise its maxmemory, or use --store.',
    });
    await files.close();
  });

  test('goes on when its server is back', async () => {
    const own = await startRedis();
    const notes: string[] = [];
    const server = await openServer(own.url);
    const store = await FolderFiles.open(join(folder, 'restarted'));
    const coordinator = await Coordinator.open(server, store, { onNote: (note) => notes.push(note) });
    closing.push(() => coordinator.close());
    const key = keyOf('a');
    const order: Order = {
      plan: digestOf('plan'),
      text: async () => Buffer.from('plan'),
      frames: 10,
      segments: 1,
      take: async (_, files) => (await files.take(key, join(folder, 'restarted-a'))) === 'taken',
    };
    const result = coordinator.order(order, [{ id: key, segment: 0, frames: 10, keys: [key] }]);
    const client = new Redis(own.url);
    await vi.waitFor(async () => expect(await client.llen(`bull:${QUEUE}:wait`)).toBe(1), 10_000);
    client.disconnect();
    await own.stop();
    await vi.waitFor(() => expect(notes).toHaveLength(1), { timeout: 20_000 });
    expect(notes[0]).toMatch(/^The queue redis:\/\/127\.0\.0\.1:\d+ cannot be reached .* Waiting for it\.$/);
    await startRedis({ port: own.port });
    const from = join(folder, 'restarted-from');
    writeFileSync(from, 'bytes');
    await store.put(key, from);
    expect(await result).toMatchObject({ drawn: 10 });
  });
});
