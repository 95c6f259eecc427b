/** Batches, made by the command: one film per row, even if other rows fail. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { probe } from '../../src/outputs/index.js';
import { inProcess, type ProcessSetting, temporaryFolder, untrained } from './untrained.js';

const folder = temporaryFolder();
let folders = 0;

/** Runs a batch in its own folder. */
async function batch(name: string, content: unknown, args: string[] = [], options: ProcessSetting = {}) {
  const cwd = join(folder, `${folders++}`);
  mkdirSync(cwd);
  writeFileSync(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content));
  const run = options.watch ? untrained : inProcess; // only a separate process can be watched
  const outcome = await run(['batch', name, ...args], { cwd, ...options });
  const renders = existsSync(join(cwd, 'renders')) ? readdirSync(join(cwd, 'renders')).sort() : [];
  return {
    ...outcome,
    cwd,
    renders,
    files: readdirSync(cwd).sort(),
    lines: outcome.stdout.trim().split('\n'),
  };
}

const SMALL = ['--size', '32', '--frames', '0-2'];
const recipeOf = async (path: string) =>
  JSON.parse((await inProcess(['info', path, '--json'])).stdout).recipe;

test('makes a film for each row, with any option of render, even if some rows fail', async () => {
  const rows = [
    { scene: 'weight-scale', seed: 7, pace: 'tracks', out: ['a.mp4', 'a.gif'], maxSize: '20kB' },
    { scene: 'weight-scael' },
    {
      scene: 'depth',
      set: { weightScale: 0.5, centre: [0, 0], activation: 'sin' },
      out: 'd.gif',
      dither: true,
    },
    { scene: 'depth', size: 'large' },
    { scene: 'depth', sede: 7 },
    { scene: 'depth', gif: 'none' },
    { scene: 'cross-section', 'max-size': '1B', out: 'never.gif' },
    { scene: 'growing-weights', supersample: 2 },
  ];
  const { code, stdout, stderr, cwd, files } = await batch('rows.json', rows, SMALL);
  expect(code).toBe(1);
  expect(files).toEqual(['a.gif', 'a.mp4', 'd.gif', 'rows.json']);
  expect(probe(join(cwd, 'a.mp4'))).toMatchObject({ width: 32, frames: 3 });
  expect((await recipeOf(join(cwd, 'a.gif'))).sweep.network.seed).toBe(7);
  const { sweep } = await recipeOf(join(cwd, 'd.gif'));
  expect(sweep).toMatchObject({
    dither: true,
    network: { weightScale: 0.5, activation: 'sin' },
    view: { centre: [0, 0] },
  });
  const summary = stdout.slice(stdout.indexOf('2 of 8'));
  expect(summary.replace(/Available: .*/, 'Available: ...')).toMatchSnapshot();
  for (const line of summary.trim().split('\n').slice(1)) {
    expect(stderr).toContain(`untrained: Row ${line.trim().slice('row '.length)}\n`);
  }
});

test("errors in a row are reported in render's words", async () => {
  const { stdout } = await batch('rows.json', [
    { scene: 'depth', fps: 1000 },
    { set: 'layers=NaN' },
    { crf: '-1' },
  ]);
  for (const args of [
    ['depth', '--fps', '1000'],
    ['--set', 'layers=NaN'],
    ['--crf', '-1'],
  ]) {
    const { stderr } = await inProcess(['render', ...args]);
    expect(stdout).toContain(stderr.trim().replace(/^untrained: /, ''));
  }
});

