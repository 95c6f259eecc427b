/** Misbehaving sweep modules: each is reported in one line, and none outlives its command. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadModule, loadModules } from '../../dist/cli/module.js';
import { music, wavOf } from '../unit/music.js';
import { npy, npz, onnx, tensor } from '../unit/weight-files.js';
import { inProcess, temporaryFolder, untrained } from './untrained.js';

const folder = temporaryFolder();
const inFolder = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const SWEEP =
  "import { sweep } from 'untrained';\nexport default sweep({ seconds: 1, size: [8, 8], network: { layers: 2, width: 3 } });\n";

const broken: [name: string, text: string, complaint: string][] = [
  [
    'object.ts',
    'throw { a: 1 };',
    ' It threw { a: 1 }, which is not an error: throw new Error("why") instead.',
  ],
  ['nothing.ts', 'throw null;', ' It threw null, which is not an error: throw new Error("why") instead.'],
  ['line.ts', '\n\nfunction f(): void {\n  throw new Error("boom");\n}\nf();', '4:9: boom'],
  ['syntax.ts', 'const a = 1;\nexport default { a,, };', '2:20: syntax error: Unexpected token'],
  [
    'timer.ts',
    'setTimeout(() => {\n  throw new Error("late");\n}, 1);\nawait new Promise((r) => setTimeout(r, 20000));',
    '2:9: late',
  ],
  [
    'exit.ts',
    'process.exit(0);',
    ' It exited with code 0 without exporting a sweep: end it with "export default sweep({ ... })".',
  ],
  [
    'kill.ts',
    'process.kill(process.pid, "SIGTERM"); await new Promise((r) => setTimeout(r, 20000));',
    ' It was killed by SIGTERM without exporting a sweep: end it with "export default sweep({ ... })".',
  ],
  [
    'abort.ts',
    'process.abort();',
    ' It was killed by SIGABRT without exporting a sweep: end it with "export default sweep({ ... })".',
  ],
  [
    'never.ts',
    'await new Promise(() => {});',
    ' It is waiting for a promise that never settles without exporting a sweep: end it with "export default sweep({ ... })".',
  ],
  [
    'none.ts',
    'export const a = 1;',
    ' It has no default export: end it with "export default sweep({ ... })".',
  ],
  ['code.ts', 'export default () => 1;', ' The sweep is () => 1 but must be an object.'],
  [
    'depth.ts',
    'export default { seconds: 1, network: { depth: 3 } };',
    ' network.depth is not a field. Did you mean "network.layers"?',
  ],
];

/** The complaint about each, by name: one process loads them all, and is replaced when a module ends it. */
const complaints = new Map<string, string>();
beforeAll(async () => {
  const loaded = await loadModules(broken.map(([name, text]) => inFolder(name, text)));
  for (const [i, outcome] of loaded.entries())
    complaints.set(broken[i][0], outcome instanceof Error ? outcome.message : 'none');
});

test.each(broken)('%s ends in one line', (name, _, complaint) => {
  expect(complaints.get(name)).toBe(complaint.trim());
});

test.each(['line.ts', 'exit.ts'])('the command refuses %s with its path, in one line', async (name) => {
  const [, , complaint] = broken.find(([one]) => one === name)!;
  const path = join(folder, name);
  const { code, stdout, stderr } = await inProcess(['still', path, '--quiet']);
  expect(stderr).toBe(`untrained: ${path}:${complaint}\n`);
  expect(stdout).toBe('');
  expect(code).toBe(2);
});

test('a module with an infinite loop stops at Ctrl-C', async () => {
  const path = inFolder('loop.ts', 'console.log("here");\nwhile (true) {}');
  const { code, stderr } = await untrained(['still', path], {
    watch: (child, text) => text.includes('here') && child.kill('SIGINT'),
  });
  expect(code).toBe(130);
  expect(stderr).toContain('untrained: Stopped.');
});

test('and at its deadline; later modules are still loaded', async () => {
  const paths = [inFolder('loop2.ts', 'while (true) {}'), inFolder('fine.ts', SWEEP)];
  const [first, second] = await loadModules(paths, { deadline: 8000 });
  expect(first).toMatchObject({ message: expect.stringContaining('It is still loading after 8 s') });
  expect(second).toMatchObject({ sweep: { seconds: 1, size: [8, 8] } });
});

