/** Only local modules are drawn without GPU bounds checks: recipes and films may come from anyone. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { meansOf } from '../../dist/cli/draw.js';
import { reporter } from '../../dist/cli/report.js';
import { loadScene } from '../../dist/cli/scenes.js';
import { writeRecipe } from '../../src/index.js';
import { inProcess, temporaryFolder } from '../cli/untrained.js';

const folder = temporaryFolder();

/** Whether a scene is drawn with bounds checks. */
async function checked(given: string): Promise<boolean | undefined> {
  const scene = await loadScene(given);
  if (scene.kind !== 'sweep') throw new Error(`${given} is not a sweep.`);
  const options = { set: [], allowHost: [], cache: false, backend: 'auto' as const };
  return meansOf(scene, options, reporter({ quiet: true }), new AbortController().signal).boundsChecks;
}

test('scenes given by name or path are drawn without bounds checks, data with them', async () => {
  const module = join(folder, 'own.ts');
  copyFileSync('scenes/depth.ts', module);
  expect(await checked('weight-scale')).toBe(false);
  expect(await checked(module)).toBe(false);

  const recipe = join(folder, 'recipe.json');
  const scene = await loadScene('weight-scale');
  if (scene.kind !== 'sweep') throw new Error('It is not a sweep.');
  writeFileSync(recipe, writeRecipe(scene.sweep));
  expect(await checked(recipe)).toBe(true);

  const still = join(folder, 'still.png');
  const sheet = join(folder, 'sheet.png');
  const small = [
    'weight-scale',
    '--size',
    '16x16',
    '--set',
    'layers=2',
    '--backend',
    'cpu',
    '--no-cache',
    '--quiet',
  ];
  expect((await inProcess(['still', ...small, '--out', still])).code).toBe(0);
  expect((await inProcess(['sheet', ...small, '--seeds', '1-2', '--out', sheet])).code).toBe(0);
  expect(await checked(still)).toBe(true);
  expect(await checked(sheet)).toBe(true);
});
