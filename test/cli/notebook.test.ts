/** The notebook: its pictures are the reference's, and Jupyter runs it. Without NumPy or Jupyter, it is skipped. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import type { FrameInput } from '../../src/core/frame/description.js';
import { sweep } from '../../src/core/sweep/sweep.js';
import { npz } from '../../src/exporters/npz.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { frameOf, referenceColours } from '../frames/compare.js';

const run = promisify(execFile);
const runs = (program: string, args: string[]) =>
  run(program, args).then(
    () => true,
    () => false,
  );

const python = process.platform === 'win32' ? 'python' : 'python3';
const hasNumpy = await runs(python, ['-c', 'import numpy']);
const hasJupyter = hasNumpy && (await runs(python, ['-c', 'import nbconvert, ipykernel']));

const path = resolve('notebooks/random-networks.ipynb');
interface Cell {
  id: string;
  cell_type: 'code' | 'markdown';
  source: string[];
  outputs?: unknown[];
}
const notebook: { nbformat: number; nbformat_minor: number; cells: Cell[] } = JSON.parse(
  readFileSync(path, 'utf8'),
);

const folder = mkdtempSync(join(tmpdir(), 'untrained-notebook-'));
const renderer = new CpuRenderer(1);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await renderer.close();
});

const SIDE = 14;
const SEEDS = [29, 20, 49, 31, 44, 5, 12, 28, 36, 47];
const env = { ...process.env, UNTRAINED_SIDE: `${SIDE}`, UNTRAINED_WEIGHTS: join(folder, 'weights') };

test('the notebook is stored without outputs, and every cell has a name of its own', () => {
  const { nbformat, nbformat_minor, cells } = notebook;
  expect([nbformat, nbformat_minor]).toEqual([4, 5]);
  expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
  for (const { id, outputs } of cells) {
    expect(id).toMatch(/^[\w-]{1,64}$/);
    expect(outputs ?? []).toEqual([]);
  }
});

/** What the notebook computes. */
type Figures = Record<'figure_7' | 'figure_10' | 'figure_18' | 'figure_20', number[][]> & {
  stretches: Record<string, number>;
};

/** Exports what figure 7 needs, as the notebook does, but in this process: starting the command takes longer. */
async function exportOneLayers(): Promise<void> {
  mkdirSync(env.UNTRAINED_WEIGHTS);
  const refuse = () => Promise.reject(new Error('not needed'));
  const tools = { evaluate, draw: refuse, deflate: refuse, player: refuse, version: '1.2.3' };
  for (const seed of SEEDS) {
    const name = `one-layer-${seed}`;
    const network = { seed, layers: 1, weightScale: 1.6 };
    const view = { centre: [1, 0] as [number, number], halfWidth: 3 };
    const [{ content }] = await npz.write(
      { name, sweep: sweep({ seconds: 1, network, view }), at: 1 },
      tools,
    );
    writeFileSync(join(env.UNTRAINED_WEIGHTS, `${name}.npz`), content);
  }
}

describe.runIf(hasNumpy)('with NumPy', () => {
  /** The pictures of each figure, their values from 0 to 1, row by row; computed with all code of the notebook. */
  async function figures(): Promise<Figures> {
    const code = notebook.cells
      .filter(({ cell_type }) => cell_type === 'code')
      .map(({ source }) => source.join(''));
    const names = ['figure_7', 'figure_10', 'figure_18', 'figure_20'];
    const script = join(folder, 'notebook.py');
    const out = join(folder, 'figures.json');
    const entries = names.map((name) => `'${name}': [image.ravel().tolist() for image in ${name}]`);
    const save = `Path(${JSON.stringify(out)}).write_text(json.dumps({${entries.join(', ')}, 'stretches': stretches}))`;
    // A stand-in draws nothing, so that the test does not depend on Matplotlib.
    writeFileSync(script, [...code.slice(0, 1), 'plt = None', ...code.slice(1), save].join('\n'));
    await run(python, [script], { cwd: resolve('notebooks'), env });
    return JSON.parse(readFileSync(out, 'utf8'));
  }

  test('its pictures are those of our frames', async () => {
    await exportOneLayers();
    const { figure_7, figure_10, figure_18, figure_20, stretches } = await figures();
    const size: [number, number] = [SIDE, SIDE];
    const origin: [number, number] = [1, 0];
    const spread = (from: number, to: number, i: number) => from + ((to - from) * i) / 8;
    const inputs: [pictures: number[][], inputs: FrameInput[]][] = [
      [
        figure_7,
        SEEDS.map((seed) => ({
          network: { seed, layers: 1, weightScale: 1.6 },
          view: { centre: origin, halfWidth: 3 },
          size,
        })),
      ],
      [
        figure_10,
        Array.from({ length: 18 }, (_, i) => ({
          network: { seed: 188, layers: i + 1, units: 30, weightScale: 0.62 },
          view: { centre: origin, halfWidth: 3 },
          size,
        })),
      ],
      [
        figure_18,
        Array.from({ length: 9 }, (_, i) => ({
          network: { seed: 18, layers: 27, units: 30, weightScale: 0.6 },
          view: { centre: [-0.52, 1.34], halfWidth: 40 * (0.1 / 40) ** (i / 8) },
          size,
        })),
      ],
      [
        figure_20,
        Array.from({ length: 9 }, (_, i) => ({
          network: { seed: 18, layers: 27, units: 30, weightScale: spread(0.4, 0.8, i) },
          view: { centre: origin, halfWidth: 2.6 },
          size,
        })),
      ],
    ];
    for (const [pictures, expected] of inputs) {
      expect(pictures).toHaveLength(expected.length);
      for (const [i, input] of expected.entries()) {
        const frame = frameOf(input);
        const reference = referenceColours(frame).flat();
        expect(pictures[i]).toHaveLength(reference.length);
        // Both are in float64; deep networks amplify the last bits.
        const furthest = Math.max(...reference.map((value, k) => Math.abs(value - pictures[i][k])));
        expect(furthest, JSON.stringify(input)).toBeLessThan(1e-5);
        if (frame.network.layers > 8) continue;
        const rgba = await renderer.render(frame);
        const steps = pictures[i].map((value, k) =>
          Math.abs(255 * value - rgba[4 * Math.floor(k / 3) + (k % 3)]),
        );
        expect(Math.max(...steps)).toBeLessThan(2);
      }
    }
    // What the text says about them.
    expect(stretches['0.4']).toBeLessThan(1);
    expect(stretches['0.8']).toBeGreaterThan(50);
  });

  test('it says what is missing in one line', async () => {
    const code = notebook.cells.find(({ id }) => id === 'setup')!.source.join('');
    const script = join(folder, 'refused.py');
    writeFileSync(script, `${code}\nexport('no-such-scene', 'nothing')\n`);
    const failed = await run(python, [script], { cwd: resolve('notebooks'), env }).catch((error) => error);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/no-such-scene/);
    expect(failed.stderr).not.toMatch(/Traceback/);
  });
});

describe.runIf(hasJupyter)('with Jupyter', () => {
  test('every cell runs', async () => {
    const args = ['-m', 'nbconvert', '--to', 'notebook', '--execute', path, '--output-dir', folder];
    await run(python, args, { env });
    const done = JSON.parse(readFileSync(join(folder, 'random-networks.ipynb'), 'utf8'));
    const outputs = done.cells.flatMap(({ outputs = [] }: Cell) => outputs as { output_type: string }[]);
    expect(outputs.filter(({ output_type }: { output_type: string }) => output_type === 'error')).toEqual([]);
    expect(outputs.length).toBeGreaterThan(0);
  });
});
