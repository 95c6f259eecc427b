/**
 * Measures films made by several processes: how much faster two workers are than one, what planning, storing and
 * joining cost, and how many segments a coordinator can queue. Also prints what bounds a farm of many workers.
 *
 * Needs redis-server for workers, and taskset to give each of them a core of its own. Says which is missing.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { built } from './built.js';
import { record } from './history.js';
import { sized, table } from './table.js';

const MAIN = resolve('dist/cli/main.js');

/** A minute of a scene, without supersampling so that it takes a minute or two. */
const MINUTE = ['weight-scale', '--seconds', '60', '--supersample', '1', '--backend', 'cpu'];

/** A film of many segments, all different, which take almost no time to draw. */
const MANY_SEGMENTS = 300;
const CHEAP = [
  'weight-scale',
  '--set',
  'weightScale=0.4..0.8',
  '--pace',
  'tracks',
  '--size',
  '16x16',
  '--supersample',
  '1',
];
const MANY = [...CHEAP, '--backend', 'cpu', '--seconds', String(2 * MANY_SEGMENTS)];

/** Films of 1000 segments each, whose frames are cheap to describe. */
const LONG = {
  scene: 'weight-scale',
  size: '16x16',
  supersample: 1,
  fps: 25,
  seconds: 2000,
  pace: 'tracks',
  set: 'weightScale=0.4..0.8',
};

/** What a farm of many workers costs, per segment. */
interface Costs {
  workerSeconds: number;
  bytes: number;
  /** Of the plan. */
  planBytes: number;
  joinSeconds: number;
  redisSeconds: number;
  redisCommands: number;
}

