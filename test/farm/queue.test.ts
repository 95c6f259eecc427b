/** Films that workers render: each must equal the one of a single machine, whatever dies or is damaged meanwhile. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import seedrandom from 'seedrandom';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { QUEUE } from '../../src/farm/task.js';
import { read } from '../cli/kills.js';
import {
  type Child,
  inProcess,
  jsonLines,
  type ProcessOutcome,
  temporaryFolder,
  untrained,
} from '../cli/untrained.js';
import { seed } from '../seed.js';
import { hasServer, type RedisServer, startRedis } from './redis.js';

const folder = temporaryFolder();
const children = new Set<Child>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

let redis: RedisServer;
let databases = 0;
beforeAll(async () => {
  if (hasServer) redis = await startRedis();
});

/** Four segments, of 25 frames each. */
const FRAMES = 100;
const film = (number: number) => [
  ...['weight-scale', '--pace', 'tracks', '--seed', `${number}`, '--size', '32x24', '--seconds', '10'],
  ...['--fps', '10', '--backend', 'cpu', '--threads', '1'],
];

/** The address of another queue. */
const newQueue = () => `${redis.url}/${databases++}`;

/** A new folder. */
function newFolder(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

interface Running {
  events: Record<string, unknown>[];
  kill(signal: NodeJS.Signals): void;
  ended: Promise<ProcessOutcome>;
}

/** Starts a command that prints JSON. */
function start(args: string[], cwd = folder): Running {
  const events: Running['events'] = [];
  let child!: Child;
  const ended = untrained([...args, '--json'], {
    cwd,
    started(handle) {
      child = handle;
      children.add(child);
    },
    watch: jsonLines((event: Record<string, unknown>) => events.push(event)),
  }).finally(() => children.delete(child));
  return { events, kill: (signal) => child.kill(signal), ended };
}

const startWorker = (queue: string, store?: string) =>
  start(['work', '--queue', queue, '--threads', '1', ...(store ? ['--store', store] : [])]);

/** How many frames workers have drawn. */
const drawnBy = (workers: Running[]) =>
  workers
    .flatMap(({ events }) => events)
    .filter(({ type }) => type === 'made')
    .reduce((sum, { frames }) => sum + Number(frames), 0);

const until = (condition: () => unknown, timeout = 60_000) =>
  vi.waitFor(() => condition() || expect.fail('not yet'), { timeout, interval: 20 });

/** Renders on this machine alone. */
async function alone(args: string[], cwd: string): Promise<void> {
  const { code, stderr } = await untrained([...args, '--quiet'], { cwd });
  expect(code, stderr).toBe(0);
}

const resultOf = ({ stdout }: { stdout: string }) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .find(({ type }) => type === 'result');

/** The longest time for a test, in milliseconds: several films, on a machine that may be busy. */
const LONG = 400_000;

describe.skipIf(!hasServer).concurrent('films with a queue', { timeout: LONG }, () => {
  test('a film of several files over two workers, twice at the same time, each segment drawn once', async () => {
    const [one, two, three] = ['pair-alone', 'pair-first', 'pair-second'].map(newFolder);
    const args = ['render', ...film(1), '--out', 'film.mp4', '--out', 'film.gif', '--poster', 'poster.png'];
    const [queue, store] = [newQueue(), join(folder, 'pair-store')];
    const workers = [startWorker(queue, store), startWorker(queue, store)];
    const farm = [...args, '--queue', queue, '--store', store];
    const [first, second] = [start(farm, two), start(farm, three)];
    await alone(args, one);
    for (const { ended } of [first, second]) {
      const outcome = await ended;
      expect(outcome, outcome.stderr).toMatchObject({ code: 0, stderr: '' });
      expect(resultOf(outcome)).toMatchObject({
        frames: FRAMES,
        files: [{ path: 'film.mp4' }, { path: 'film.gif' }, { path: 'poster.png' }],
      });
    }
    expect(read(two)).toEqual(read(one));
    expect(read(three)).toEqual(read(one));
    expect(drawnBy(workers)).toBe(FRAMES);
    const progress = first.events.filter(({ type }) => type === 'progress');
    expect(progress.at(-1)).toMatchObject({ frame: FRAMES, frames: FRAMES });

    // A coordinator that is killed finds everything when it comes back.
    const again = ['render', ...film(2), '--out', 'film.mp4', '--queue', queue, '--store', store];
    const drawn = drawnBy(workers);
    const killed = start(again, two);
    await until(() => killed.events.some(({ type }) => type === 'progress'));
    killed.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    const back = await start(again, two).ended;
    expect(back.code, back.stderr).toBe(0);
    await alone(['render', ...film(2), '--out', 'film.mp4'], one);
    expect(read(two)).toEqual(read(one));
    expect(drawnBy(workers) - drawn).toBe(FRAMES);

    // A batch. Two of its films are equal, and one row is wrong.
    const rows = join(folder, 'rows.json');
    const row = (number: number, out: string, size = '32x24') => ({
      ...{ scene: 'weight-scale', pace: 'tracks', seed: number, size, seconds: 5, fps: 10 },
      ...{ backend: 'cpu', threads: 1, out },
    });
    const list = [row(3, 'a.mp4'), row(4, 'b.webm'), row(3, 'c.mp4'), row(5, 'd.mp4', '31x23')];
    writeFileSync(rows, JSON.stringify(list));
    const [here, there] = ['batch-alone', 'batch-farm'].map(newFolder);
    const before = drawnBy(workers);
    const batch = await start(['batch', rows, '--queue', queue, '--store', store], there).ended;
    expect(batch.code, batch.stderr).toBe(1);
    const lines = batch.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ type: 'summary', rows: 4, made: 3, failed: [{ row: 4 }] });
    expect(
      lines
        .filter(({ type }) => type === 'result')
        .map(({ row }) => row)
        .sort(),
    ).toEqual([1, 2, 3]);
    expect((await untrained(['batch', rows, '--quiet'], { cwd: here })).code).toBe(1);
    expect(read(there)).toEqual(read(here));
    expect(drawnBy(workers) - before).toBe(2 * 50);
    for (const worker of workers) worker.kill('SIGTERM');
    for (const worker of workers) expect((await worker.ended).code).toBe(0);
  });

  test(`workers are killed, and their store loses, truncates and swaps segments (${seed.hint})`, async () => {
    const random = seedrandom(`${seed.value}`);
    const [one, two] = ['killed-alone', 'killed-farm'].map(newFolder);
    const [queue, store] = [newQueue(), join(folder, 'killed-store')];
    const args = ['render', ...film(6), '--out', 'film.mp4'];
    const render = start([...args, '--queue', queue, '--store', store], two);
    let over = false;
    void render.ended.then(() => (over = true));
    const damage = () => {
      const names = existsSync(store) ? readdirSync(store).filter((name) => /^[0-9a-f]{40}$/.test(name)) : [];
      if (names.length === 0) return;
      const [path, other] = [0, 0].map(() => join(store, names[Math.floor(random() * names.length)]));
      const how = Math.floor(random() * 3);
      if (how === 0) rmSync(path, { force: true });
      else if (how === 1) truncateSync(path, 10);
      else {
        const own = readFileSync(other); // a copy: the files may be links to those of the render
        rmSync(path, { force: true });
        writeFileSync(path, own);
      }
    };
    for (let kills = 0; kills < 4 && !over; kills++) {
      const worker = startWorker(queue, store);
      await until(() => over || worker.events.some(({ type }) => type === 'started'));
      await new Promise((resolve) => setTimeout(resolve, 1500 * random()));
      worker.kill('SIGKILL');
      await worker.ended;
      damage();
    }
    const last = startWorker(queue, store);
    const { code, stderr } = await render.ended;
    expect(code, stderr).toBe(0);
    last.kill('SIGKILL');
    await alone(args, one);
    expect(read(two)).toEqual(read(one));
  });

  test('a composed scene, through Redis', async () => {
    const [one, two] = ['composed-alone', 'composed-farm'].map(newFolder);
    const args = [
      'render',
      'one-pixel',
      '--size',
      '64x36',
      '--fps',
      '10',
      '--frames',
      '0-29',
      '--out',
      'film.mp4',
    ];
    const queue = newQueue();
    const worker = startWorker(queue);
    const { code, stderr } = await start([...args, '--queue', queue], two).ended;
    expect(code, stderr).toBe(0);
    worker.kill('SIGTERM');
    await alone(args, one);
    expect(read(two)).toEqual(read(one));
    expect(worker.events.filter(({ type }) => type === 'made')).toHaveLength(2);
  });

  test('a film that is stopped leaves nothing in the queue', async () => {
    const queue = newQueue();
    const client = new Redis(queue);
    const cwd = newFolder('stopped');
    const render = start(['render', ...film(7), '--out', 'film.mp4', '--queue', queue], cwd);
    await vi.waitFor(async () => expect(await client.llen(`bull:${QUEUE}:wait`)).toBe(4), 60_000);
    render.kill('SIGINT');
    const { code, stderr } = await render.ended;
    expect(code, stderr).toBe(130);
    expect(await client.llen(`bull:${QUEUE}:wait`)).toBe(0);
    expect(readdirSync(cwd)).toEqual([]);
    client.disconnect();
  });
});

describe.skipIf(!hasServer)('a queue that cannot be used', () => {
  test('is named without its password, and may be tried again if it cannot be reached', async () => {
    const guarded = await startRedis({ password: 'right' });
    const attempt = async (queue: string) => {
      const { code, stdout, stderr } = await inProcess([
        ...['render', ...film(8), '--out', join(folder, 'never.mp4'), '--queue', queue],
      ]);
      expect(stdout + stderr).not.toContain('hunter2');
      return { code, stderr };
    };
    expect(await attempt(`redis://:hunter2@127.0.0.1:${guarded.port}`)).toMatchObject({ code: 2 });
    expect(await attempt('http://me:hunter2@127.0.0.1')).toMatchObject({ code: 2 });
    await guarded.stop();
    const down = await attempt(`redis://:hunter2@127.0.0.1:${guarded.port}`);
    expect(down).toMatchObject({ code: 75, stderr: expect.stringContaining('cannot be reached') });
    expect(down.stderr.trim().split('\n')).toHaveLength(1);
  });
});
