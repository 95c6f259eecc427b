/** The package as npm installs it: packed, and installed with its dependencies into an empty project. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../cli/untrained.js';

const folder = temporaryFolder();
const project = join(folder, 'project');
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const run = (program: string, args: string[], cwd: string) =>
  promisify(execFile)(program, args, { cwd, shell: program === 'npm' && process.platform === 'win32' });

/** The lock file of a project that depends only on the packed package, at this repository's versions. */
function lockFor(tarball: string): object {
  const { version, dependencies, optionalDependencies, bin, engines } = json('package.json');
  const all = Object.entries<{ dev?: boolean }>(json('package-lock.json').packages);
  const needed = all.filter(([path, { dev }]) => path !== '' && !dev);
  const own = { version, resolved: tarball, dependencies, optionalDependencies, bin, engines };
  const packages = {
    '': { name: 'project', dependencies: { untrained: tarball } },
    'node_modules/untrained': own,
    ...Object.fromEntries(needed),
  };
  return { name: 'project', lockfileVersion: 3, requires: true, packages };
}

/** Whether npm could not reach a registry and lacks packages in its cache. */
const isOffline = (error: unknown) =>
  /ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT/.test(
    (error as { stderr?: string }).stderr ?? '',
  );

test('npm pack and npm install give an empty project the command and the modules', async ({ skip }) => {
  mkdirSync(project);
  const packing = ['pack', '--ignore-scripts', '--json', '--offline', '--pack-destination', project];
  const [{ filename }] = JSON.parse((await run('npm', packing, process.cwd())).stdout);
  const tarball = `file:${filename}`;
  const manifest = { name: 'project', private: true, type: 'module', dependencies: { untrained: tarball } };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify(lockFor(tarball)));
  const installing = ['ci', '--prefer-offline', '--fetch-retries=0', '--no-audit', '--no-fund'];
  await run('npm', installing, project).catch((error) => {
    if (isOffline(error)) skip('npm has neither a registry nor these packages in its cache');
    throw error;
  });

  const command = ['exec', '--offline', '--', 'untrained'];
  const list = await run('npm', [...command, 'list'], project);
  expect(list.stdout).toMatch(/^weight-scale /m);
  const small = ['--size', '16', '--frames', '0-2', '--quiet', '--no-cache'];
  await run('npm', [...command, 'render', 'depth', ...small, '--out', 'a.mp4', '--out', 'a.gif'], project);
  for (const name of ['a.mp4', 'a.gif'])
    expect(readFileSync(join(project, name)).length).toBeGreaterThan(100);

  const program = `
    import { createRenderer, frameSchema } from 'untrained';
    import { renderStill } from 'untrained/render';
    const renderer = await createRenderer({ backend: 'cpu' });
    const frame = frameSchema.parse({ network: { layers: 2, width: 4 }, size: [4, 4] });
    console.log((await renderer.render(frame)).length, typeof renderStill);
    await renderer.close();`;
  writeFileSync(join(project, 'program.js'), program);
  expect((await run(process.execPath, ['program.js'], project)).stdout).toBe('64 function\n');

  // What --omit=optional leaves out, whether a dependency of ours or of another package.
  const { packages } = json('package-lock.json');
  const optional = Object.keys(packages).filter((path) => packages[path].optional);
  const there = optional.filter((path) => existsSync(join(project, path)));
  expect(there.join()).toMatch(/webgpu.*|@rollup/);
  for (const path of there) rmSync(join(project, path), { recursive: true, force: true });
  const still = ['still', 'depth', '--size', '16', '--quiet', '--out', 'without.png'];
  const sheet = ['sheet', 'depth', '--size', '16', '--seeds', '1-2', '--quiet', '--out', 'sheet.png'];
  const exported = ['export', 'glass', '--size', '16', '--quiet', '--out', 'page.html'];
  const bin = 'node_modules/untrained/dist/cli/main.js';
  for (const words of [still, sheet, exported]) {
    await run(process.execPath, [bin, ...words], project);
    expect(existsSync(join(project, words.at(-1)!)), words[0]).toBe(true);
  }
  const starred = [bin, 'still', 'star', '--size', '16'];
  const refused = await run(process.execPath, starred, project).catch((error) => error);
  expect(refused).toMatchObject({ code: 3, stdout: '' });
  expect(refused.stderr).toMatch(
    /^untrained: Composed scenes and the editor need Rollup.*without --omit=optional\.$/m,
  );
});
