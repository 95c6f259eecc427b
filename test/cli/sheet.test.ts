/** Contact sheets, made by the command. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import weightScale from '../../scenes/weight-scale.js';
import { parseSweep } from '../../src/core/sweep/sweep.js';
import { createRenderer, frameAt, readRecipe, timeOfFrame } from '../../src/index.js';
import { layOut } from '../../src/jobs/sheet-layout.js';
import { probe } from '../../src/outputs/index.js';
import { decode } from '../video/decode.js';
import { inProcess, temporaryFolder, untrained } from './untrained.js';

const folder = temporaryFolder();
const SIZE: [number, number] = [40, 40];
/** Without an even pace, which would be measured for each seed. */
const CPU = ['--backend', 'cpu', '--size', '40', '--pace', 'tracks', '--quiet'];

/** Makes a sheet and returns its pixels. */
async function sheet(name: string, ...args: string[]) {
  const path = join(folder, name);
  const { code, stderr } = await inProcess(['sheet', ...args, ...CPU, '-o', path]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const { width, height } = probe(path);
  const [rgba] = (await decode(path, { width, height })).frames;
  return { path, width, height, rgba };
}

type Picture = Awaited<ReturnType<typeof sheet>>;

function part({ width, rgba }: Picture, [x, y]: [number, number], [w, h]: [number, number]): Buffer {
  const rows = Array.from({ length: h }, (_, row) => {
    const start = 4 * ((y + row) * width + x);
    return rgba.subarray(start, start + 4 * w);
  });
  return Buffer.concat(rows);
}

/** The pictures that a sheet should contain: weight-scale at these seeds and times. */
async function pictures(
  wanted: { seed?: number | string; t: number }[],
  levels?: unknown[],
): Promise<Buffer[]> {
  const renderer = await createRenderer({ backend: 'cpu' });
  const all: Buffer[] = [];
  for (const { seed, t } of wanted) {
    const network = { ...weightScale.network, ...(seed !== undefined && { seed }) };
    const sweep = parseSweep({ ...weightScale, network, levels, pace: 'tracks', size: SIZE, supersample: 2 });
    all.push(Buffer.from(await renderer.render(frameAt(sweep, t))));
  }
  await renderer.close();
  return all;
}

const labels = (count: number) => Array.from({ length: count }, () => ({ name: '' }));

test('seeds in rows and columns: each is its own network at the given time, with a label below', async () => {
  const made = await sheet(
    'seeds.png',
    'weight-scale',
    '--seeds',
    '1-3,golden,9',
    '--at',
    '3',
    '--columns',
    '3',
  );
  const layout = layOut({ size: SIZE, labels: labels(5), columns: 3 });
  expect([made.width, made.height]).toEqual([layout.width, layout.height]);
  const expected = await pictures([1, 2, 3, 'golden', 9].map((seed) => ({ seed, t: 3 })));
  const background = made.rgba.subarray(0, 4);
  for (const [i, picture] of expected.entries()) {
    const [x, y] = layout.cornerOf(i);
    expect(part(made, [x, y], SIZE).equals(picture), `picture ${i}`).toBe(true);
    const under = part(made, [x, y + SIZE[1] + 1], [SIZE[0], layout.text + 3]);
    const written = under.filter((byte, at) => at % 4 === 0 && byte > background[0] + 60).length;
    expect(written, `label ${i}`).toBeGreaterThan(10);
  }
  // The sixth cell is empty, without a frame.
  const [x, y] = layout.cornerOf(5);
  expect(new Set(part(made, [x - 1, y - 1], [SIZE[0] + 2, SIZE[1] + 2])).size).toBeLessThanOrEqual(4);
});

test('times are rounded to frames of the film, and with seeds each row is a seed', async () => {
  const made = await sheet(
    'both.png',
    'weight-scale',
    '--seeds',
    '4,5',
    '--frames',
    '140,0-100',
    '--every',
    '50',
  );
  const frames = [0, 50, 100, 140];
  const layout = layOut({ size: SIZE, labels: labels(8), columns: 4 });
  expect(made.width).toBe(layout.width);
  const wanted = [4, 5].flatMap((seed) =>
    frames.map((frame) => ({ seed, t: timeOfFrame(weightScale, frame) })),
  );
  for (const [i, picture] of (await pictures(wanted)).entries()) {
    expect(part(made, layout.cornerOf(i), SIZE).equals(picture), `picture ${i}`).toBe(true);
  }
});

test('a sheet carries its recipe, and a film of one of its seeds can be made from it', async () => {
  const made = await sheet(
    'again.png',
    'weight-scale',
    '--seeds',
    '1,2',
    '--set',
    'layers=5',
    '--title',
    'Two of them',
  );
  const { stdout } = await inProcess(['info', made.path, '--json']);
  expect(JSON.parse(stdout).recipe).toMatchObject({
    sheet: { seeds: ['1', '2'] },
    sweep: { size: [320, 320], network: { layers: 5 } },
  });
  const film = join(folder, 'second.mp4');
  const args = [
    'render',
    made.path,
    '--seed',
    '2',
    '--frames',
    '0-2',
    ...CPU,
    '--out',
    film,
    '--recipe',
    `${film}.json`,
  ];
  expect((await inProcess(args)).code).toBe(0);
  expect(probe(film)).toMatchObject({ width: 40, frames: 3 });
});

test('the summary has the command for rendering a chosen cell, changes included', async () => {
  const args = [
    'sheet',
    'weight-scale',
    '--seeds',
    '7,a word',
    '--set',
    'layers=3..5',
    '--seconds',
    '2',
    '--size',
    '40',
  ];
  const { stdout } = await inProcess([...args, '-o', join(folder, 'next.png')]);
  expect(stdout).toContain('untrained render weight-scale --seconds 2 --set layers=3..5 --seed 7\n');
  const json = await inProcess([...args, '--json', '-o', join(folder, 'next.png')]);
  const result = JSON.parse(json.stdout.trim().split('\n').at(-1)!);
  expect(result).toMatchObject({
    type: 'result',
    frames: 2,
    columns: 2,
    labels: [{ name: 'seed 7' }, { name: 'seed a word' }],
  });
});

test('--best shows the seeds whose pictures have the most to see, best first, and says what it skipped', async () => {
  // Of this network's first 40 seeds, 37 has by far the most to see, and 24 is nearly flat: see docs/measures.md.
  const network = [
    '--set',
    'inputs=4',
    '--set',
    'layers=20',
    '--set',
    'units=16',
    '--set',
    'weightScale=0.95',
  ];
  const look = ['--set', 'centre=0.2,0', '--set', 'halfWidth=1.2', '--palette', 'oklch'];
  const path = join(folder, 'best.png');
  const args = ['weight-scale', ...network, ...look, '--size', '64x40', '--backend', 'cpu', '-o', path];
  const json = await inProcess(['sheet', ...args, '--best', '2', '--seeds', '9,24,37,3,1', '--json']);
  const result = JSON.parse(json.stdout.trim().split('\n').at(-1)!);
  expect(result.labels).toEqual([{ name: 'seed 37' }, { name: 'seed 3' }]);
  expect(result.seeds.map(({ seed }: { seed: string }) => seed)).toEqual(['37', '3', '1', '9', '24']);
  const { stdout } = await inProcess(['info', path, '--json']);
  expect(JSON.parse(stdout).recipe.sheet).toEqual({ seeds: ['37', '3'] });

  const flat = [...args, '--set', 'layers=20', '--set', 'weightScale=0.4', '--best', '1', '--seeds', '5,6,7'];
  expect((await inProcess(['sheet', ...flat])).stdout).toMatch(
    /The best 1 of 3 seeds; 2 were nearly flat or noise \(seeds \d, \d\)\. One of them: untrained render weight-scale .*--seed \d\n$/,
  );
});

test('by default a sheet is in renders, under its own name', async () => {
  const cwd = join(folder, 'default');
  mkdirSync(cwd);
  const { code } = await inProcess(['sheet', 'cross-section', '--frames', '0,100', ...CPU], { cwd });
  expect(code).toBe(0);
  expect(readdirSync(join(cwd, 'renders'))).toEqual(['cross-section-sheet.png']);
});

test('an interrupted sheet leaves nothing', async () => {
  const path = join(folder, 'stopped');
  mkdirSync(path);
  const args = ['sheet', 'weight-scale', '--seeds', '1-40', '--json', '-o', join(path, 'sheet.png')];
  const { code } = await untrained(args, {
    watch: ({ kill }, text) => text.includes('"frame":2,') && kill('SIGINT'),
  });
  expect(code).toBe(130);
  expect(readdirSync(path)).toEqual([]);
  expect(existsSync(join(path, 'sheet.png'))).toBe(false);
});

test('--levels auto: the same levels for all pictures, which the recipe has as numbers', async () => {
  const path = join(folder, 'levels.json');
  const args = ['weight-scale', '--seeds', '1,2', '--at', '3', '--levels', 'auto', '--recipe', path];
  const made = await sheet('levels.png', ...args);
  const { levels } = readRecipe(readFileSync(path, 'utf8'));
  expect(levels).toEqual([expect.any(Number), expect.any(Number)]);
  const layout = layOut({ size: SIZE, labels: labels(2) });
  const expected = await pictures(
    [1, 2].map((seed) => ({ seed, t: 3 })),
    levels,
  );
  for (const [i, picture] of expected.entries()) {
    expect(part(made, layout.cornerOf(i), SIZE).equals(picture), `picture ${i}`).toBe(true);
  }
});