/** Prints all three measurements, and what they add up to for 1000 workers. */
export async function benchFarm(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'untrained-bench-'));
  const redis = await startRedis(folder);
  try {
    const costs: Partial<Costs> = await benchSteps(folder);
    if (!redis) {
      console.log('\n  Workers and queues were skipped: redis-server was not found.');
      return;
    }
    Object.assign(costs, await benchWorkers(folder, redis));
    await benchThousands(folder, redis);
    printBounds(costs as Costs);
  } finally {
    await redis?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Compares a film's planning, storing and joining with the time that it takes alone. */
async function benchSteps(folder: string): Promise<Partial<Costs>> {
  const at = (name: string) => join(folder, name);
  const alone = await run(['render', ...MINUTE, '--out', at('alone.mp4'), '--quiet']);
  const plan = await run(['plan', ...MINUTE, '--out', at('film.mp4'), '--plan', at('plan.json'), '--quiet']);
  const shard = await run(['render', '--plan', at('plan.json'), '--store', at('segments'), '--quiet']);
  const { openStore } = await built.stores();
  const keys = await segmentsIn(at('segments'));
  const began = performance.now();
  const other = await openStore(at('other'));
  for (const key of keys) await other.put(key, join(at('segments'), key));
  await other.close();
  const store = (performance.now() - began) / 1000;
  const joined = await run(['join', at('plan.json'), '--store', at('segments'), '--quiet']);
  await expectEqual(at('alone.mp4'), at('film.mp4'));

  const share = (seconds: number) => `${((100 * seconds) / alone.seconds).toFixed(1)}%`;
  const steps = [
    ['render alone', alone.seconds],
    ['plan', plan.seconds],
    ['render --plan --store', shard.seconds],
    [`put ${keys.length} segments into a store`, store],
    ['join', joined.seconds],
  ] as const;
  for (const [name, seconds] of steps) record('farm', name, [seconds], { unit: 's' });
  const together = plan.seconds + store + joined.seconds;
  const overhead = { unit: '% of render', expected: 5 };
  record('farm', 'plan, store and join together', [(100 * together) / alone.seconds], overhead);
  const rows = [...steps, ['plan, store and join together (at most 5%)', together] as const].map(
    ([name, seconds]) => [name, seconds.toFixed(2), share(seconds)],
  );
  console.log('\nA film of a minute: weight-scale without supersampling, as MP4. The files are equal.');
  console.log(table([['', 'seconds', 'of render'], ...rows]));
  return {
    bytes: (await bytesIn(at('segments'))) / keys.length,
    planBytes: (await stat(at('plan.json'))).size / keys.length,
    joinSeconds: joined.seconds / keys.length,
  };
}

/** Renders one film with one and with two workers, each with one thread on a core of its own. */
async function benchWorkers(folder: string, redis: PrivateRedis): Promise<Partial<Costs>> {
  const cores = await ownCores();
  const canPin = spawnSync('taskset', ['--version']).status === 0;
  if (!canPin) console.log('\n  Workers are not pinned to cores: taskset was not found.');
  if (cores.length < 2) console.log('\n  Two workers cannot be twice as fast: there is only one core.');
  const seconds: number[] = [];
  let workerSeconds = 0;
  let costs: Partial<Costs> = {};
  for (const count of [1, 2]) {
    const store = join(folder, `store-${count}`);
    const workers: ChildProcess[] = [];
    try {
      for (const core of cores.slice(0, count)) {
        const work = ['work', '--queue', redis.url, '--store', store, '--threads', '1', '--json'];
        const worker = start(work, canPin ? core : undefined);
        workers.push(worker);
        await once(createInterface(worker.stdout!), 'line'); // it is connected
      }
      const through = ['--queue', redis.url, '--store', store, '--quiet'];
      const film = await run([
        'render',
        ...MINUTE,
        ...through,
        '--out',
        join(folder, `workers-${count}.mp4`),
      ]);
      seconds.push(film.seconds);
      workerSeconds = (count * film.seconds) / (await segmentsIn(store)).length;
      if (count === 1) continue;
      // What a segment costs Redis and the coordinator, in a film of many cheap ones.
      const before = await redis.figures();
      await run(['render', ...MANY, ...through, '--out', join(folder, 'many.mp4')]);
      const after = await redis.figures();
      costs = {
        redisSeconds: (after.seconds - before.seconds) / MANY_SEGMENTS,
        redisCommands: (after.commands - before.commands) / MANY_SEGMENTS,
      };
    } finally {
      await Promise.all(workers.map(end));
    }
  }
  await expectEqual(join(folder, 'workers-1.mp4'), join(folder, 'workers-2.mp4'));
  const [one, two] = seconds;
  record('farm', '1 worker', [one], { unit: 's' });
  record('farm', '2 workers', [two], { unit: 's' });
  record('farm', '2 workers, relative to 1', [one / two], { unit: 'x', more: true, expected: 1.9 });
  console.log(
    `\nIt again, through a queue: workers with one thread${canPin ? ', each on its own core' : ''}. The files are equal.`,
  );
  console.log(
    table([
      ['', 'seconds', 'ratio'],
      ['1 worker', one.toFixed(2), ''],
      ['2 workers (at least 1.9)', two.toFixed(2), (one / two).toFixed(2)],
    ]),
  );
  return { ...costs, workerSeconds };
}

/** Plans and queues many segments, without workers. */
async function benchThousands(folder: string, redis: PrivateRedis): Promise<void> {
  const { QUEUE } = await built.task();
  const rows: string[][] = [];
  for (const films of [1, 10]) {
    const file = join(folder, `rows-${films}.json`);
    const list = Array.from({ length: films }, (_, i) => ({
      ...LONG,
      seed: i + 1,
      out: join(folder, `${i}.mp4`),
    }));
    await writeFile(file, JSON.stringify(list));
    const began = performance.now();
    const batch = start(['batch', file, '--queue', redis.url, '--store', join(folder, 'empty'), '--quiet']);
    const memory = peakOf(batch);
    const ended = once(batch, 'close');
    let queued = 0;
    while (queued < 1000 * films && batch.exitCode === null) {
      await sleep(20);
      queued = await redis.waiting(QUEUE);
    }
    const seconds = (performance.now() - began) / 1000;
    const server = await redis.figures();
    const peak = memory();
    batch.kill('SIGKILL');
    await ended;
    if (queued < 1000 * films) throw new Error(`Only ${queued} segments were queued.`);
    const name = `${queued} segments, ${films} of an hour`;
    record('farm', `${name}: planned and queued`, [seconds], { unit: 's' });
    record('farm', `${name}: peak memory`, [peak / 1e6], { unit: 'MB' });
    record('farm', `${name}: Redis's memory`, [server.bytes / 1e6], { unit: 'MB' });
    rows.push([name, seconds.toFixed(2), sized(peak), sized(server.bytes)]);
    await redis.clear();
  }
  console.log('\nPlanned and queued');
  console.log(table([['', 'seconds', 'peak memory', "Redis's memory"], ...rows]));
}

/** Prints how much of each resource 1000 workers of the measured speed need. */
function printBounds(costs: Costs): void {
  const rate = 1000 / costs.workerSeconds;
  const { bytes, planBytes, joinSeconds, redisSeconds, redisCommands } = costs;
  record('farm', 'a segment: size', [bytes], { unit: 'bytes' });
  record('farm', 'a segment: size in the plan', [planBytes], { unit: 'bytes' });
  record('farm', 'a segment: commands to Redis', [redisCommands], { unit: 'commands' });
  record('farm', "a segment: time of Redis's one thread", [1000 * redisSeconds]);
  record('farm', 'a segment: time to join', [1000 * joinSeconds]);
  console.log(`\n1000 such workers, with a thread each, would finish ${rate.toFixed(0)} segments a second`);
  console.log(
    table([
      ['', 'a segment', 'a second'],
      ['bytes written to the store', sized(bytes), sized(bytes * rate)],
      ['bytes of the plan', sized(planBytes), ''],
      ['commands to Redis', redisCommands.toFixed(0), (redisCommands * rate).toFixed(0)],
      [
        "time of Redis's one thread",
        `${(1000 * redisSeconds).toFixed(2)} ms`,
        `${(100 * redisSeconds * rate).toFixed(0)}%`,
      ],
      ['time to join', `${(1000 * joinSeconds).toFixed(1)} ms`, `${(100 * joinSeconds * rate).toFixed(0)}%`],
    ]),
  );
}

/** Starts the command, on a core if one is given. Its standard error is ours. */
function start(args: string[], core?: number): ChildProcess {
  const pinned = core === undefined ? [] : ['taskset', '--cpu-list', String(core)];
  const [program, ...rest] = [...pinned, process.execPath, MAIN, ...args];
  const env = { ...process.env, UNTRAINED_CACHE: 'off' };
  return spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Runs the command. @throws Error if it fails. */
async function run(args: string[]): Promise<{ seconds: number }> {
  const began = performance.now();
  const child = start(args);
  child.stdout!.resume();
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`untrained ${args.join(' ')} ended with ${code}.`);
  return { seconds: (performance.now() - began) / 1000 };
}

/** Lets a worker finish, or kills it after ten seconds. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  child.kill('SIGTERM');
  child.stdout!.resume();
  await ended;
  clearTimeout(timer);
}

/** Follows the peak of a process's memory, in bytes (Linux only). Returns a function that stops, and tells it. */
function peakOf({ pid }: ChildProcess): () => number {
  let peak = Number.NaN;
  const look = async () => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(status) ?? [];
    if (kilobytes) peak = 1024 * Number(kilobytes);
  };
  const timer = setInterval(() => void look(), 50);
  return () => {
    clearInterval(timer);
    return peak;
  };
}

