/**
 * Exported models: what ONNX Runtime, NumPy and PyTorch compute from them is what the float64 reference computes. Each
 * is used where it is installed (onnxruntime-node where `npm run bench` has put it); otherwise those tests are skipped.
 * What the files contain is tested everywhere.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { colourOf } from '../../src/core/frame/colouring.js';
import type { FrameDescription } from '../../src/core/frame/description.js';
import { pointInputs } from '../../src/core/frame/inputs.js';
import { colouringShown } from '../../src/core/frame/shown.js';
import { forward, unitBrightness } from '../../src/core/network/forward.js';
import { buildNetwork } from '../../src/core/network/network.js';
import { statedActivations } from '../../src/core/network/weights-file.js';
import { parseRecipe } from '../../src/core/recipe/recipe.js';
import { frameAt, type Sweep, type SweepInput, sweep } from '../../src/core/sweep/sweep.js';
import { exporterNamed } from '../../src/exporters/index.js';
import { fieldsOf } from '../../src/files/weights/protobuf.js';
import { readWeights } from '../../src/files/weights/read.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { frames, inPalettes, ofAllKinds, real } from '../frames/specs.js';
import { seed } from '../seed.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const tools = { evaluate, version: '1.0.0' } as never;

async function exported(form: 'onnx' | 'npz' | 'pytorch', sweep: Sweep, at = 0): Promise<Uint8Array> {
  const [file] = await exporterNamed(form)!.write({ name: 'film', sweep, at }, tools);
  const { content } = file;
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}

/** A sweep that shows a frame, if not at its size. */
function showing(frame: FrameDescription, others: object = {}): Sweep {
  const plain = JSON.parse(JSON.stringify({ ...frame, ...others }));
  return sweep({ seconds: 1, ...plain });
}

/** Recipes with all that is special, each for one reason, and random ones. */
const special: Record<string, Omit<SweepInput, 'seconds'>> = {
  plain: { network: { layers: 5 } },
  'fractional layers and units': {
    network: { layers: 4.4, units: 7.3, residual: 0.5, normalisation: 'layer' },
  },
  'widths that grow and shrink, with a residual': {
    network: { layers: 5, units: [4, 9, 3, 8], residual: -1.5 },
  },
  'activations per layer and unit, and mixes': {
    network: {
      layers: 6,
      units: 11,
      activation: [
        { perUnit: ['gelu', 'sawtooth', 'elu'] },
        { from: 'sin', to: 'abs', fraction: 0.3 },
        { perUnit: ['softplus', 'silu', 'leakyRelu', 'gaussian'] },
      ],
      outputActivation: { from: 'tanh', to: 'relu', fraction: 0.25 },
    },
    levels: [-0.1, 0.8],
  },
  'the other activations': {
    network: {
      layers: 4,
      activation: ['sigmoid', 'identity', 'step'],
      weightScale: 1.5,
      outputActivation: 'gelu',
    },
  },
  'a seed between two': { network: { seed: { from: 1, to: 'x', fraction: 0.5 }, layers: 4 } },
  'features, a fold and a slice': {
    network: {
      layers: 4,
      inputs: 7,
      features: ['angle', 'square(y)', 'gaussian(r)', 'x*y', 'cos(x)'],
      fold: { kaleidoscope: 5 },
    },
    slice: [0.5, -1.5],
    view: { rotation: 30 },
  },
  tile: { network: { layers: 4, fold: { tile: 1.3 }, features: ['y', 'abs(angle)', 'r'] } },
  'a hidden unit': {
    network: { layers: 5, units: [6, 4.5, 8], residual: 1, activation: 'relu' },
    shown: { layer: 3, unit: 4 },
    levels: [0, 3],
  },
  'a layer, in a palette': {
    network: { layers: 4, units: 6, activation: { perUnit: ['tanh', 'relu'] }, residual: 0.5 },
    shown: { layer: 2 },
    palette: 'magma',
  },
  'an output': { network: { layers: 3 }, shown: { output: 3 } },
  'own colours': { network: { layers: 4 }, palette: { colours: ['#f00', '#00f', '#ff0'], output: 2 } },
  oklch: { network: { layers: 4, weightScale: 2 }, palette: 'oklch' },
  'explicit weights': { network: { weights: [{ w: [[1, 2]], b: [0.5] }, { w: [[-1]] }] } },
  'a depth at which float32 overflows': {
    network: { layers: 120, units: 12, activation: 'relu', weightScale: 2 },
    view: { centre: [0.3, 0.2] },
  },
  'the same, of several activations': {
    network: {
      layers: 130,
      units: 9,
      activation: [
        { perUnit: ['softplus', 'relu', 'tanh'] },
        'gelu',
        { from: 'elu', to: 'silu', fraction: 0.5 },
      ],
      weightScale: 2.5,
      residual: 0.5,
    },
    view: { centre: [0.3, 0.2] },
  },
};

