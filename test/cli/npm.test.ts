/**
 * The package's own npm scripts: options that npm swallowed, paths relative to the user's folder, and no needless
 * compilation.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { forgottenDashes } from '../../src/cli/forgotten.js';
import { buildProgram } from '../../src/cli/program.js';
import { temporaryFolder } from './untrained.js';

const folder = temporaryFolder();
const ours = { npm_package_name: 'untrained', npm_command: 'run', npm_lifecycle_event: 'render' };

/** The message for these npm variables and words. @param order - The order of the variables, if known. */
function said(
  env: Record<string, string>,
  words: string[],
  { name = 'render', order = [] as string[] } = {},
): Promise<string | undefined> {
  Object.assign(process.env, ours);
  const command = buildProgram(new AbortController().signal).commands.find((one) => one.name() === name)!;
  return forgottenDashes(command, words, env, order).finally(() => {
    for (const key of Object.keys(ours)) delete process.env[key];
  });
}

describe('a forgotten --', () => {
  const t = 'true';
  test.each<[Record<string, string>, string[], string]>([
    [{ npm_config_seconds: t }, ['weight-scale', '6'], 'weight-scale --seconds 6'],
    [{ npm_config_seconds: '6' }, ['weight-scale'], 'weight-scale --seconds 6'],
    [{ npm_config_seconds: t }, ['6', 'depth'], 'depth --seconds 6'],
    [{ npm_config_seed: t }, ['$(touch PWNED)'], "--seed '$(touch PWNED)'"],
    [{ npm_config_o: t }, ['depth', 'my film.mp4'], "depth --out 'my film.mp4'"],
    [{ npm_config_out: `${t}\n\n${t}` }, ['a.mp4', 'b.gif'], '--out a.mp4 --out b.gif'],
    [{ npm_config_set: `${t}\n\nseed=2` }, ['depth', 'layers=3'], 'depth --set layers=3 --set seed=2'],
    [{ npm_config_dither: t, npm_config_json: t }, [], '--dither --json'],
    // --fps is -f, -p and -s to npm.
    [{ npm_config_force: t, npm_config_parseable: t }, ['depth', '25'], 'depth --fps 25'],
    [{ npm_config_size: t, npm_config_pace: t }, ['even', '64x36'], '--size 64x36 --pace even'],
    [{ npm_config_seconds: t }, ['depth', '6', '--size', '64'], 'depth --seconds 6 --size 64'],
  ])('%j %j', async (env, words, line) => {
    expect(await said(env, words)).toMatch(/^npm treated --/);
    expect((await said(env, words))!.split(' Type: ')[1]).toBe(`npm run render -- ${line}`);
  });

  test.each<Record<string, string>>([{ npm_config_to: 'html' }, { npm_config_token_description: 'html' }])(
    '--to, which npm 11 takes as short for another option: %j',
    async (env) => {
      const message = await said({ ...env, npm_config_size: '64' }, ['oklch'], { name: 'export' });
      expect(message).toMatch(/ Type: npm run export -- oklch (?:--size 64 --to html|--to html --size 64)$/);
    },
  );

  test('two numbers are matched to their options if the order is known, and are not guessed otherwise', async () => {
    const env = { npm_config_size: 'true', npm_config_seconds: 'true' };
    const order = ['npm_config_seconds', 'npm_config_size'];
    expect(await said(env, ['depth', '6', '480'], { order })).toContain(
      'npm run render -- depth --seconds 6 --size 480',
    );
    expect(await said(env, ['depth', '6', '480'])).toContain(
      'as in npm run render -- depth --size WXH --seconds S, with your own values.',
    );
  });

  test('a value that npm swallowed is not invented', async () => {
    expect(await said({ npm_config_seed: 'true', npm_config_5: 'true' }, ['depth'])).toContain(
      'npm run render -- depth --seed SEED, with',
    );
  });

  test('npm settings in files and variables are not mistakes', async () => {
    const settings = join(folder, '.npmrc');
    writeFileSync(settings, 'json = true\nseed=4\n; timeout=3\n');
    const env = { npm_config_json: 'true', npm_config_seed: '4', npm_config_userconfig: settings };
    expect(await said(env, [])).toBeUndefined();
    expect(await said({ ...env, npm_config_timeout: '3' }, [])).toContain('npm treated --timeout');
    expect(await said({ npm_config_json: 'true', NPM_CONFIG_JSON: 'true' }, [])).toBeUndefined();
    expect(
      await said({ npm_config_cache: '/home/ada/.npm', npm_config_loglevel: 'warn' }, []),
    ).toBeUndefined();
    // Passed on by a script, so it is among our arguments too.
    expect(await said({ npm_config_seconds: '6' }, ['--seconds', '6'])).toBeUndefined();
    expect(await said({ npm_config_seconds: '6' }, ['--seconds=6'])).toBeUndefined();
  });
});

