/** Films made by the command: correct, reproducible, and never partial. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inProcess, temporaryFolder, untrained } from './untrained.js';

const folder = temporaryFolder();
const fresh = (name: string) => {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
};
const PACED = ['--size', '40x24', '--seconds', '0.4'];
/** Measuring the pace takes longer than drawing these frames, so only one test does it. */
const TRACKS = ['--pace', 'tracks'];
const SMALL = [...PACED, ...TRACKS];

/** The frames of a film as PNGs, hashed. */
async function frames(...args: string[]): Promise<string[]> {
  const path = fresh(`frames ${createHash('sha1').update(args.join(' ')).digest('hex')} ${Math.random()}`);
  const { code, stderr } = await inProcess(['render', ...args, '--out', join(path, '%03d.png'), '--quiet']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const files = readdirSync(path).sort();
  return files.map((file) => {
    const bytes = readFileSync(join(path, file));
    const picture = bytes.subarray(0, bytes.indexOf('tEXt') - 4); // without the recipe, which depends on the command
    return createHash('sha1').update(picture).digest('hex');
  });
}

test('the same command gives the same frames, with one thread and with many', async () => {
  const first = await frames(...PACED, '--threads', '1');
  expect(first).toHaveLength(10);
  expect(new Set(first).size).toBeGreaterThan(7); // it moves, except for the hold at its end
  expect(await frames(...PACED, '--threads', '1')).toEqual(first);
  expect(await frames(...PACED, '--threads', '3')).toEqual(first);
});

test('--frames takes those frames of the whole film, and no others', async () => {
  const whole = await frames(...SMALL);
  expect(await frames(...SMALL, '--frames', '2-4')).toEqual(whole.slice(2, 5));
});

test("--every keeps frames' numbers in the whole film", async () => {
  const numbered = async (...args: string[]) => {
    const into = fresh(`numbers ${args.join(' ')}`);
    const out = ['--out', join(into, 'f-%04d.png'), '--quiet'];
    expect(await inProcess(['render', ...SMALL, ...args, ...out])).toMatchObject({
      code: 0,
      stderr: '',
    });
    return readdirSync(into);
  };
  const long = ['--seconds', '8'];
  expect(await numbered(...long, '--every', '30', '--frames', '30-150')).toEqual(
    [30, 60, 90, 120, 150].map((frame) => `f-${String(frame).padStart(4, '0')}.png`),
  );
  expect(await numbered('--every', '4')).toEqual(['f-0000.png', 'f-0004.png', 'f-0008.png']);
  expect(await frames(...SMALL, '--every', '4', '--frames', '1-9')).toEqual(
    (await frames(...SMALL)).filter((_, i) => i % 4 === 1),
  );
});

test("--seed, --palette, --set and --supersample change the picture; the scene's own values do not", async () => {
  const plain = await frames(...SMALL, '--frames', '3');
  const changes = [
    ['--seed', 'another'],
    ['--palette', 'oklch'],
    ['--palette', 'viridis'],
    ['--set', 'weightScale=0.7'],
    ['--set', 'activation=relu'],
    ['--set', 'halfWidth=9..1'],
    ['--supersample', '3'],
  ];
  for (const change of changes)
    expect(await frames(...SMALL, '--frames', '3', ...change), change.join(' ')).not.toEqual(plain);
  for (const same of [
    ['--set', 'layers=27'],
    ['--palette', 'rgb'],
  ])
    expect(await frames(...SMALL, '--frames', '3', ...same), same.join(' ')).toEqual(plain);
  const viridis = await frames(...SMALL, '--frames', '3', '--palette', 'viridis');
  expect(await frames(...SMALL, '--frames', '3', '--set', 'palette=viridis')).toEqual(viridis);
});

test('--set is validated after all values are set, in any order', async () => {
  const [lists, layers] = [
    ['--set', 'width=[8,20]'],
    ['--set', 'layers=3'],
  ];
  expect(await frames(...SMALL, ...lists, ...layers)).toEqual(await frames(...SMALL, ...layers, ...lists));
});

test("--set weights replaces the scene's random weights", async () => {
  const weights = (w: number) => ['--frames', '0', '--set', `weights=[{"w":[[${w},1]],"b":[-0.3]}]`];
  const [first] = await frames(...SMALL, ...weights(0.4));
  expect(await frames(...SMALL, '--seed', '9', ...weights(0.4))).toEqual([first]); // it does not depend on the seed
  expect(await frames(...SMALL, ...weights(0.5))).not.toEqual([first]);
});

test('a recipe makes the same frames as the command that wrote it', async () => {
  const recipe = join(folder, 'recipe.json');
  const original = await frames(
    'cross-section',
    ...SMALL,
    '--seed',
    '5',
    '--set',
    'layers=3..6',
    '--recipe',
    recipe,
  );
  expect(await frames(recipe)).toEqual(original);
});

test('a scene is found by its path, wherever it is', async () => {
  const scene = join(folder, 'mine.ts');
  writeFileSync(
    scene,
    "import { sweep, tween } from 'untrained';\nexport default sweep({ seconds: 0.2, size: [16, 16], network: { layers: tween(2, 3) } });\n",
  );
  expect(await frames(scene)).toHaveLength(5);
});

test('one rendering makes several files, and --json reports them to programs', async () => {
  const path = fresh('several');
  const outputs = ['a.mp4', 'b.gif', 'c.webm', 'd.webp'].map((name) => join(path, name));
  const { code, stdout } = await inProcess([
    'render',
    ...SMALL,
    '--json',
    ...outputs.flatMap((out) => ['--out', out]),
  ]);
  expect(code).toBe(0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const result = lines.pop();
  expect(lines).toHaveLength(10);
  expect(lines[9]).toMatchObject({ type: 'progress', frame: 10, frames: 10 });
  expect(result).toMatchObject({ type: 'result', frames: 10, files: outputs.map((path) => ({ path })) });
  expect(readdirSync(path).sort()).toEqual(['a.mp4', 'b.gif', 'c.webm', 'd.webp']);
});

test('a still is one PNG', async () => {
  const path = join(fresh('still'), 'still.png');
  const { code } = await inProcess(['still', 'depth', '--at', '3', '--size', '32', '--out', path, '--quiet']);
  expect(code).toBe(0);
  expect(readFileSync(path).subarray(1, 4).toString()).toBe('PNG');
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s stops at once, with %i, and leaves nothing', async (signal, expected) => {
  const path = fresh(signal);
  const outcome = await untrained(
    ['render', ...TRACKS, '--json', '--out', join(path, 'film.mp4'), '--out', join(path, 'film.gif')],
    {
      watch: ({ kill }, text) => /"frame":2,/.test(text) && kill(signal),
    },
  );
  expect(outcome.code).toBe(expected);
  expect(outcome.stdout).not.toContain('"frame":100,'); // of 150
  expect(readdirSync(path)).toEqual([]);
});

test('an earlier film survives a killed render, and the next render cleans up', async () => {
  const path = fresh('killed');
  const film = join(path, 'film.mp4');
  writeFileSync(film, 'the film from before');
  const { signal } = await untrained(['render', ...TRACKS, '--json', '--out', film], {
    watch: ({ kill }, text) => text.includes('"frame":2') && kill('SIGKILL'),
  });
  expect(signal).toBe('SIGKILL');
  expect(readFileSync(film, 'utf8')).toBe('the film from before');
  const { code } = await inProcess(['render', ...SMALL, '--out', film, '--quiet']);
  expect(code).toBe(0);
  expect(readdirSync(path)).toEqual(['film.mp4']);
});

test('a read-only folder gives one line and exit code 1, before anything is drawn', async () => {
  const file = join(fresh('blocked'), 'file');
  writeFileSync(file, '');
  const { code, stderr } = await inProcess(['render', ...SMALL, '--out', join(file, 'film.mp4')]);
  expect(stderr.replaceAll(folder, 'FOLDER').trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain('film.mp4');
  expect(code).toBe(1);
  expect(existsSync(file)).toBe(true);
});

// The stand-in is a shell script.
test.skipIf(process.platform === 'win32')(
  'an ffmpeg that fails midway gives one line in its own words, and exit code 1',
  async () => {
    const fake = join(folder, 'ffmpeg');
    writeFileSync(
      fake,
      '#!/bin/sh\n[ "$1" = -version ] && echo "ffmpeg version 0 fake" && exit 0\nhead -c 5000 >/dev/null\necho "the encoder is out of ink" >&2\nexit 1\n',
      { mode: 0o755 },
    );
    const { code, stderr } = await inProcess([
      'render',
      ...SMALL,
      '--ffmpeg',
      fake,
      '--out',
      join(folder, 'inkless.mp4'),
    ]);
    expect(stderr).toContain('the encoder is out of ink');
    expect(code).toBe(1);
    expect(existsSync(join(folder, 'inkless.mp4'))).toBe(false);
  },
);
