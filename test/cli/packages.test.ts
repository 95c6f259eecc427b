/** Scenes in packages: those of docs/packages.md, packed, and rendered from the `node_modules` of a project. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { renderStill } from '../../dist/render.js';
import { inProcess, temporaryFolder } from './untrained.js';

const folder = temporaryFolder();
const sources = join(folder, 'sources');
const project = join(folder, 'project');
const installed = join(project, 'node_modules/@example/scenes');
const repository = resolve('.');

function write(root: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

/** The files that the page shows, by name. */
const documented = Object.fromEntries(
  [...readFileSync('docs/packages.md', 'utf8').matchAll(/^`([\w./]+)`:\n\n```\w+\n(.*?)```/gms)].map(
    ([, name, text]) => [name, text],
  ),
);
const SWEEP = "import { sweep } from 'untrained';\nexport default sweep({ seconds: 1, size: [8, 8] });\n";

beforeAll(() => {
  write(sources, documented);
  const packing = ['pack', '--ignore-scripts', '--json', '--offline', '--pack-destination', folder];
  const [{ filename }] = JSON.parse(
    execFileSync('npm', packing, { cwd: sources, encoding: 'utf8', shell: process.platform === 'win32' }),
  );
  const file = filename.replace('@', '').replace('/', '-'); // as older versions of npm print it
  execFileSync('tar', ['-xzf', file], { cwd: folder });
  mkdirSync(dirname(installed), { recursive: true });
  renameSync(join(folder, 'package'), installed);
  write(installed, {
    // Another copy of Untrained, as npm may install it: scenes get the one that renders them.
    'node_modules/untrained/package.json': '{ "name": "untrained", "main": "index.js" }',
    'node_modules/untrained/index.js': 'throw new Error("another copy");',
    'node_modules/untrained/nodes.js': 'throw new Error("another copy");',
  });
  write(join(project, 'node_modules/mapped'), {
    'package.json': JSON.stringify({
      exports: { '.': './main.js', './dots': { import: './src/dots.ts' }, './lost.ts': './src/lost.ts' },
    }),
    'main.js': 'export default 1;',
    'src/dots.ts': SWEEP,
    'src/hidden.ts': SWEEP,
  });
  write(project, {
    'mapped/dots.ts': 'throw new Error("the file");',
    'scenes/mapped.ts': 'throw new Error("the name");',
  });
});

const still = (scene: string, out = 'still.png') =>
  inProcess(['still', scene, '--size', '16x16', '--quiet', '--out', out], { cwd: project });
const complaint = async (scene: string) => (await still(scene)).stderr.replace(/^untrained: |\n$/g, '');

test('the package has what its manifest lists, and its scenes are drawn from it', async () => {
  expect(existsSync(join(installed, 'tsconfig.json'))).toBe(false);
  const size = ['--size', '16x16'];
  for (const scene of ['@example/scenes/walk.ts', '@example/scenes/growing.tsx']) {
    expect(await still(scene, `${scene}.png`)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(existsSync(join(project, `${scene}.png`))).toBe(true);
  }
  const sheet = ['sheet', '@example/scenes/walk.ts', ...size, '--frames', '0,9', '--out', 'sheet.png'];
  expect((await inProcess(sheet, { cwd: project })).code).toBe(0);
  write(project, { 'rows.json': '[{ "scene": "mapped/dots", "seed": 3 }]' });
  const batch = ['batch', 'rows.json', ...size, '--frames', '0-1'];
  expect((await inProcess(batch, { cwd: project })).code).toBe(0);
  expect(existsSync(join(project, 'renders/dots-seed3.mp4'))).toBe(true);
});

test('programs draw them too', async () => {
  const before = process.cwd();
  process.chdir(project);
  try {
    const out = join(project, 'program.png');
    await renderStill({ scene: '@example/scenes/growing.tsx' }, 0, out, { size: [16, 16] });
    expect(existsSync(out)).toBe(true);
    const walk = { scene: 'mapped/dots' };
    await expect(renderStill(walk, 0, out)).rejects.toThrow('mapped/dots refers to src/dots.ts');
  } finally {
    process.chdir(before);
  }
});

test('a file and a known name come before a package', async () => {
  expect(await complaint('mapped/dots.ts')).toContain('the file');
  expect(await complaint('mapped')).toContain('the name');
});

test('what is missing is told of in one line', async () => {
  expect({
    package: await complaint('no-such-package/scenes/walk.ts'),
    folder: await complaint('scenes/walk.ts'),
    file: await complaint('@example/scenes/wlak.ts'),
    hidden: await complaint('mapped/src/hidden.ts'),
    lost: await complaint('mapped/lost.ts'),
    itself: await complaint('@example/scenes'),
  }).toMatchInlineSnapshot(`
    {
      "file": "The package @example/scenes has no wlak.ts. Did you mean "@example/scenes/walk.ts"? Available: @example/scenes/growing.tsx, @example/scenes/shape.ts, @example/scenes/walk.ts.",
      "folder": "There is no file scenes/walk.ts: check its path.",
      "hidden": "The package mapped does not export src/hidden.ts: give the path of its file, node_modules/mapped/src/hidden.ts.",
      "itself": "The package @example/scenes has no main scene. Available: @example/scenes/growing.tsx, @example/scenes/shape.ts, @example/scenes/walk.ts.",
      "lost": "The package mapped has no lost.ts. Available: mapped/dots.",
      "package": "There is no file no-such-package/scenes/walk.ts, and no package no-such-package is installed here: check the path, or install the package with npm install no-such-package.",
    }
  `);
});

test('strict TypeScript accepts the scenes with the tsconfig.json that the page shows', () => {
  const modules = join(sources, 'node_modules');
  mkdirSync(modules);
  symlinkSync(repository, join(modules, 'untrained'), 'junction');
  symlinkSync(join(repository, 'node_modules/@motion-canvas'), join(modules, '@motion-canvas'), 'junction');
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  const check = () => execFileSync(process.execPath, [tsc, '-p', sources], { encoding: 'utf8' });
  expect(check()).toBe('');
});