describe.skipIf(process.platform === 'win32')('npm itself', () => {
  /** Runs npm as in a shell. */
  function npm(args: string[], cwd = process.cwd()) {
    return new Promise<{ code: number | null; stdout: string; stderr: string }>((done, failed) => {
      const env = Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^(npm_|init_)/i.test(name)),
      );
      const child = spawn('npm', args, { cwd, env: { ...env, UNTRAINED_CACHE: 'off' } });
      const outcome = { code: null as number | null, stdout: '', stderr: '' };
      for (const stream of ['stdout', 'stderr'] as const)
        child[stream].setEncoding('utf8').on('data', (text: string) => {
          outcome[stream] += text;
        });
      child.on('error', failed);
      child.on('close', (code) => done({ ...outcome, code }));
    });
  }

  test('leaves the variables that reveal a forgotten --', async () => {
    const { code, stdout, stderr } = await npm(['run', '-s', 'render', 'weight-scale', '--seconds', '6']);
    expect(stdout).toBe('');
    expect(stderr.split('\n').filter((line) => line && !line.startsWith('npm '))).toEqual([
      'untrained: npm treated --seconds as an option of its own because there is no "--" before it. Type: npm run render -- weight-scale --seconds 6',
    ]);
    expect(code).toBe(2);
  });

  test('paths are relative to the current folder', async () => {
    const here = join(folder, 'elsewhere');
    mkdirSync(join(here, 'scenes'), { recursive: true });
    const text =
      "import { sweep } from 'untrained';\nexport default sweep({ seconds: 1, network: { layers: 2 } });\n";
    writeFileSync(join(here, 'mine.ts'), text);
    writeFileSync(join(here, 'scenes', 'own.ts'), text);
    const still = (scene: string, ...more: string[]) =>
      npm(['--prefix', process.cwd(), 'run', '-s', 'still', '--', scene, '--size', '16', ...more], here);
    const named = await still('mine.ts', '--out', 'made/a.png', '--recipe', 'a.json');
    expect(named.stdout, named.stderr).toMatch(/^made\/a\.png {2}/);
    expect((await still('own')).stdout).toMatch(/^renders\/own\.png {2}/);
    expect(readdirSync(here).sort()).toEqual(['a.json', 'made', 'mine.ts', 'renders', 'scenes']);
    expect(existsSync(join(here, 'renders', 'own.png'))).toBe(true);
  });
});

describe('the build', () => {
  /** A minimal package with this package's build. */
  function smallPackage(name: string) {
    const root = join(folder, name);
    const put = (path: string, text: string) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    for (const file of ['build.js', 'run.js']) put(`build/${file}`, readFileSync(`build/${file}`, 'utf8'));
    put(
      'build/embed.js',
      "import { writeFileSync } from 'node:fs';\nwriteFileSync('dist/embedded.js', '');\n",
    );
    put('fonts/one.woff2', '');
    put('package.json', '{ "type": "module" }');
    put('tsconfig.json', '{}');
    const compilerOptions = {
      incremental: true,
      tsBuildInfoFile: 'dist/.tsbuildinfo',
      outDir: 'dist',
      rootDir: 'src',
    };
    const rest = { declaration: true, module: 'esnext', lib: ['es5'], types: [] };
    put(
      'tsconfig.build.json',
      JSON.stringify({ compilerOptions: { ...compilerOptions, ...rest }, include: ['src'] }),
    );
    put('src/one.ts', 'export const one = 1;\n');
    put('src/deep/two.ts', 'export const two = 2;\n');
    symlinkSync(resolve('node_modules'), join(root, 'node_modules'), 'junction');
    const build = () =>
      new Promise<string>((done) => {
        const child = spawn(process.execPath, ['build/run.js', 'build'], { cwd: root });
        let said = '';
        child.stderr.setEncoding('utf8').on('data', (text) => {
          said += text;
        });
        child.on('close', (code) => done(`${code} ${said}`.trim()));
      });
    const dist = (path: string) => join(root, 'dist', path);
    /** Whether it did anything, that is, rewrote its output. */
    const builds = async () => {
      const before = existsSync(dist('.stamp')) ? statSync(dist('.stamp')).mtimeMs : 0;
      expect(await build()).toBe('0');
      return statSync(dist('.stamp')).mtimeMs !== before;
    };
    return { put, build, builds, dist };
  }

  test('compiles only what has changed', async () => {
    const { put, builds, dist } = smallPackage('changes');
    expect(await builds()).toBe(true);
    expect(await builds()).toBe(false);
    put('src/one.ts', 'export const one = 1;\n'); // a new modification time
    expect(await builds()).toBe(false);
    put('src/one.ts', 'export const one = 3;\n'); // the same length as before
    expect(await builds()).toBe(true);
    expect(readFileSync(dist('one.js'), 'utf8')).toContain('3');
    rmSync(join(dist('..'), 'src/deep/two.ts'));
    put('src/deep/three.ts', 'export const three = 3;\n'); // a new name
    expect(await builds()).toBe(true);
    expect(readdirSync(dist('deep')).sort()).toEqual(['three.d.ts', 'three.js']);
    rmSync(dist('one.js'));
    expect(await builds()).toBe(true);
    expect(existsSync(dist('one.js'))).toBe(true);
  });

  test('repeats a build that failed or was killed', async () => {
    const { put, build, builds, dist } = smallPackage('again');
    put('src/one.ts', 'export const one: string = 1;\n');
    expect(await build()).toMatch(
      /^1 src\/one\.ts.*: error TS2322.*\n.*untrained: dist\/ could not be built\.$/s,
    );
    expect(await build()).toMatch(/^1 /);
    put('src/one.ts', 'export const one = 1;\n');
    expect(await builds()).toBe(true);
    // What a killed build leaves: the lock of a dead process, no stamp, half a file.
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(dist('.lock'), `${pid}`);
    rmSync(dist('.stamp'));
    writeFileSync(dist('one.js'), 'export con');
    expect(await builds()).toBe(true);
    expect(readFileSync(dist('one.js'), 'utf8')).toContain('one = 1');
    expect(existsSync(dist('.lock'))).toBe(false);
  });

  test('two builds at once do not interfere', async () => {
    const { build, builds, dist } = smallPackage('twice');
    expect(await Promise.all([build(), build(), build()])).toEqual(['0', '0', '0']);
    expect(readFileSync(dist('one.js'), 'utf8')).toContain('one = 1');
    expect(await builds()).toBe(false);
  });
});
