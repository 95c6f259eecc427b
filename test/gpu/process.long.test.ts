/** A process that uses WebGPU exits on its own however its renderers are opened and closed, and prints little. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, untrained } from '../cli/untrained.js';
import { imageData } from '../png.js';
import { softwareAdapter } from './adapter.js';
import { unpackSoftware } from './software.js';

const adapter = await softwareAdapter('how processes that use a GPU exit');
const env = { ...unpackSoftware() };
const folder = temporaryFolder();
const SMALL = ['--size', '40x24', '--set', 'width=8', '--set', 'layers=5'];

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  output: string;
}

/** Runs a module's source in its own Node process, with global.gc, and kills it if it does not exit. */
function run(text: string, flags: string[] = [], limit = 60_000): Promise<Ended> {
  const renderer = JSON.stringify(resolve('dist/renderers'));
  const code = `
    import { createRenderer } from ${renderer.replace(/"$/, '/create-renderer.js"')};
    import { findAdapter } from ${renderer.replace(/"$/, '/gpu/device.js"')};
    import { frameSchema } from ${renderer.replace(/"$/, '/../core/frame/description.js"')};
    const frame = frameSchema.parse({ network: { layers: 1 }, size: [40, 30] }); // compiles fastest
    const pause = (ms) => new Promise((done) => setTimeout(done, ms));
    ${text}
    console.log('finished');`;
  return new Promise((done) => {
    const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', code], {
      env: { ...process.env, ...env },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += piece));
    const timer = setTimeout(() => child.kill('SIGKILL'), limit);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      done({ code, signal, output });
    });
  });
}

const well: Ended = { code: 0, signal: null, output: 'finished\n' };

describe.skipIf(!adapter)('the command line with --backend gpu', () => {
  const fresh = (name: string) => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const frames = async (backend: string) => {
    const path = fresh(backend);
    const args = [
      'render',
      ...SMALL,
      '--seconds',
      '0.4',
      '--backend',
      backend,
      '--out',
      join(path, '%02d.png'),
    ];
    const { code, stderr } = await untrained([...args, '--quiet'], { env });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return readdirSync(path).map((file) => imageData(readFileSync(join(path, file))));
  };

  test("renders the CPU's film, prints nothing to stderr, and exits with 0", async () => {
    const [ours, theirs] = [await frames('gpu'), await frames('cpu')];
    expect(ours).toHaveLength(10);
    const same = ours.filter((png, i) => png.equals(theirs[i])).length;
    console.info(`${same} of 10 pictures are the CPU's to the byte`);
    for (const [i, png] of ours.entries())
      expect(Math.abs(png.length - theirs[i].length) / png.length, 'PNGs of the same picture').toBeLessThan(
        0.02,
      );
    expect(same).toBeGreaterThan(4);
  });

  test('renders a still, and names the GPU as a software adapter', async () => {
    const out = join(folder, 'still.png');
    const { code, stdout, stderr } = await untrained(['still', ...SMALL, '--backend', 'gpu', '--out', out], {
      env,
    });
    expect(`${stdout}${stderr}`).toMatch(/gpu: SwiftShader.*in software/);
    expect(readFileSync(out).subarray(1, 4).toString()).toBe('PNG');
    expect(code).toBe(0);
  });

  test('auto skips a software adapter and uses the CPU', async () => {
    const out = join(folder, 'auto.png');
    const { code, stdout, stderr } = await untrained(['still', ...SMALL, '--out', out], { env });
    expect(`${stdout}${stderr}`).toMatch(/cpu: /);
    expect(code).toBe(0);
  });

  test('doctor names the skipped adapter and the next step', async () => {
    const { stdout } = await untrained(['doctor'], { env });
    expect(stdout).toMatch(
      /-- {2}gpu +Skipped SwiftShader.*slower than the CPU backend\. (No GPU is visible here|Install|Update|The Vulkan driver for|You do not have)/,
    );
  });

  test('if interrupted, exits with 130 and leaves nothing behind', async () => {
    const path = fresh('stopped');
    const args = [
      'render',
      '--size',
      '120x80',
      '--backend',
      'gpu',
      '--json',
      '--out',
      join(path, 'film.mp4'),
    ];
    const { code, stderr } = await untrained(args, {
      env,
      watch: ({ kill }, text) => text.includes('"frame":2') && kill('SIGINT'),
    });
    expect(stderr).toBe('untrained: Stopped. No partial file is left.\n'); // tests keep no segments
    expect(code).toBe(130);
    expect(readdirSync(path)).toEqual([]);
  });
});

test('--backend gpu without Vulkan says so in one line with the next step, exits with 2, and writes nothing', async () => {
  if (process.platform !== 'linux')
    return console.warn('NOT TESTED: Vulkan, which this system does not have.');
  const out = join(folder, 'none.png');
  const nothing = { VK_DRIVER_FILES: join(folder, 'no-driver.json'), LD_LIBRARY_PATH: '' };
  const { code, stdout, stderr } = await untrained(['still', ...SMALL, '--backend', 'gpu', '--out', out], {
    env: nothing,
  });
  expect(stderr).toMatch(/^untrained: .*(Vulkan loader|Vulkan driver).*[Ii]nstall.*use --backend cpu\.\n$/);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stdout).toBe('');
  expect(code).toBe(2);
  expect(existsSync(out)).toBe(false);
});

// If the WebGPU instance is collected too early, the process crashes.
describe.skipIf(!adapter)('a process', () => {
  const open = "const renderer = await createRenderer({ backend: 'gpu' });";
  const ways: [string, string][] = [
    ['30 renderers with a frame each', `await renderer.render(frame); await renderer.close();`],
    ['30 renderers that draw nothing', 'await renderer.close();'],
    [
      '30 renderers with frames in flight',
      'const frames = [1, 2, 3, 4].map(() => renderer.render(frame).catch(() => {})); await pause(i); await renderer.close(); if (i % 2) await Promise.all(frames);',
    ],
    [
      '30 renderers released later',
      'await renderer.render(frame); setTimeout(() => renderer.close(), 30 * (i % 3));',
    ],
  ];

  test.each(ways)('that opens and closes %s, with garbage collection, exits on its own', async (_, body) => {
    const text = `for (let i = 0; i < 30; i++) { { ${open} ${body} } global.gc(); if (i % 3 === 0) { await pause(0); global.gc(); } }`;
    expect(await run(text, ['--expose-gc'])).toEqual(well);
  });

  test('that finds 30 adapters and opens none exits on its own', async () => {
    const text =
      'for (let i = 0; i < 30; i++) { await findAdapter(); global.gc(); await pause(i % 4); global.gc(); }';
    expect(await run(text, ['--expose-gc'])).toEqual(well);
  });

  test('that draws during garbage collection draws the same pictures', async () => {
    const text = `${open}
      const first = Buffer.from(await renderer.render(frame));
      for (let i = 0; i < 60; i++) {
        const drawn = [renderer.render(frame), renderer.render(frame)];
        global.gc();
        for (const rgba of await Promise.all(drawn)) if (!first.equals(rgba)) console.log('not the same');
      }
      await renderer.close();`;
    expect(await run(text, ['--expose-gc'])).toEqual(well);
  });

  test('that calls process.exit with frames in flight does not crash', async () => {
    const text = `${open} for (let i = 0; i < 3; i++) renderer.render(frame).catch(() => {}); await pause(30); console.log('finished'); process.exit(0);`;
    expect(await run(text)).toEqual(well);
  });
});
