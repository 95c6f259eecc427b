/** The command `export`, and pages and shaders among the outputs of `render` and `still`: whole files, or none. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportSweep } from '../../dist/render.js';
import { parseRecipe, type Recipe } from '../../src/core/recipe/recipe.js';
import { stillOf } from '../../src/core/sweep/still.js';
import { parseSweep, sweep } from '../../src/core/sweep/sweep.js';
import { tween } from '../../src/core/sweep/track.js';
import { exporters } from '../../src/exporters/index.js';
import { probe } from '../../src/outputs/index.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';
import { inProcess, temporaryFolder } from './untrained.js';

const folder = temporaryFolder();
const fresh = (name: string) => {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
};

/** Hostile text in its title must not keep a recipe from being read. */
const small = sweep({
  title: 'Näh: "*/ </script> {"untrained":',
  seconds: 2,
  fps: 10,
  size: [24, 16],
  network: { seed: 7, layers: 3, units: 4, weightScale: tween(1, 2) },
  view: { centre: [0, 0], halfWidth: 2 },
});
const scene = '../small.json'; // from the tests' folders
writeFileSync(join(folder, 'small.json'), JSON.stringify({ untrained: 2, sweep: small }));

/** Runs a command that must succeed without saying anything on stderr. */
async function made(args: string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await inProcess(args, { cwd });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}

/** Runs a command that must be refused in one line, and returns that line. */
async function refused(args: string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await inProcess(args, { cwd });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^untrained: [^\n]+\n$/);
  return stderr.slice('untrained: '.length, -1);
}

const recipeIn = async (path: string, cwd: string): Promise<Recipe> => {
  const { recipe } = JSON.parse(await made(['info', path, '--json'], cwd));
  return parseRecipe(JSON.stringify(recipe));
};

test.each(
  exporters.filter(({ name }) => name !== 'svg').map((exporter) => [exporter.name, exporter] as const),
)(
  '%s is named after the scene, and carries a recipe with the changes, from which it can be rendered',
  async (name, { ending, moves }) => {
    const cwd = fresh(`named ${name}`);
    const said = await made(['export', scene, '--to', name, '--seed', '9', '--size', '20x10'], cwd);
    const path = `renders/small${ending}`;
    expect(said.split('\n')[0]).toMatch(new RegExp(`^renders/small\\${ending}  [\\d.]+ [kM]?B$`));
    expect(readdirSync(join(cwd, 'renders'))).toEqual([`small${ending}`]);

    const changed = parseSweep({ ...small, size: [20, 10], network: { ...small.network, seed: 9 } });
    const expected = moves ? changed : await stillOf(changed, 2, evaluate);
    expect((await recipeIn(path, cwd)).sweep).toEqual(expected);
    await made(['still', path, '--out', 'again.png'], cwd);
    expect(probe(join(cwd, 'again.png'))).toMatchObject({ width: 20, height: 10 });
  },
);

test('--at exports one moment of what would move', async () => {
  const cwd = fresh('at');
  await made(['export', scene, '--out', 'a.html', '--at', '0.5', '--recipe', 'recipe.json'], cwd);
  await made(['still', scene, '--out', 'b.html', '--at', '0.5'], cwd);
  await made(['still', scene, '--out', 'c.html'], cwd);
  const recipes = await Promise.all(['a', 'b', 'c'].map((name) => recipeIn(`${name}.html`, cwd)));
  const moments = await Promise.all([0.5, 0.5, 2].map((t) => stillOf(small, t, evaluate)));
  expect(recipes.map(({ sweep }) => sweep)).toEqual(moments);
  expect(parseRecipe(readFileSync(join(cwd, 'recipe.json'), 'utf8')).sweep).toEqual(small);
});

test('an exported page is never replaced by its own export', async () => {
  const cwd = fresh('own');
  await made(['export', scene, '--to', 'html'], cwd);
  await made(['export', 'renders/small.html', '--to', 'html'], cwd);
  expect(readdirSync(join(cwd, 'renders')).sort()).toEqual(['small-24x16.html', 'small.html']);
});