test('accepts CSV, with options for all rows that a row may override, and names by seed or row', async () => {
  const rows = [
    'scene,seed,set,frames',
    'weight-scale,1,weightScale=0.5;layers=4,',
    'weight-scale,2,,5-9',
    '"weight-scale",2,layers=3,',
    'depth,,,',
  ];
  const { code, lines, cwd, renders } = await batch('rows.csv', `\uFEFF${rows.join('\r\n')}\r\n\r\n`, [
    ...SMALL,
    '--set',
    'width=8',
    '--pace',
    'tracks',
    '--json',
  ]);
  expect(code).toBe(0);
  const names = ['depth-row4', 'weight-scale-row2', 'weight-scale-row3', 'weight-scale-seed1'];
  expect(renders).toEqual(names.flatMap((name) => [`${name}.gif`, `${name}.mp4`]));
  expect(probe(join(cwd, 'renders/weight-scale-row2.mp4')).frames).toBe(5);
  const { sweep } = await recipeOf(join(cwd, 'renders/weight-scale-seed1.gif'));
  expect(sweep.network).toMatchObject({ seed: 1, weightScale: 0.5, layers: 4, units: 8 });
  const told = lines.map((line) => JSON.parse(line));
  expect(told.filter(({ type }) => type === 'result').map(({ row }) => row)).toEqual([1, 2, 3, 4]);
  expect(told.at(-1)).toEqual({ type: 'summary', rows: 4, made: 4, failed: [] });
});

test('two rows with the same output are refused before anything is drawn', async () => {
  const { code, stderr, files } = await batch('rows.json', [
    { scene: 'depth', out: 'one.gif' },
    { scene: 'weight-scale', out: ['two.gif', 'sub/../one.gif'] },
  ]);
  expect(stderr).toBe('untrained: Rows 1 and 2 both make sub/../one.gif: give each film its own "out".\n');
  expect(code).toBe(2);
  expect(files).toEqual(['rows.json']);
});

test('files that will be replaced are named', async () => {
  const rows = [{ scene: 'depth', out: 'rows.json.gif' }];
  const { cwd } = await batch('rows.json', rows, [...SMALL, '--quiet']);
  const { stderr, code } = await inProcess(['batch', 'rows.json', ...SMALL], { cwd });
  expect(stderr).toContain('Warning: rows.json.gif already exists and will be replaced.');
  expect(code).toBe(0);
});

test.each([
  ['rows.json', '[{"scene": '],
  ['rows.json', '{"scene": "depth"}'],
  ['rows.json', '[]'],
  ['rows.json', '[{"scene": "depth"}, 7]'],
  ['rows.csv', 'scene,sede\ndepth,1\n'],
  ['rows.csv', 'scene,seed\ndepth,1,2\n'],
  ['rows.csv', 'scene,seed\ndepth,"1\n'],
  ['rows.csv', 'scene,seed,seed\ndepth,1,2\n'],
  ['rows.csv', 'scene,seed\n'],
  ['rows.txt', 'depth'],
])('%s of %j is refused with 2, in one line', async (name, content) => {
  const { code, stdout, stderr } = await batch(name, content);
  expect(stdout).toBe('');
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr.replace(/\((Expected|Unexpected|Unterminated).*?\)/, '(...)')).toMatchSnapshot();
  expect(code).toBe(2);
});

test('an invalid row of any kind gives one clean line', async () => {
  const rows = `[{"__proto__": {"seed": 1}}, {"scene": 7}, {"scene": "\\u001b[2J"}, {"seed": {"a": 1}}, {"dither": "perhaps"},
    {"size": [1, 2]}, {"set": [[1]]}, {"scene": "--json", "json": true}, {"scene": "depth", "constructor": 1}]`;
  const { code, stdout, stderr } = await batch('rows.json', rows);
  expect(code).toBe(1);
  expect(stderr + stdout).not.toContain('\u001b');
  expect(stdout.replace(/Available: .*/g, 'Available: ...')).toMatchSnapshot();
});

test('an interrupted batch makes no further film, and leaves nothing partial', async () => {
  const rows = [
    { scene: 'depth', out: 'first.gif', frames: '0-1', size: 32 },
    { scene: 'weight-scale', pace: 'tracks', out: 'second.mp4' },
    { out: 'third.gif' },
  ];
  const { code, files } = await batch('rows.json', rows, ['--json'], {
    watch: ({ kill }, text) => text.includes('"row":2,"frame":2,') && kill('SIGINT'),
  });
  expect(code).toBe(130);
  expect(files).toEqual(['first.gif', 'rows.json']);
});