test('a signal cancels loading a module', async () => {
  const stop = new AbortController();
  const loading = loadModule(inFolder('loop3.ts', 'while (true) {}'), { signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(loading).rejects.toThrow('enough');
});

test("a module's side effects stay in its process", async () => {
  const left =
    'setInterval(() => {}, 10);\nMath.tanh = () => 0;\nprocess.exitCode = 7;\nconsole.log("from the module");\nObject.prototype.toString = () => "gone";\n';
  const out = (name: string) => join(folder, name);
  const plain = inFolder('plain.ts', SWEEP);
  const messy = inFolder('messy.ts', left + SWEEP);
  const still = (path: string, to: string) =>
    inProcess(['still', path, '--backend', 'cpu', '--out', to, '--json']);
  const [first, second] = [await still(plain, out('plain.png')), await still(messy, out('messy.png'))];
  expect([first.code, second.code]).toEqual([0, 0]);
  expect(second.stderr).toBe('from the module\n'); // stdout is for results
  for (const line of second.stdout.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  const { readFileSync } = await import('node:fs');
  expect(readFileSync(out('messy.png')).equals(readFileSync(out('plain.png')))).toBe(true);
});

test('imports of neighbouring modules work, and their errors name their own file', async () => {
  const helper = inFolder('helper.ts', 'export const layers: number = 3;\n');
  const path = inFolder(
    'importing.ts',
    "import { sweep } from 'untrained';\nimport { layers } from './helper';\nexport default sweep({ seconds: 1, network: { layers } });\n",
  );
  expect((await loadModule(path)).sweep.network).toEqual({ layers: 3 });
  writeFileSync(helper, '\nthrow new Error("helpless");\n');
  await expect(loadModule(path)).rejects.toThrow(`${helper}:2:7: helpless`);
});

describe('weights in files', () => {
  const W1 = { shape: [1, 2], values: [0.5, -2] };
  const weights = [{ w: [[0.5, -2]] }];
  const scene = (network: string) =>
    `import { sweep, tween, weightsFrom } from 'untrained';\nexport default sweep({ seconds: 1, network: { ${network} } });\n`;
  beforeAll(() => {
    mkdirSync(join(folder, 'nets'));
    writeFileSync(join(folder, 'nets/net.npz'), npz({ W1: npy(W1) }));
    writeFileSync(join(folder, 'nets/cut.npz'), npz({ W1: npy(W1) }).subarray(0, 90));
    const node = { op: 'Gemm', inputs: ['x', 'W'], output: '1', attributes: { transB: { whole: 1 } } };
    const nodes = [node, { op: 'Tanh', inputs: ['1'], output: 'y' }];
    writeFileSync(join(folder, 'nets/net.onnx'), onnx(nodes, [tensor('W', W1)]));
    inFolder(
      'nets/call.ts',
      "import { weightsFrom } from 'untrained';\nexport const net = weightsFrom('net.npz');\n",
    );
  });

  test('are numbers once the scene is loaded, on either side of a mix and from other modules', async () => {
    const paths = [
      scene("weights: weightsFrom('nets/net.npz')"),
      scene("outputActivation: 'tanh', weights: weightsFrom('nets/net.onnx')"),
      scene("weights: { from: weightsFrom('nets/net.npz'), to: 'drawn', fraction: tween(0, 1) }"),
      `import { net } from './nets/call';\n${scene('weights: net')}`,
      "import { weightsFrom } from 'untrained';\nexport default { seconds: 1, network: { weights: weightsFrom('./nets/net.npz') } };",
    ].map((text, i) => inFolder(`weights-${i}.ts`, text));
    const loaded = await loadModules(paths);
    const found = loaded.map((one) => (one instanceof Error ? one.message : one.sweep.network.weights));
    expect(found).toEqual([
      weights,
      weights,
      { from: weights, to: 'drawn', fraction: { tween: [0, 1] } },
      weights,
      weights,
    ]);
  });

  test('are refused in one line if they cannot be found or do not suit the network', async () => {
    const odd: [network: string, complaint: string][] = [
      [
        "weights: weightsFrom('nets/none.npz')",
        'weightsFrom("nets/none.npz"): there is no such file in the folder of odd-0.ts: check its path.',
      ],
      [
        "weights: weightsFrom(['nets/net', 'npz'].join('.'))",
        'weightsFrom("nets/net.npz"): the name must be written in odd-1.ts as one plain string, so that the file can be found: write it in full, such as weightsFrom("mlp.npz").',
      ],
      [
        "weights: weightsFrom('nets/cut.npz')",
        'nets/cut.npz is not an .npz file, or is cut short: write it with numpy.savez.',
      ],
      ['weights: weightsFrom(3 as never)', 'The file is 3 but must be a name, as in weightsFrom("mlp.npz").'],
      [
        "weights: weightsFrom('nets/net.onnx')",
        'network.outputActivation is "sigmoid", but the weights file has "tanh": use that.',
      ],
    ];
    const loaded = await loadModules(odd.map(([network], i) => inFolder(`odd-${i}.ts`, scene(network))));
    expect(loaded.map((one) => one instanceof Error && one.message)).toEqual(
      odd.map(([, complaint]) => complaint),
    );
  });
});

test('sounds are heard beside the module, which does not name them afterwards', async () => {
  const sound = join(folder, 'song.wav');
  writeFileSync(sound, wavOf(music({ seconds: 3, bpm: 120 }).samples));
  const scene = (name: string, seed: string) =>
    inFolder(
      name,
      `import { beats, listen, sweep } from 'untrained';\nexport default sweep({ seconds: 3, loop: true, network: { layers: 2, width: 3, seed: ${seed}, weightScale: listen('song.wav') } });\n`,
    );
  const { sweep, sounds } = await loadModule(
    scene('heard.ts', "beats('song.wav', { seeds: [1, 2], fade: 0.2 })"),
  );
  expect(sounds).toEqual([sound]);
  expect(sweep.network.seed).toMatchObject({ walk: [1, 2, 1, 2, 1, 2], fade: 0.2 });
  expect(JSON.stringify(sweep)).not.toContain('song');
  await expect(loadModule(scene('unheard.ts', "beats('none.wav', { seeds: [1, 2] })"))).rejects.toThrow(
    /none\.wav does not exist/,
  );
});
