/** Renders that are killed (kill -9), or whose scene changes, and then run again: they resume from the cache. */
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandFor as command, expectResumed, FRAMES, read } from './kills.js';
import { inProcess, temporaryFolder } from './untrained.js';

const folder = temporaryFolder();
/** Without measuring the pace, which takes longer than drawing such frames; the test of kills measures it. */
const PACE = ['--pace', 'tracks'];
const commandFor = (name: string, films: string[]) => {
  const { path, args } = command(folder, name, films);
  return { path, args: [...args, ...PACE] };
};

test('the same command resumes after a kill, and makes the same film', async () => {
  await expectResumed(folder, [0.6]);
});

test('a sweep changed in its last part is redrawn only there', async () => {
  const { args } = commandFor('changed', ['a.mp4']);
  const env = { UNTRAINED_CACHE: join(folder, 'changes') };
  const moved = (to: number) => [
    ...args,
    '--set',
    `weightScale={"keyframes":[[0,0.4],[3,0.6],[6,${to}]]}`,
    '--json',
  ];
  const drawn = async (to: number) => {
    const { stdout } = await inProcess(moved(to), { env });
    return JSON.parse(stdout.trim().split('\n').pop()!).drawn;
  };
  expect(await drawn(0.8)).toBe(FRAMES);
  expect(await drawn(0.7)).toBe(100); // two of three segments: the second contains the change
  expect(await drawn(0.8)).toBe(0);
});

test('damaged segments are redrawn with a one-line warning, and the film is the same', async () => {
  const { args, path } = commandFor('damaged', ['a.mp4', 'b.gif']);
  const cache = join(folder, 'damage');
  const env = { UNTRAINED_CACHE: cache };
  const loud = args.filter((arg) => arg !== '--quiet');
  await inProcess(args, { env });
  const whole = read(path);
  // Without the finished GIF.
  const isGif = (name: string) => readFileSync(join(cache, name)).subarray(0, 3).toString() === 'GIF';
  const segments = readdirSync(cache).filter((name) => /^[0-9a-f]{40}$/.test(name) && !isGif(name));
  writeFileSync(join(cache, segments[0]), 'not what it was');
  truncateSync(join(cache, segments[1]), 7);
  const { code, stderr } = await inProcess(loud, { env });
  expect(code).toBe(0);
  expect(stderr.split('\n').filter((line) => !/^\d+\/\d+ frames/.test(line))).toEqual([
    'Warning: 2 cached segments were damaged: they were deleted, and their frames are drawn again.',
    '',
  ]);
  expect(read(path)).toEqual(whole);
  expect((await inProcess(loud, { env })).stderr).toBe('');
  expect(read(path)).toEqual(whole);
});

test('untrained cache reports the size of the cache, and empties it', async () => {
  const env = { UNTRAINED_CACHE: join(folder, 'told'), UNTRAINED_CACHE_SIZE: '100MB' };
  await inProcess([...commandFor('told-film', ['a.mp4']).args, '--frames', '0-60'], { env });
  const { stdout } = await inProcess(['cache'], { env });
  expect(stdout.replace(folder, 'FOLDER').replace(/[\d.]+ [kM]B of/, 'N of')).toMatchInlineSnapshot(`
    "FOLDER/told  3 segments, N of 100.0 MB
    Above the limit, the oldest are deleted. UNTRAINED_CACHE_SIZE sets the limit, UNTRAINED_CACHE the folder, or "off".
    "
  `);
  expect((await inProcess(['cache', 'clear'], { env })).stdout).toMatch(/^Deleted \d+ segments, /);
  expect(JSON.parse((await inProcess(['cache', '--json'], { env })).stdout)).toMatchObject({
    type: 'cache',
    segments: 0,
    bytes: 0,
    limit: 1e8,
  });
  const off = await inProcess(['cache'], { env: { UNTRAINED_CACHE: 'off' } });
  expect(off.stderr).toBe(
    'untrained: UNTRAINED_CACHE is "off", so nothing is cached: set it to a folder, or unset it.\n',
  );
});