test('what does not fit into a file lies beside it, and existing files are replaced through links', async () => {
  const cwd = fresh('several');
  writeFileSync(join(cwd, 'old.txt'), 'old');
  symlinkSync('old.txt', join(cwd, 'wide.glsl'));
  const said = await made(
    ['export', scene, '--out', 'wide.glsl', '--set', 'layers=8', '--set', 'units=30', '--json'],
    cwd,
  );
  const { type, to, files } = JSON.parse(said);
  expect({ type, to }).toEqual({ type: 'result', to: 'shadertoy' });
  const paths = files.map(({ path }: { path: string }) => path);
  expect(paths).toEqual(['wide.glsl', 'wide.buffer-a.glsl']);
  expect(readdirSync(cwd).sort()).toEqual(['old.txt', 'wide.buffer-a.glsl', 'wide.glsl']);
  for (const { path, bytes } of files) expect(readFileSync(join(cwd, path)).length).toBe(bytes);
  expect(readFileSync(join(cwd, 'old.txt'), 'utf8')).toContain('mainImage');
});

test('one rendering makes a film and a page', async () => {
  const cwd = fresh('mixed');
  const { code, stdout } = await inProcess(
    ['render', scene, '--out', 'film.gif', '--out', 'page.html', '--out', 'shader.frag', '--loops', '1'],
    { cwd },
  );
  expect(code).toBe(0);
  const names = stdout.split('\n').flatMap((line) => /^\w+\.(html|frag|gif)/.exec(line)?.[0] ?? []);
  expect(names).toEqual(['page.html', 'shader.frag', 'film.gif']); // refusals come before long work
  expect(readdirSync(cwd).sort()).toEqual(['film.gif', 'page.html', 'shader.frag']);
  expect((await recipeIn('page.html', cwd)).sweep).toEqual(small);
  expect(probe(join(cwd, 'film.gif')).frames).toBe(20);
});

test('a page renders as the film that it plays', async () => {
  const cwd = fresh('film');
  await made(['export', scene, '--out', 'page.html'], cwd);
  await inProcess(['render', 'page.html', '--size', '8x8'], { cwd });
  expect(readdirSync(join(cwd, 'renders')).sort()).toEqual(['page.gif', 'page.mp4']);
  expect(probe(join(cwd, 'renders/page.gif'))).toMatchObject({ width: 8, frames: 20 });
});

test('a row of a batch may be a page', async () => {
  const cwd = fresh('batch');
  writeFileSync(join(cwd, 'rows.json'), JSON.stringify([{ scene, out: 'a.html', seed: 3 }]));
  const { code, stdout } = await inProcess(['batch', 'rows.json'], { cwd });
  expect({ code, last: stdout.trim().split('\n').at(-1) }).toEqual({ code: 0, last: '1 of 1 rows made.' });
  expect((await recipeIn('a.html', cwd)).sweep!.network.seed).toBe(3);
});

test('an activation is exported as a curve by its name, unless a sweep has that name', async () => {
  const cwd = fresh('activation');
  await made(['export', 'relu', '--out', 'relu.svg'], cwd);
  expect((await recipeIn('relu.svg', cwd)).sweep!.network.outputActivation).toBe('relu');
  expect(await refused(['export', 'gelu', '--to', 'html'], cwd)).toMatch(/^There is no scene "gelu"/);
  mkdirSync(join(cwd, 'scenes'));
  const code =
    "import { sweep } from 'untrained';\nexport default sweep({ seconds: 1, network: { features: ['x'] } });\n";
  writeFileSync(join(cwd, 'scenes/silu.ts'), code);
  await made(['export', 'silu', '--to', 'svg'], cwd);
  expect((await recipeIn('renders/silu.svg', cwd)).sweep!.network.features).toEqual(['x']);
});