/** The cores that this process may use. */
async function ownCores(): Promise<number[]> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const [, list = '0-1'] = /^Cpus_allowed_list:\s+(\S+)/m.exec(status) ?? [];
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** The names of a folder's segments. */
const segmentsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => /^[0-9a-f]{40}$/.test(name));

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function expectEqual(a: string, b: string): Promise<void> {
  if (!(await readFile(a)).equals(await readFile(b))) throw new Error(`${a} and ${b} differ.`);
}

/** A Redis server of our own, in memory only. */
interface PrivateRedis {
  url: string;
  /** The number of queued entries. */
  waiting(queue: string): Promise<number>;
  /** Processor time, commands and memory so far. */
  figures(): Promise<{ seconds: number; commands: number; bytes: number }>;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server on a free port of this machine. Undefined if there is no redis-server. */
async function startRedis(folder: string): Promise<PrivateRedis | undefined> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  await new Promise((done) => listener.close(done));
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--dir', folder];
  const server = spawn('redis-server', settings, { stdio: 'ignore' });
  if (
    await once(server, 'spawn').then(
      () => false,
      () => true,
    )
  )
    return undefined;
  const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null });
  client.on('error', () => {}); // until it has started
  const field = (info: string, name: string) => Number(new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]);
  return {
    url: `redis://127.0.0.1:${port}`,
    async waiting(queue) {
      const lists = await Promise.all(['wait', 'paused'].map((list) => client.llen(`bull:${queue}:${list}`)));
      const prioritised = await client.zcard(`bull:${queue}:prioritized`);
      return lists.reduce((sum, length) => sum + length, prioritised);
    },
    async figures() {
      const info = await client.info();
      const seconds = field(info, 'used_cpu_user') + field(info, 'used_cpu_sys');
      return {
        seconds,
        commands: field(info, 'total_commands_processed'),
        bytes: field(info, 'used_memory'),
      };
    },
    clear: async () => void (await client.flushall()),
    async stop() {
      client.disconnect();
      const ended = once(server, 'close');
      server.kill('SIGTERM');
      await ended;
    },
  };
}