/** A case: a sweep, and what the reference computes at points of its plane. */
interface Case {
  name: string;
  sweep: Sweep;
  frame: FrameDescription;
  /** (N, 2 + slice). */
  points: number[][];
  brightness: number[][];
  colours: number[][];
}

const POINTS = 24;

function caseOf(name: string, sweep: Sweep): Case {
  const frame = frameAt(sweep, 0, evaluate);
  const { network: spec, view, slice, shown, levels } = frame;
  const network = buildNetwork(spec);
  const points = Array.from({ length: POINTS }, (_, i) => [
    Math.fround(view.centre[0] + view.halfWidth * (((i * 0.618) % 2) - 1)),
    Math.fround(view.centre[1] + view.halfWidth * (((i * 0.382) % 2) - 1)),
    ...slice.map(Math.fround),
  ]);
  const brightness = points.map(([x, y, ...rest]) => {
    const inputs = [...pointInputs(spec, x, y), ...rest];
    if (!shown) return forward(network, inputs, levels);
    if ('output' in shown) return [forward(network, inputs, levels)[shown.output - 1]];
    const { layer, unit } = shown;
    const all = unitBrightness(network, inputs, layer, levels);
    return unit === undefined ? all : [all[unit - 1]];
  });
  const colouring = colouringShown(frame);
  const own = shown && typeof colouring === 'object' ? { ...colouring, output: 0 } : colouring;
  const isGrid = shown && 'layer' in shown && shown.unit === undefined;
  const colours = brightness.map((outputs) =>
    isGrid ? outputs.flatMap((value) => colourOf(own, [value])) : colourOf(own, outputs),
  );
  return { name, sweep, frame, points, brightness, colours };
}