test('programs export as the command does, and can stop it', async () => {
  const cwd = fresh('code');
  const files = await exportSweep(small, join(cwd, 'a.html'), { at: 0.5 });
  expect(files).toEqual([{ path: join(cwd, 'a.html'), bytes: readFileSync(join(cwd, 'a.html')).length }]);
  await made(['export', scene, '--out', 'b.html', '--at', '0.5'], cwd);
  const [ours, theirs] = ['a.html', 'b.html'].map((name) => readFileSync(join(cwd, name), 'utf8'));
  expect(ours.replaceAll('a.html', 'b.html')).toBe(theirs);
  const stop = new AbortController();
  const stopped = exportSweep(small, join(cwd, 'new/c.html'), { signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(stopped).rejects.toThrow('enough');
  expect(readdirSync(cwd).sort()).toEqual(['a.html', 'b.html']);
});

test.each([
  [['export', scene]],
  [['export', scene, '--to', 'htm']],
  [['export', scene, '--out', 'film.mp4']],
  [['export', scene, '--out', 'film']],
  [['export', scene, '--out', '.html']],
  [['export', scene, '--out', 'a.frag', '--to', 'html']],
  [['export', scene, '--out', 'a', '--to', 'html']],
  [['export', scene, '--out', 'a/', '--to', 'html']],
  [['export', scene, '--out', 'a.onnx', '--recipe', './a.onnx']],
  [['export', scene, '--to', 'html', '--at', '3']],
  [['export', scene, '--to', 'onnx', '--at', '3']],
  [['export', scene, '--to', 'html', '--crf', '3']],
  [['export', scene, '--to', 'svg']], // a network of x and y
  [['export', 'star', '--to', 'html']],
  [['render', 'star', '--out', 'a.html']],
  [['still', 'star', '--out', 'a.html']],
  [['render', scene, '--out', 'a.onnx']],
  [['still', scene, '--out', 'a.svg']],
  [['sheet', scene, '--seeds', '1-2', '--out', 'a.html']],
  ...[
    '--quality=high',
    '--crf=9',
    '--gif=global',
    '--max-size=8MB',
    '--loops=2',
    '--for=x',
    '--frames=0-3',
    '--every=2',
    '--poster=p.png',
    '--transparent',
  ].map((option) => [['render', scene, '--out', 'a.html', '--out', 'b.frag', option]]),
  [['render', scene, '--out', 'a.html', '--out', 'b.mp4', '--for', 'x', '--for', 'discord']],
  [['info', 'missing.html']],
  [['render', 'missing.html']],
])('%j is refused in one line, and leaves nothing behind', async (args) => {
  const cwd = fresh(
    `refused ${JSON.stringify(args)
      .replace(/[^a-z0-9]+/gi, ' ')
      .slice(-60)}`,
  );
  expect(await refused(args, cwd)).toMatchSnapshot();
  expect(readdirSync(cwd)).toEqual([]);
});

test('what cannot be exported leaves no file and no folder, and existing files as they are', async () => {
  const cwd = fresh('atomic');
  writeFileSync(join(cwd, 'a.svg'), 'mine');
  await refused(['export', scene, '--out', 'new/folder/a.svg'], cwd);
  await refused(['export', scene, '--out', 'a.svg'], cwd);
  // The second file cannot be written, so neither is.
  mkdirSync(join(cwd, 'wide.buffer-a.glsl'));
  await refused(['export', scene, '--out', 'wide.glsl', '--set', 'layers=8', '--set', 'units=30'], cwd);
  expect(readdirSync(cwd).sort()).toEqual(['a.svg', 'wide.buffer-a.glsl']);
  expect(readFileSync(join(cwd, 'a.svg'), 'utf8')).toBe('mine');
});

test('a file without a recipe, or with a bad one, is refused in one line', async () => {
  const cwd = fresh('damaged');
  writeFileSync(join(cwd, 'none.html'), '<p>Hello</p>');
  writeFileSync(join(cwd, 'cut.html'), '<script>{"untrained":2,"sweep":{"title":"a');
  writeFileSync(join(cwd, 'bad.html'), '<script>{ "untrained": 2, "sweep": { "seconds": -1 } }</script>');
  expect(await made(['info', 'none.html'], cwd)).toMatch(
    /^none\.html {2}HTML page, 1 kB\nIt carries no recipe/,
  );
  for (const name of ['none', 'cut'])
    expect(await refused(['render', `${name}.html`], cwd)).toMatch(
      /^\w+\.html carries no recipe: it was not made/,
    );
  expect(await refused(['render', 'bad.html'], cwd)).toMatch(/^bad\.html: seconds is -1 but must be/);
  expect(existsSync(join(cwd, 'renders'))).toBe(false);
});

test.each([{ layer: 1 }, { layer: 1, unit: 1 }, { output: 1 }])(
  'a part of a network with one output is exported in a palette of three: %j',
  async (shown) => {
    const cwd = fresh(`part ${Object.values(shown).join(' ')} ${Object.keys(shown).at(-1)}`);
    const network = { layers: 2, units: 2, outputs: 1 as const, weightScale: tween(0.3, 0.6) };
    const film = sweep({
      seconds: 1,
      fps: 10,
      size: [32, 32],
      network,
      shown,
      palette: 'oklab',
      pace: 'even',
    });
    expect(await exportSweep(film, join(cwd, 'a.html'))).toHaveLength(1);
  },
);
