/** Tests that the prebuilt bundle is used only if bundling again would give the same files. */
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../cli/untrained.js';

const built: typeof import('../../src/sources/composed/prebuilt.js') = await import(
  new URL('../../dist/sources/composed/prebuilt.js', import.meta.url).href
);
const folder = temporaryFolder();

/** The paths of the Motion Canvas modules that every page needs, as resolved from a project. */
const modulesOf = (project: string) =>
  new Map(
    ['core', '2d'].map((name) => [
      `@motion-canvas/${name}`,
      join(project, 'node_modules/@motion-canvas', name, 'lib/index.js'),
    ]),
  );

/** A project with its own copy of Motion Canvas. */
function project(name: string): string {
  const modules = join(folder, name, 'node_modules');
  mkdirSync(join(modules, '@motion-canvas'), { recursive: true });
  for (const entry of readdirSync('node_modules'))
    if (entry !== '@motion-canvas' && !entry.startsWith('.'))
      symlinkSync(resolve('node_modules', entry), join(modules, entry), 'junction');
  for (const part of ['core', '2d'])
    cpSync(resolve('node_modules/@motion-canvas', part), join(modules, '@motion-canvas', part), {
      recursive: true,
    });
  return join(folder, name);
}

test('the prebuilt bundle is used for the same Motion Canvas, wherever it is installed', () => {
  for (const path of [resolve('.'), project('theirs')]) {
    const { files, imports } = built.prebuiltPackages(modulesOf(path))!;
    expect(files.has(imports['@motion-canvas/2d'].replace('./', ''))).toBe(true);
  }
});

test('it is not used for a patched copy, another version, or with a module that is not in the bundle', () => {
  const patched = project('patched');
  writeFileSync(join(patched, 'node_modules/@motion-canvas/core/lib/tweening/interpolationFunctions.js'), '');
  expect(built.prebuiltPackages(modulesOf(patched))).toBe(undefined);
  const parts = modulesOf(resolve('.'));
  parts.set(
    '@motion-canvas/2d/lib/components',
    resolve('node_modules/@motion-canvas/2d/lib/components/index.js'),
  );
  expect(built.prebuiltPackages(parts)).toBe(undefined);
});

test('our own bundle contains only the parts of zod that validation needs', () => {
  const { files, needs } = built.ownModules();
  const all = [...files.values()].map((content) => content.toString()).join('\n');
  expect(all).toContain('Invalid input'); // validates
  expect(all).not.toContain('Ungültige Eingabe'); // does not contain forty languages
  expect(needs).toContain('@motion-canvas/core');
});
