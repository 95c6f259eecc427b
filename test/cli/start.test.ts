/** How the command starts and ends: supported Nodes, exit codes, closed streams, and interruption. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { noteOf } from '../../src/core/recipe/note.js';
import { sweep } from '../../src/index.js';
import { inProcess, temporaryFolder, untrained } from './untrained.js';

const folder = temporaryFolder();
const fresh = (name: string) => {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
};
const main = resolve('dist/cli/main.js');

describe('an old Node', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8'));
  const needed = /^>=(\d+)\.(\d+)$/.exec(engines.node)!;
  const as = (version: string, script: string) => {
    const pretend = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });`;
    const options = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`];
    try {
      const stdio = ['ignore', 'pipe', 'pipe'] as const;
      execFileSync(process.execPath, [...options, script, 'list', '--help'], {
        stdio: [...stdio],
        encoding: 'utf8',
      });
      return 'ran';
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: string };
      return `${status} ${stderr}`;
    }
  };

  test.each([main, resolve('build/run.js')])('gets one line that says which one is needed: %s', (script) => {
    const [, major, minor] = needed.map(Number);
    for (const version of ['14.21.3', '18.20.8', `${major}.${minor - 1}.9`]) {
      expect(as(version, script)).toBe(
        `1 untrained: Node ${version} is too old: install Node ${major}.${minor} or later from https://nodejs.org.\n`,
      );
    }
    for (const version of [`${major}.${minor}.0`, '22.0.0', '26.1.0'])
      expect(as(version, script)).toBe('ran');
  });

  test('gets that far: the entry point imports nothing', () => {
    for (const script of [main, 'build/run.js'])
      expect(readFileSync(script, 'utf8')).not.toMatch(/^\s*(import|export)\s*([\w*{][^}]*}? from)?\s*['"]/m);
  });
});

describe('bad usage exits with 2 and says so in one line', () => {
  test.each([
    [['cache', 'clear', '--nope']],
    [['cache', 'clear', 'all']],
    [['cache', 'claer']],
    [['cache', '--nope']],
    [['help', 'rendr']],
    [['--nope']],
    [['info']],
    [['info', 'a.mp4', 'b.mp4']],
    [['info', 'nowhere.mp4']],
    [['platforms', 'x']],
    [['places', 'x']],
    [['list', '--nope']],
    [['doctor', 'all']],
    [['edit', '--port', '0']],
    [['batch', 'a.csv', 'b.csv']],
    [['render', 'depth', '6']],
    [['render', 'a\nb\u001b[2J']],
    [['render', '--frames\n']],
    [['render', '--out']],
    [['render', '--for', 'nowhere']],
    [['still', '--at', '-1']],
  ])('%j', async (args) => {
    const { code, stdout, stderr } = await inProcess(args);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^untrained: \P{C}+\n$/u);
    expect(code).toBe(2);
  });

  test('but help is not an error', async () => {
    for (const args of [['help'], ['help', 'render'], ['cache', 'clear', '--help'], ['--version']])
      expect(await inProcess(args), args.join(' ')).toMatchObject({ code: 0, stderr: '' });
  });
});

describe.skipIf(process.platform === 'win32')('nobody reads', () => {
  // A recipe, because loading a scene's module needs another process.
  const recipe = join(folder, 'film.json');
  writeFileSync(
    recipe,
    noteOf({ sweep: sweep({ seconds: 1, size: [16, 16], network: { layers: 2, width: 4 } }) }),
  );
  const film = `"$NODE" "$MAIN" render "$RECIPE" --size 16x16 --no-cache --out a.mp4 --out b.gif`;
  const shell = (script: string, cwd: string) =>
    new Promise<string>((done, failed) => {
      const env = { ...process.env, NODE: process.execPath, MAIN: main, RECIPE: recipe };
      const child = spawn('sh', ['-c', script], { cwd, env, stdio: ['ignore', 'pipe', 'ignore'] });
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text) => {
        said += text;
      });
      child.on('error', failed);
      child.on('close', () => done(said));
    });

  test.each([
    ['stderr', `{ ${film} 2>&1 >/dev/null; echo $? > code; } | head -c 1 > /dev/null`],
    ['either', `{ ${film} 2>&1; echo $? > code; } | true`],
    ['JSON', `{ ${film} --json; echo $? > code; } | head -n 1 > /dev/null`],
    ['stderr, which is closed', `${film} 2>&-; echo $? > code`],
    ['stdout, which is closed', `${film} --json >&-; echo $? > code`],
    ['either, which are closed', `${film} >&- 2>&-; echo $? > code`],
    ...(process.platform === 'linux'
      ? [
          ['stderr, on a full disk', `${film} 2>/dev/full; echo $? > code`],
          ['JSON, on a full disk', `${film} --json >/dev/full 2>&1; echo $? > code`],
        ]
      : []),
  ])('%s, and the film is made nevertheless', async (name, script) => {
    const cwd = fresh(`unread-${name.replace(/\W/g, '-')}`);
    await shell(script, cwd);
    expect(readdirSync(cwd).sort()).toEqual(['a.mp4', 'b.gif', 'code']);
    expect(readFileSync(join(cwd, 'code'), 'utf8')).toBe('0\n');
  });

  test('an error keeps its exit code', async () => {
    expect(await shell('"$NODE" "$MAIN" render nothing-like-it 2>&-; echo $?', folder)).toBe('2\n');
  });
});

describe('stopped', () => {
  const stop = async (args: string[], env: Record<string, string>) => {
    const all = [
      'render',
      '--size',
      '16x16',
      '--set',
      'layers=2',
      '--seconds',
      '60',
      '--fps',
      '25',
      '--json',
      ...args,
    ];
    const outcome = await untrained(all, {
      cwd: fresh('stopped'),
      env,
      watch: ({ kill }, text) => text.includes('"frame":360,') && kill('SIGINT'), // after several segments
    });
    expect(outcome.code).toBe(130);
    expect(readdirSync(fresh('stopped'))).toEqual([]);
    return outcome.stderr;
  };
  const plain = 'untrained: Stopped. No partial file is left.\n';

  test('it offers to resume if segments are cached', async () => {
    const env = { UNTRAINED_CACHE: join(folder, 'cache') };
    expect(await stop(['--out', 'a.mp4'], env)).toBe(
      'untrained: Stopped. No partial file is left; run the same command again to resume.\n',
    );
  });

  test.each<[string, string[], Record<string, string>]>([
    ['--no-cache', ['--no-cache'], { UNTRAINED_CACHE: join(folder, 'unused') }],
    ['UNTRAINED_CACHE=off', [], { UNTRAINED_CACHE: 'off' }],
    ['a cache that cannot be created', [], { UNTRAINED_CACHE: join(resolve('package.json'), 'cache') }],
  ])('but not with %s', async (_, args, env) => {
    expect(await stop([...args, '--out', 'a.mp4'], env)).toBe(plain);
  });
});
