/** Renders that are killed (kill -9) at random moments, and then asked for again: the film is the one that nobody killed,
 *  and nothing else is left. */
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { temporaryFolder, untrained } from './untrained.js';

const folder = temporaryFolder();
const SMALL = ['--size', '40x24', '--seconds', '6', '--fps', '25'];

/** Files of a film, and what they hold. */
function read(path: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(path)
      .sort()
      .map((file) => [file, readFileSync(join(path, file)).toString('base64')]),
  );
}

function commandFor(name: string): { path: string; args: string[] } {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  const out = (file: string) => ['--out', join(path, file)];
  const poster = ['--poster', join(path, 'poster.png')];
  return {
    path,
    args: ['render', ...SMALL, ...out('a.mp4'), ...out('b.gif'), ...out('c.webm'), ...poster, '--quiet'],
  };
}

test('the same command goes on, and makes the same film', async () => {
  const whole = commandFor('whole');
  const began = performance.now();
  expect(await untrained([...whole.args, '--no-cache'])).toMatchObject({ code: 0 });
  const length = performance.now() - began;

  const killed = commandFor('killed');
  const cache = join(folder, 'cache');
  const env = { UNTRAINED_CACHE: cache };
  const moments = fc.sample(fc.double({ min: 0.05, max: 1, noNaN: true }), 8);
  for (const moment of moments) {
    let timer: NodeJS.Timeout | undefined;
    const outcome = untrained(killed.args, {
      env,
      started: ({ kill }) => {
        timer = setTimeout(() => kill('SIGKILL'), moment * length);
      },
    });
    const { code, signal } = await outcome;
    clearTimeout(timer);
    expect(code === 0 || signal === 'SIGKILL', `killed at ${moment}`).toBe(true);
  }
  const last = await untrained(killed.args, { env });
  expect(last.code, last.stderr).toBe(0);
  expect(read(killed.path), `killed at ${moments} of ${length} ms`).toEqual(read(whole.path));
  expect(readdirSync(cache).filter((name) => !/^[0-9a-f]{40}(\.sha256)?$/.test(name))).toEqual([]);

  const again = await untrained([...killed.args, '--json'], { env });
  expect(JSON.parse(again.stdout.trim().split('\n').pop()!)).toMatchObject({ frames: 150, drawn: 0 });
  expect(read(killed.path)).toEqual(read(whole.path));
});

test('a sweep that is changed in its last part is drawn there alone', async () => {
  const { args } = commandFor('changed');
  const env = { UNTRAINED_CACHE: join(folder, 'changes') };
  const moved = (to: number) => [
    ...args,
    '--set',
    `weightScale={"keyframes":[[0,0.4],[3,0.6],[6,${to}]]}`,
    '--json',
  ];
  const drawn = async (to: number) => {
    const { stdout } = await untrained(moved(to), { env });
    return JSON.parse(stdout.trim().split('\n').pop()!).drawn;
  };
  expect(await drawn(0.8)).toBe(150);
  expect(await drawn(0.7)).toBe(100); // two of three segments: the second holds the turn
  expect(await drawn(0.8)).toBe(0);
});

test('damaged segments are drawn again, in one line, and the film is the same', async () => {
  const { args, path } = commandFor('damaged');
  const cache = join(folder, 'damage');
  const env = { UNTRAINED_CACHE: cache };
  const loud = args.filter((arg) => arg !== '--quiet');
  await untrained(args, { env });
  const whole = read(path);
  const segments = readdirSync(cache).filter((name) => /^[0-9a-f]{40}$/.test(name));
  writeFileSync(join(cache, segments[0]), 'not what it was');
  truncateSync(join(cache, segments[1]), 7);
  const { code, stderr } = await untrained(loud, { env });
  expect(code).toBe(0);
  expect(stderr.split('\n').filter((line) => !/^\d+\/\d+ frames/.test(line))).toEqual([
    'Warning: 2 cached segments were damaged: they were dropped, and their frames are drawn again.',
    '',
  ]);
  expect(read(path)).toEqual(whole);
  expect((await untrained(loud, { env })).stderr).toBe('');
  expect(read(path)).toEqual(whole);
});

test('untrained cache tells how much is kept, and drops it', async () => {
  const env = { UNTRAINED_CACHE: join(folder, 'told'), UNTRAINED_CACHE_SIZE: '100MB' };
  await untrained([...commandFor('told-film').args], { env });
  const { stdout } = await untrained(['cache'], { env });
  expect(stdout.replace(folder, 'FOLDER').replace(/[\d.]+ [kM]B of/, 'N of')).toMatchInlineSnapshot(`
    "FOLDER/told  10 segments, N of 100.0 MB
    Above the limit, the oldest are deleted. UNTRAINED_CACHE_SIZE sets the limit; UNTRAINED_CACHE the folder, or "off".
    "
  `);
  expect((await untrained(['cache', 'clear'], { env })).stdout).toMatch(/^Deleted \d+ segments, /);
  expect(JSON.parse((await untrained(['cache', '--json'], { env })).stdout)).toMatchObject({
    type: 'cache',
    segments: 0,
    bytes: 0,
    limit: 1e8,
  });
  const off = await untrained(['cache'], { env: { UNTRAINED_CACHE: 'off' } });
  expect(off.stderr).toBe(
    'untrained: UNTRAINED_CACHE is "off", so nothing is cached: set it to a folder, or unset it.\n',
  );
});
