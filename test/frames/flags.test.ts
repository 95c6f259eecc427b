/** V8's flags, which are process-wide, are restored once a kernel is compiled. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

/**
 * Runs a module's source in its own process. V8's version tag depends on all flags; `relaxed` tells whether relaxed
 * SIMD compiles, which Node 20 allows only with a flag.
 */
async function run(text: string, flags: string[] = []): Promise<Record<string, unknown>> {
  const dist = JSON.stringify(resolve('dist'));
  const code = `
    import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
    const { emitKernel } = await import(${dist} + '/renderers/cpu/kernel.js');
    const sample = emitKernel({ rows: 3, vectors: 3, relaxed: true }, { hidden: 'relu', output: 'relu' });
    const seen = {};
    const look = (when) => (seen[when] = [cachedDataVersionTag(), WebAssembly.validate(sample)].join());
    ${text.replaceAll("'untrained'", `${dist} + '/index.js'`).replaceAll("'untrained/render'", `${dist} + '/render.js'`)}
    console.log(JSON.stringify(seen));`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    ...flags,
    '--input-type=module',
    '-e',
    code,
  ]);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const RENDER = `
  look('start');
  const { createRenderer, frameSchema } = await import('untrained');
  await import('untrained/render');
  look('imported');
  const renderer = await createRenderer({ backend: 'cpu', threads: 2 });
  look('started');
  for (const activation of ['tanh', 'gelu', { from: 'sin', to: 'relu', fraction: 0.5 }])
    await renderer.render(frameSchema.parse({ network: { layers: 4, activation }, size: [40, 30] }));
  look('drawn');
  await renderer.close();`;

describe('V8 flags', () => {
  test('are unchanged after importing the library, starting a renderer and drawing', async () => {
    const { start, ...later } = await run(RENDER);
    expect(later).toEqual({ imported: start, started: start, drawn: start });
  });

  test('are unchanged after a kernel that this V8 rejects', async () => {
    const { start, refused } = await run(`
      const { compileModule } = await import(${JSON.stringify(resolve('dist/renderers/cpu/host.node.js'))});
      look('start');
      for (const wide of [false, true]) {
        let error;
        try { compileModule(Uint8Array.of(0, 97, 115, 109, 9, 9, 9, 9), { wide }); } catch (thrown) { error = thrown; }
        if (!(error instanceof WebAssembly.CompileError)) throw error ?? new Error('it compiled');
      }
      look('refused');`);
    expect(refused).toBe(start);
  });

  test('are kept if the process was started with them', async () => {
    const given = ['--no-liftoff', '--no_wasm_lazy_compilation'];
    const { start, drawn } = await run(RENDER, given);
    const { start: without } = await run(RENDER);
    expect(start).not.toBe(without);
    expect(drawn).toBe(start);
  });

  test('would show in these tests if they were set', async () => {
    const { start, set } = await run(`look('start'); setFlagsFromString('--no-liftoff'); look('set');`);
    expect(set).not.toBe(start);
  });
});
