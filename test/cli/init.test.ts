/** `untrained init`: the project that it makes, and what it refuses. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { packageName } from '../../src/cli/init.js';
import { inProcess, temporaryFolder } from './untrained.js';

const folder = temporaryFolder();
const project = join(folder, 'My Film');
const repository = resolve('.');
const init = (...words: string[]) => inProcess(['init', ...words], { cwd: folder });
const complaint = async (...words: string[]) => {
  const { code, stdout, stderr } = await init(...words);
  expect([code, stdout]).toEqual([2, '']);
  return stderr.replace(/^untrained: |\n$/g, '');
};
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const inProject = (...words: string[]) => inProcess(words, { cwd: project });

beforeAll(async () => {
  mkdirSync(join(project, '.git'), { recursive: true }); // "git init" may come first
});

test('makes a project, and says what to do next', async () => {
  expect(await init('My Film')).toEqual({
    code: 0,
    stdout: `Made a project in My Film. Next:
  cd 'My Film'
  npm install
  npm run render    # renders/drift.mp4 and .gif
  npm start         # the editor
`,
    stderr: '',
  });
  expect(readdirSync(project).sort()).toEqual([
    '.git',
    '.gitignore',
    'README.md',
    'package.json',
    'scenes',
    'tsconfig.json',
  ]);
  const { version, dependencies } = json('package.json');
  const manifest = json(join(project, 'package.json'));
  expect(manifest).toMatchObject({
    name: 'my-film',
    private: true,
    dependencies: { untrained: `^${version}` },
  });
  for (const name of ['@motion-canvas/2d', '@motion-canvas/core'])
    expect(manifest.devDependencies[name]).toBe(dependencies[name]);
  const [, documented] =
    /^`tsconfig.json`:\n\n```json\n(.*?)```/ms.exec(readFileSync('docs/packages.md', 'utf8')) ?? [];
  expect(json(join(project, 'tsconfig.json'))).toEqual(JSON.parse(documented!));
});

test('strict TypeScript accepts it', () => {
  const modules = join(project, 'node_modules');
  mkdirSync(modules);
  symlinkSync(repository, join(modules, 'untrained'), 'junction');
  symlinkSync(join(repository, 'node_modules/@motion-canvas'), join(modules, '@motion-canvas'), 'junction');
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  expect(execFileSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' })).toBe('');
});

test('its scripts draw both scenes', async () => {
  const { scripts } = json(join(project, 'package.json'));
  const words = (script: string) => scripts[script].split(' ').slice(1);
  const small = ['--size', '48x48', '--frames', '0-2', '--quiet', '--no-cache'];
  for (const script of ['render', 'render:growing']) {
    const { code, stderr } = await inProject(...words(script), ...small);
    expect([code, stderr], script).toEqual([0, '']);
  }
  for (const name of ['drift', 'growing'])
    expect(statSync(join(project, `renders/${name}.mp4`)).size).toBeGreaterThan(100);
  expect((await inProject(...words('still'), '--size', '48x48', '--quiet')).code).toBe(0);
  expect(words('start')).toEqual(['edit']);
  expect(scripts.check).toBe('tsc');
  const { stdout } = await inProject('list');
  expect(stdout).toMatch(
    /^drift .*A drifting network\ngrowing .*A network whose weights grow, with a caption$/m,
  );
});

test('overwrites nothing', async () => {
  const before = readFileSync(join(project, 'README.md'), 'utf8');
  writeFileSync(join(folder, 'file'), '');
  for (const name of ['full', 'npm']) mkdirSync(join(folder, name));
  for (const name of ['a', 'b', 'c', 'd']) writeFileSync(join(folder, 'full', name), '');
  writeFileSync(join(folder, 'npm/package.json'), '{}');
  expect({
    again: await complaint('My Film'),
    full: await complaint('full'),
    npm: await complaint('npm'),
    file: await complaint('file'),
    here: await complaint(),
  }).toMatchInlineSnapshot(`
    {
      "again": ""My Film" already has a package.json: run npm install untrained there, and save scenes in scenes/; or name a new folder.",
      "file": ""file" is a file: name a new folder.",
      "full": ""full" is not empty (a, b, c, ...): name a new folder.",
      "here": "This folder is not empty (My Film, file, full, ...): name a new folder.",
      "npm": ""npm" already has a package.json: run npm install untrained there, and save scenes in scenes/; or name a new folder.",
    }
  `);
  expect(readFileSync(join(project, 'README.md'), 'utf8')).toBe(before);
  expect(readdirSync(join(folder, 'full'))).toEqual(['a', 'b', 'c', 'd']);
});

test('refuses names that another system does not allow', async () => {
  expect(await complaint('films/aux/mine')).toBe(
    '"aux" is the name of a device on Windows: choose another name.',
  );
  expect(await complaint('what?')).toContain('not a valid name on every system, because it contains "?"');
  expect(existsSync(join(folder, 'films'))).toBe(false);
});

test('the name of the package is valid', () => {
  const names = [
    'My Film',
    'Größe',
    '_x',
    'a/b',
    '日本',
    'untrained',
    'node_modules',
    '.config',
    'x'.repeat(300),
  ];
  expect(names.map((name) => packageName(name).slice(0, 214))).toEqual(names.map(packageName));
  expect(names.slice(0, 8).map(packageName)).toEqual([
    ...['my-film', 'gro-e', 'x', 'a-b', 'my-film', 'untrained-film', 'node_modules-film', 'config'],
  ]);
});
