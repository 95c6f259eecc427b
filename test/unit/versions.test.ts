/** Cached results are invalidated when drawing code changes: our own, or that of packages. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DRAWING, drawingVersions, versionsOf } from '../../src/system/packages.js';
import { digestOf } from '../../src/system/version.js';

const folder = mkdtempSync(join(tmpdir(), 'untrained-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Installs an empty package with this version and these dependencies. */
function install(
  path: string,
  name: string,
  version: string,
  dependencies: Record<string, string> = {},
): void {
  mkdirSync(join(folder, path), { recursive: true });
  const manifest = { name, version, dependencies, exports: { '.': './none.js' } };
  writeFileSync(join(folder, path, 'package.json'), JSON.stringify(manifest));
}

test('versions are those that Node resolves: nested, hoisted and linked, with all dependencies', () => {
  install('app/node_modules/maps', 'maps', '1.0.0', { colour: '*', absent: '*' });
  install('app/node_modules/colour', 'colour', '3.0.0', { maps: '*' }); // a circular dependency
  install('app/node_modules/untrained', 'untrained', '0.1.0', { maps: '*', colour: '*' });
  install('app/node_modules/untrained/node_modules/colour', 'colour', '2.0.0');
  install('store/linked', 'linked', '5.0.0');
  symlinkSync(join(folder, 'store/linked'), join(folder, 'app/node_modules/linked'));
  const from = join(folder, 'app/node_modules/untrained/dist/jobs');
  expect(versionsOf(['maps', 'linked', 'nowhere'], from)).toEqual([
    'colour@3.0.0',
    'linked@5.0.0',
    'maps@1.0.0',
  ]);
  expect(versionsOf(['colour'], from)).toEqual(['colour@2.0.0']);
});

test.each(['seedrandom', 'd3-color', 'd3-interpolate', 'd3-scale-chromatic', 'd3-scale', 'three'])(
  'another version of %s changes the fingerprint',
  (name) => {
    const own = drawingVersions();
    expect(own.filter((version) => version.startsWith(`${name}@`))).toHaveLength(1);
    const other = own.map((version) => (version.startsWith(`${name}@`) ? `${name}@99.0.0` : version));
    expect(digestOf('', own)).toBe(digestOf('', [...own]));
    expect(digestOf('', other)).not.toBe(digestOf('', own));
  },
);

test('another installed version is detected', () => {
  const modules = join(folder, 'real', 'node_modules');
  const before = DRAWING.filter((name) => !name.startsWith('@'));
  for (const name of before) {
    mkdirSync(join(modules, name), { recursive: true });
    cpSync(join('node_modules', name, 'package.json'), join(modules, name, 'package.json'));
  }
  const versions = versionsOf(DRAWING, join(folder, 'real'));
  const path = join(modules, 'seedrandom', 'package.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"version": *"[^"]*"/, '"version": "9.9.9"'));
  expect(versionsOf(DRAWING, join(folder, 'real'))).not.toEqual(versions);
});

test('every package that is imported where pixels are decided counts', () => {
  // These decide what is drawn or where; keys include the frame descriptions, bundles and browsers that result.
  const others = ['zod', 'fastest-levenshtein', 'fontkit', 'esbuild', 'vite', 'playwright-core'];
  for (const part of ['core', 'renderers', 'files', 'nodes', 'outputs', 'sources', 'jobs']) {
    for (const file of readdirSync(join('src', part), { recursive: true }).map(String)) {
      if (!file.endsWith('.ts')) continue;
      const source = readFileSync(join('src', part, file), 'utf8');
      for (const [, name] of source.matchAll(
        /^(?:import|export|}) .*from '([^.#][^']*)';$|import\('([^.#][^']*)'\)/gm,
      )) {
        if (!name || name.startsWith('node:') || /^untrained(\/|$)/.test(name)) continue; // ours counts as a whole
        const [scope, rest] = name.split('/');
        const packageName = scope.startsWith('@') ? `${scope}/${rest}` : scope;
        expect([...DRAWING, ...others], `${part}/${file}`).toContain(packageName);
      }
    }
  }
});
