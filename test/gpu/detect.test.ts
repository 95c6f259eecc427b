/** GPUs are detected in a child process, so that drivers' output, hangs and crashes do no harm. */
import { execFile, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { detectGpu } from '#gpu';
import type { Detected, DetectOptions } from '../../src/renderers/gpu/host.js';
import { temporaryFolder, untrained } from '../cli/untrained.js';
import { softwareAdapter } from './adapter.js';
import { unpackSoftware } from './software.js';

const adapter = await softwareAdapter('how GPUs are detected');
const folder = temporaryFolder();
const software = unpackSoftware();

/** A stand-in for the child: a module that records each start and then runs `text`. */
function probe(name: string, text: string): { probe: string; starts: () => number } {
  const path = join(folder, `${name}.mjs`);
  const log = `${path}.log`;
  rmSync(log, { force: true });
  writeFileSync(log, '');
  writeFileSync(
    path,
    `import { appendFileSync, writeSync } from 'node:fs';
    appendFileSync(${JSON.stringify(log)}, '.');
    writeSync(2, 'before WebGPU\\n--- looking for a GPU ---\\n');
    const way = JSON.parse(process.argv[2]);
    const answer = (seen) => writeSync(1, JSON.stringify(seen) + '\\n');
    ${text}`,
  );
  return { probe: path, starts: () => readFileSync(log, 'utf8').length };
}

/** What a fresh process detects, with only the disk cache. */
async function detected(options: DetectOptions, env: NodeJS.ProcessEnv = {}): Promise<Detected> {
  const code = `import { detectGpu } from ${JSON.stringify(resolve('dist/renderers/gpu/host.node.js'))};
    console.log(JSON.stringify(await detectGpu(${JSON.stringify(options)})));`;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', code],
    {
      env: { ...process.env, ...env },
    },
  );
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const REAL = `answer({ name: 'A Real GPU', software: false });`;

describe.skipIf(!adapter)('detecting a GPU', () => {
  let cache: string;
  let before: string | undefined;
  beforeEach(() => {
    before = process.env.UNTRAINED_CACHE;
    cache = join(folder, `cache-${Math.random()}`);
    process.env.UNTRAINED_CACHE = cache;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.UNTRAINED_CACHE;
    else process.env.UNTRAINED_CACHE = before;
  });

  test('happens once per machine: other processes read the answer from disk, doctor detects again', async () => {
    const { probe: path, starts } = probe('real', REAL);
    const expected = { name: 'A Real GPU', software: false, way: {}, said: [] };
    for (let i = 0; i < 3; i++) expect(await detected({ probe: path })).toEqual(expected);
    expect(starts()).toBe(1);
    expect(await detected({ probe: path, fresh: true })).toEqual(expected);
    expect(starts()).toBe(2);
  });

  test('is repeated if a driver has changed, or the environment that affects drivers', async () => {
    const { probe: path, starts } = probe('changed', REAL);
    const driver = join(folder, 'driver.json');
    writeFileSync(driver, '{}');
    const env = { VK_DRIVER_FILES: driver };
    for (let i = 0; i < 2; i++) await detected({ probe: path }, env);
    expect(starts()).toBe(1);
    utimesSync(driver, 1e9, 1e9);
    await detected({ probe: path }, env);
    expect(starts()).toBe(2);
    await detected({ probe: path }, { ...env, MESA_VK_DEVICE_SELECT: '10de:2684' });
    expect(starts()).toBe(3);
    await detected({ probe: path }, { ...env, UNRELATED: 'x' });
    expect(starts()).toBe(3);
  });

  test.each<[string, string | Buffer]>([
    ['empty', ''],
    ['cut off', '[{"key":"'],
    ['of another shape', '{"key":7,"answer":[]}'],
    ['bytes', Buffer.from([0, 255, 254, 10])],
    ['a list of nonsense', '[null,7,{"key":"x","answer":{"look":"y"}}]'],
  ])('ignores and replaces a cache file that is %s', async (_, content) => {
    const { probe: path, starts } = probe('corrupt', REAL);
    mkdirSync(cache);
    writeFileSync(join(cache, 'gpu.json'), content);
    for (let i = 0; i < 2; i++) expect(await detected({ probe: path })).toMatchObject({ name: 'A Real GPU' });
    expect(starts()).toBe(1);
  });

  test('ignores an answer with the right key but the wrong shape, or with a driver that does not exist', async () => {
    const { probe: path, starts } = probe('forged', REAL);
    await detected({ probe: path });
    const file = join(cache, 'gpu.json');
    const [kept] = JSON.parse(readFileSync(file, 'utf8'));
    const look = { name: 'Forged', software: false, said: [] };
    const forgeries = [
      { look: { ...look, said: 'x' } },
      { look: { ...look, software: 'no' } },
      { look, way: { driver: join(folder, 'evil.json') } },
      { look, way: 7 },
    ];
    for (const [i, answer] of forgeries.entries()) {
      writeFileSync(file, JSON.stringify([{ ...kept, answer }]));
      expect(await detected({ probe: path })).toMatchObject({ name: 'A Real GPU' });
      expect(starts()).toBe(2 + i);
    }
  });

  test.each([
    ['a cache folder that cannot be created', () => ({ UNTRAINED_CACHE: '/proc/nowhere/cache' })],
    [
      'a file as the cache folder',
      () => {
        writeFileSync(cache, '');
        return { UNTRAINED_CACHE: cache };
      },
    ],
    ['none', () => ({ UNTRAINED_CACHE: 'off' })],
    ['no HOME', () => ({ UNTRAINED_CACHE: '', XDG_CACHE_HOME: '', HOME: '' })],
    ['an unusable HOME', () => ({ UNTRAINED_CACHE: '', XDG_CACHE_HOME: '', HOME: '/proc/nohome' })],
    [
      'a read-only folder',
      () => {
        mkdirSync(cache);
        chmodSync(cache, 0o500);
        return { UNTRAINED_CACHE: cache };
      },
    ],
  ])('works with %s', async (_, env) => {
    const { probe: path } = probe('unkept', REAL);
    expect(await detected({ probe: path }, env())).toMatchObject({ name: 'A Real GPU' });
  });

  test('kills a child that hangs at the deadline, and keeps its output', async () => {
    const { probe: path } = probe('hangs', `writeSync(2, 'waking the GPU\\n'); for (;;);`);
    expect(await detectGpu({ probe: path, deadline: 1500 })).toEqual({
      problem: expect.stringMatching(
        /^Looking for a GPU failed: its driver did not respond within 1.5 s\. .*[Uu]pdate/,
      ),
      said: ['waking the GPU'],
    });
  });

  test.each<[string, string, RegExp]>([
    ['crashes', `process.kill(process.pid, 'SIGSEGV'); for (;;);`, /its driver crashed \(SIGSEGV\)/],
    ['exits', 'process.exit(3);', /its driver ended the search process with code 3/],
    ['answers nonsense', `writeSync(1, '{"name":7}\\n');`, /its driver ended the search process with code 0/],
    [
      'has no WebGPU',
      `answer({ missing: 'no such package' });`,
      /^The webgpu package cannot be loaded \(no such package\)/,
    ],
    [
      'has a GPU that gives no device',
      `answer({ name: 'X', software: false, broken: 'no memory' });`,
      /^The GPU X cannot be used \(no memory\)/,
    ],
    [
      'refuses an adapter',
      `writeSync(2, 'Warning: Vulkan something required.\\n - While doing\\n    at F (f.cpp:1)\\n'); answer({});`,
      /rejects the installed Vulkan drivers \(Vulkan something required\)/,
    ],
  ])(
    'a child that %s gives a one-line reason, the second time from the cache',
    async (name, text, reason) => {
      const { probe: path, starts } = probe(name.replaceAll(' ', '-'), text);
      for (let i = 0; i < 2; i++) {
        const found = await detected({ probe: path });
        expect(found).toHaveProperty('problem', expect.stringMatching(reason));
        expect((found as { problem: string }).problem).not.toContain('\n');
      }
      expect(starts()).toBe(1);
    },
  );

  test('a child killed from outside says nothing about the GPU: the next process detects again', async () => {
    const { probe: path, starts } = probe('ended', `process.kill(process.pid, 'SIGINT'); for (;;);`);
    for (let i = 0; i < 2; i++) expect(await detected({ probe: path })).toHaveProperty('problem');
    expect(starts()).toBe(2);
  });

  test('stops when its signal is aborted, and ends the child', async () => {
    const { probe: path } = probe(
      'stopped',
      `appendFileSync(import.meta.filename + '.pid', String(process.pid)); for (;;);`,
    );
    const stop = new AbortController();
    const looking = detectGpu({ probe: path, signal: stop.signal });
    setTimeout(() => stop.abort(new Error('Stopped.')), 1000);
    await expect(looking).rejects.toThrow('Stopped.');
  });

  test.each<[string, string, object]>([
    ['loading one driver only', 'way.driver?.endsWith("b.json")', { driver: 'b.json' }],
    [
      'loading one driver only, without layers',
      'way.driver?.endsWith("b.json") && way.plain',
      { driver: 'b.json', plain: true },
    ],
  ])('silences a noisy machine by %s', async (name, quiet, way) => {
    const { probe: path, starts } = probe(
      name.replaceAll(' ', '-'),
      `if (!(${quiet})) writeSync(2, 'noise\\n');
      answer(way.driver?.endsWith('a.json') ? {} : { name: 'A Real GPU', software: false });`,
    );
    const files = ['a.json', 'b.json'].map((file) => join(folder, file));
    for (const file of files) writeFileSync(file, '{}');
    const env = { VK_DRIVER_FILES: files.join(':') };
    const expected = { ...way, driver: files[1] };
    for (let i = 0; i < 2; i++)
      expect(await detected({ probe: path }, env)).toMatchObject({ way: expected, said: ['noise'] });
    expect(starts()).toBe('plain' in way ? 4 : 3);
  });
});

describe.skipIf(!software)('with a driver that prints to stderr', () => {
  const broken = join(folder, 'broken_icd.json');
  writeFileSync(
    broken,
    JSON.stringify({
      file_format_version: '1.0.0',
      ICD: { library_path: join(folder, 'none.so'), api_version: '1.3.0' },
    }),
  );
  const files = `${software?.VK_DRIVER_FILES}:${broken}`;
  const env = {
    ...software,
    VK_DRIVER_FILES: files,
    VK_ICD_FILENAMES: files,
    UNTRAINED_CACHE: join(folder, 'noisy'),
  };
  const STILL = ['still', '--size', '40x24', '--set', 'layers=1', '--no-cache'];

  test('WebGPU itself is not silent', async () => {
    const dawn = JSON.stringify(resolve('node_modules/webgpu/index.js'));
    const code = `const { create } = await import(${dawn}); const gpu = create([]); await gpu.requestAdapter(); process.exit();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      env: { ...process.env, ...env },
    });
    let said = '';
    child.stderr.on('data', (text) => (said += text));
    await new Promise((done) => child.on('close', done));
    expect(said).not.toBe('');
  });

  // The first run detects the GPU, the second uses the cached answer.
  test.each(['gpu', 'auto'])('a still with --backend %s is silent', async (backend) => {
    for (const how of ['--quiet', '--json']) {
      const args = [...STILL, '--backend', backend, how, '--out', join(folder, 'noisy.png')];
      const { code, stderr, stdout } = await untrained(args, { env });
      expect(stderr).toBe('');
      expect(code).toBe(0);
      if (how === '--json')
        expect(JSON.parse(stdout).renderer).toMatch(backend === 'gpu' ? /^gpu: SwiftShader/ : /^cpu/);
    }
  });

  test('a program that uses the library is silent', async () => {
    const code = `import { createRenderer, frameSchema } from ${JSON.stringify(resolve('dist/index.js'))};
      const environment = () => JSON.stringify(Object.entries(process.env).sort());
      const before = environment();
      for (const backend of ['auto', 'gpu']) {
        const renderer = await createRenderer({ backend });
        await renderer.render(frameSchema.parse({ network: { layers: 1 }, size: [20, 10] }));
        await renderer.close();
      }
      console.log(before === environment() ? 'as before' : 'changed');`;
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', code],
      {
        env: { ...process.env, ...env },
        cwd: dirname(folder),
      },
    );
    expect(stderr).toBe('');
    expect(stdout).toBe('as before\n');
  });

  test("doctor shows the driver's output", async () => {
    const { stdout, stderr } = await untrained(['doctor'], { env });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^-- {2}gpu +Skipped SwiftShader.*\n {13}driver: .*(none\.so|broken_icd)/m);
    const { stdout: json } = await untrained(['doctor', '--json'], { env });
    const findings = json
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(findings.find(({ what }) => what === 'gpu').details[0]).toMatch(/^driver: /);
  });
});
