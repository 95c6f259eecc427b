/** The package in another project: its types, and the code in docs/code.md. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build as esbuild } from 'esbuild';
import { type Rollup, build as vite } from 'vite';
import { beforeAll, expect, test } from 'vitest';
import { compiles, eachDependency, folder, GUIDE_CODE } from './packed.js';

/** Each way to find modules, and both sets of libraries; consumer.long.test.ts has the other combinations. */
compiles([
  { module: 'esnext', dom: true },
  { module: 'nodenext', dom: true },
  { module: 'node16', dom: false },
]);

const project = join(folder, 'project');

beforeAll(() => {
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
});

test('the code in docs/code.md makes its films with the package', async () => {
  expect(GUIDE_CODE).toContain('seconds: 4,');
  writeFileSync(
    join(project, 'index.js'),
    `${GUIDE_CODE.replace('seconds: 4,', 'seconds: 0.2, size: [16, 16],')}console.log(rgba.length);\n`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, ['index.js'], { cwd: project });
  expect(stdout).toBe(`${640 * 360 * 4}\n`);
  for (const name of ['film.mp4', 'film.gif'])
    expect(statSync(join(project, name)).size).toBeGreaterThan(100);
  const required = `const { renderStill } = require('untrained/render');
    const { sweep } = require('untrained');
    renderStill(sweep({ seconds: 1, size: [16, 16] }), 0, 'required.png').then(() => console.log('drawn'));`;
  writeFileSync(join(project, 'required.cjs'), required);
  const quietly = ['--disable-warning=ExperimentalWarning', 'required.cjs'];
  const outcome = await promisify(execFile)(process.execPath, quietly, { cwd: project });
  expect(outcome).toMatchObject({ stdout: 'drawn\n', stderr: '' });
  const bin = join(project, 'node_modules/untrained/dist/cli/main.js');
  const list = await promisify(execFile)(process.execPath, [bin, 'list'], { cwd: project });
  expect(list.stdout).toMatch(/^weight-scale /m);
});

test('bundlers need no configuration', async () => {
  const program = `
    import { createRenderer } from 'untrained';
    import { NetworkField } from 'untrained/nodes';
    console.log(createRenderer, NetworkField);`;
  writeFileSync(join(project, 'main.js'), program);
  const bundled = await esbuild({
    absWorkingDir: project,
    entryPoints: ['main.js'],
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
  });
  expect(bundled.warnings).toEqual([]);
  const built = (await vite({
    root: project,
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, lib: { entry: 'main.js', formats: ['es'], fileName: 'bundle' } },
  })) as Rollup.RollupOutput[];
  const byVite = built[0].output.map((part) => (part.type === 'chunk' ? part.code : '')).join('\n');
  for (const text of [bundled.outputFiles[0].text, byVite]) {
    expect(text).toContain('NetworkField');
    expect(text).toContain('requestAdapter'); // for browsers
    expect(text).not.toMatch(/^(import .*from|export .* from) ?['"]/m); // nothing is left to resolve
    expect(text).not.toContain('node:worker_threads');
  }
});
