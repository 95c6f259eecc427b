/** The package in another project: its types, and the code in docs/code.md. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { compiles, eachDependency, folder, GUIDE_CODE } from './packed.js';

/** Each way to find modules, and both sets of libraries; consumer.long.test.ts has the other combinations. */
compiles([
  { module: 'esnext', dom: true },
  { module: 'nodenext', dom: true },
  { module: 'node16', dom: false },
]);

test('the code in docs/code.md makes its films with the package', async () => {
  const project = join(folder, 'project');
  mkdirSync(join(project, 'node_modules'), { recursive: true });
  cpSync(join(folder, 'node_modules/untrained'), join(project, 'node_modules/untrained'), {
    recursive: true,
  });
  eachDependency((name, at) => {
    const to = join(project, 'node_modules', name);
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(at, to, 'junction');
  });
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  expect(GUIDE_CODE).toContain('seconds: 4,');
  writeFileSync(
    join(project, 'index.js'),
    `${GUIDE_CODE.replace('seconds: 4,', 'seconds: 0.2, size: [16, 16],')}console.log(rgba.length);\n`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, ['index.js'], { cwd: project });
  expect(stdout).toBe(`${640 * 360 * 4}\n`);
  for (const name of ['film.mp4', 'film.gif'])
    expect(statSync(join(project, name)).size).toBeGreaterThan(100);
  const bin = join(project, 'node_modules/untrained/dist/cli/main.js');
  const list = await promisify(execFile)(process.execPath, [bin, 'list'], { cwd: project });
  expect(list.stdout).toMatch(/^weight-scale /m);
});