const usual = frames({
  layers: fc.oneof(fc.integer({ min: 1, max: 6 }), real(1, 5)),
  weightScale: 1.2,
  zoom: [-1, 1],
  centre: 9,
});
const random = fc.sample(
  fc.oneof(usual, ofAllKinds(usual), inPalettes(ofAllKinds(usual).filter(({ shown }) => !shown))),
  {
    numRuns: 10,
    seed: seed.value,
  },
);
const cases = [
  ...Object.entries(special).map(([name, input]) =>
    caseOf(name, sweep({ seconds: 1, size: [96, 64], ...input })),
  ),
  ...random.map((frame, i) => caseOf(`random ${i}, ${seed.hint}`, showing(frame))),
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'untrained-models-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a Python program of this folder on exports. Its answer has an item for each. */
async function inPython(program: string, form: 'npz' | 'pytorch', of: readonly Case[]): Promise<unknown[]> {
  const jobs = [];
  for (const [i, { sweep, points }] of of.entries()) {
    const file = join(folder, `${i}.${form === 'npz' ? 'npz' : 'py'}`);
    writeFileSync(file, await exported(form, sweep));
    jobs.push({ file, points });
  }
  const list = join(folder, `${form}.json`);
  writeFileSync(list, JSON.stringify(jobs));
  const output = execFileSync('python3', ['-B', join(here, program), list], { maxBuffer: 2 ** 28 });
  return JSON.parse(output.toString('utf8'));
}

const hasPython = (module: string): boolean =>
  spawnSync('python3', ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0;

/** The largest difference of two lists of the same length. */
function difference(values: readonly number[], expected: readonly number[]): number {
  expect(values).toHaveLength(expected.length);
  return values.reduce((most, value, i) => {
    const distance = Math.abs(value - expected[i]);
    return Number.isNaN(distance) ? Number.POSITIVE_INFINITY : Math.max(most, distance);
  }, 0);
}

const hasJumps = ({ frame }: Case) => /step|sawtooth/.test(JSON.stringify(frame.network));

describe('onnx', () => {
  const cache = fileURLToPath(new URL('../../bench/.cache/', import.meta.url));
  const runtime = join(cache, 'node_modules', 'onnxruntime-node', 'package.json');

  test.skipIf(!existsSync(runtime))('onnxruntime computes what the reference does', async () => {
    const ort = createRequire(join(cache, 'any.js'))('onnxruntime-node');
    for (const one of cases) {
      const session = await ort.InferenceSession.create(await exported('onnx', one.sweep), {
        executionProviders: ['cpu'],
        intraOpNumThreads: 1,
      });
      const { points, brightness, colours, name, frame } = one;
      const tensor = new ort.Tensor('float32', Float32Array.from(points.flat()), [POINTS, points[0].length]);
      const result = await session.run({ points: tensor });
      await session.release();
      // In float32, a few points of a deep or wild network may differ more, or lie beyond a jump.
      const differences = brightness.map((row, i) => {
        const columns = row.length;
        return difference(Array.from(result.brightness.data.slice(i * columns, (i + 1) * columns)), row);
      });
      differences.sort((a, b) => a - b);
      const most =
        hasJumps(one) || frame.network.layers > 100 ? differences[POINTS * 0.75] : differences.at(-1);
      expect.soft(most, `${name}: ${differences}`).toBeLessThan(2e-3);
      expect.soft(differences[POINTS / 2], name).toBeLessThan(2e-4);
      expect(result.brightness.dims, name).toEqual([POINTS, brightness[0].length]);
      if (result.colour) {
        const distances = Array.from(result.colour.data as Float32Array, (value, i) =>
          Math.abs(value - colours.flat()[i]),
        ).sort((a, b) => a - b);
        expect.soft(distances[Math.floor(distances.length * 0.75)], `${name}: colours`).toBeLessThan(2e-3);
      }
      const isColoured =
        frame.palette !== 'rgb' &&
        !(frame.shown && 'output' in frame.shown && /^okl/.test(`${frame.palette}`)) &&
        !(frame.shown && 'layer' in frame.shown && /^okl/.test(`${frame.palette}`));
      expect(result.colour !== undefined, name).toBe(isColoured);
    }
  });

  test.each([
    ['tanh', 'sigmoid'],
    ['relu', 'tanh'],
    ['leakyRelu', 'identity'],
    ['elu', 'sin'],
    ['identity', 'abs'],
    ['softplus', 'relu'],
  ] as const)(
    'of plain networks (%s, %s), weightsFrom reads the float32 weights',
    async (activation, last) => {
      const network = {
        layers: 4,
        units: [5, 3, 7],
        activation,
        outputActivation: last,
        firstLayerBias: true,
      };
      const one = sweep({ seconds: 1, network });
      const layers = await readWeights('a.onnx', await exported('onnx', one));
      const built = buildNetwork(frameAt(one, 0, evaluate).network);
      const expected = [...built.hidden, built.output];
      expect(layers.map(({ w }) => w.flat())).toEqual(
        expected.map(({ weights }) => Array.from(weights, Math.fround)),
      );
      expect(layers.map(({ b }) => b)).toEqual(expected.map(({ biases }) => Array.from(biases, Math.fround)));
      expect(statedActivations(layers)).toEqual([activation, activation, activation, last]);
      // So they make the same picture.
      const again = sweep({ seconds: 1, network: { weights: layers, activation, outputActivation: last } });
      const [before, after] = [caseOf('', one), caseOf('', again)];
      expect(difference(after.brightness.flat(), before.brightness.flat())).toBeLessThan(1e-5);
    },
  );

  test('it has names and a length that varies, and the recipe of the moment', async () => {
    const title = 'a "title" */ </script> """ \n\u2028 \u{1f600}';
    const moving = sweep({
      seconds: 4,
      title,
      network: { layers: 3, inputs: 3, weightScale: 0.5 },
      slice: [0.25],
    });
    const model = [...fieldsOf(await exported('onnx', moving, 2))];
    const text = (bytes?: Uint8Array) => new TextDecoder().decode(bytes);
    const notes = new Map(
      model
        .filter(({ number }) => number === 14)
        .map(({ bytes }) => {
          const [key, value] = [...fieldsOf(bytes!)];
          return [text(key.bytes), text(value.bytes)];
        }),
    );
    expect(notes.get('title')).toBe(title);
    expect(notes.get('slice')).toBe('[0.25]');
    expect(frameAt(parseRecipe(notes.get('recipe')!).sweep!, 0, evaluate)).toEqual(
      frameAt(moving, 2, evaluate),
    );
    const graph = [...fieldsOf(model.find(({ number }) => number === 7)!.bytes!, 1000)];
    const [input] = graph.filter(({ number }) => number === 11);
    expect(text(input.bytes)).toMatch(/points.*N/s);
    expect(graph.filter(({ number }) => number === 12)).toHaveLength(1);
  });
});

describe('npz', () => {
  test.skipIf(!hasPython('numpy'))('numpy computes what the reference does', async () => {
    const results = (await inPython('npz_network.py', 'npz', cases)) as number[][][];
    for (const [i, one] of cases.entries()) {
      const most = difference(results[i].flat(), one.brightness.flat());
      expect.soft(most, one.name).toBeLessThan(1e-6);
    }
  });

  test('weightsFrom reads the weights exactly', async () => {
    const one = sweep({ seconds: 1, network: { layers: 4.5, units: 5.5, distribution: 'normal' } });
    const layers = await readWeights('a.npz', await exported('npz', one));
    const { hidden, output } = buildNetwork(frameAt(one, 0, evaluate).network);
    const expected = [...hidden, output];
    expect(layers.map(({ w }) => w.flat())).toEqual(expected.map(({ weights }) => Array.from(weights)));
    expect(layers.map(({ b }) => b)).toEqual(expected.map(({ biases }) => Array.from(biases)));
  });
});

describe('pytorch', () => {
  test.skipIf(!hasPython('torch'))('it computes what the reference does, and draws our picture', async () => {
    const small = cases.filter(({ frame }) => frame.network.layers < 20);
    type Result = { brightness: number[][]; picture: number[] };
    const results = (await inPython('torch_network.py', 'pytorch', small)) as Result[];
    const renderer = new CpuRenderer(1);
    for (const [i, one] of small.entries()) {
      expect
        .soft(difference(results[i].brightness.flat(), one.brightness.flat()), one.name)
        .toBeLessThan(1e-6);
      const rgba = await renderer.render(one.frame);
      const off = results[i].picture.filter(
        (byte, j) => Math.abs(byte - rgba[4 * Math.floor(j / 3) + (j % 3)]) > 2,
      );
      expect
        .soft(off.length / results[i].picture.length, one.name)
        .toBeLessThan(hasJumps(one) ? 0.05 : 0.002);
    }
    await renderer.close();
  });

  const titles = [
    '"""',
    "'''",
    '\\',
    '\\"""',
    'a\nimport os',
    '\r\n',
    '\u2028',
    '\0',
    '{x} %s',
    '\\N{BULLET}',
    '\u{1f600}',
    '*/ </script>',
  ];
  test.skipIf(!hasPython('ast'))('any title is only a title', async () => {
    const program =
      'import ast, json, sys\nfor path in json.loads(sys.argv[1]):\n tree = ast.parse(open(path).read())\n' +
      ' values = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign)}\n' +
      ' print(json.dumps(ast.literal_eval(values["TITLE"])))';
    const paths: string[] = [];
    for (const [i, title] of titles.entries()) {
      paths.push(join(folder, `title ${i}.py`));
      const script = await exported('pytorch', sweep({ seconds: 1, title, network: { layers: 3 } }));
      writeFileSync(paths[i], script);
      const [, recipe] = /^# (\{"untrained".*)$/m.exec(new TextDecoder().decode(script))!;
      expect(parseRecipe(recipe).sweep!.title).toBe(title);
    }
    const lines = execFileSync('python3', ['-c', program, JSON.stringify(paths)])
      .toString()
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(titles);
  });

  test('what it cannot hold is refused in one line', async () => {
    const large = sweep({ seconds: 1, network: { layers: 40, units: 1000 } });
    await expect(exported('pytorch', large)).rejects.toThrow(
      /^The network has 39 million weights, but a PyTorch script holds at most 8 million: .*\.$/,
    );
    const huge = sweep({ seconds: 1, network: { layers: 40, units: 1400 } });
    for (const form of ['onnx', 'npz'] as const) {
      await expect(exported(form, huge)).rejects.toThrow(
        /75 million weights, but an \.\w+ holds at most 67 million: .*\.$/,
      );
    }
    const deep = sweep({
      seconds: 1,
      network: { layers: 600, units: 20, activation: 'relu', weightScale: 2 },
    });
    await expect(exported('npz', deep)).rejects.toThrow(
      /^The network's values can reach 2\^\d+, but float64 is safe up to 2\^800: .*\.$/,
    );
  });
});

test('a time outside the sweep is refused', async () => {
  await expect(exported('onnx', sweep({ seconds: 2 }), 3)).rejects.toThrow('The time is 3 s');
});
