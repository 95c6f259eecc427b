/**
 * `npm run bench -- --gpu`: measures everything about the GPU in less than ten minutes, with a summary at the end.
 *
 * Fails on a machine without a GPU. --software runs it on a software adapter, with smaller sizes, to test the benchmark
 * itself: the figures are meaningless.
 *
 * The most important parts come first. Parts that could take long have a time limit; PyTorch comes last.
 */
import { findFfmpeg } from 'untrained/render';
import scene from '../scenes/weight-scale.js';
import type { Adapter, Device } from '../src/renderers/gpu/device.js';
import { built } from './built.js';
import { type GpuBench, inSoftware, tera } from './gpu-bench.js';
import { benchEncoders, type EncodedFilm } from './gpu-encoders.js';
import { benchForms } from './gpu-forms.js';
import { benchNetwork, type NetworkFigures, networks, smallNetworks } from './gpu-network.js';
import { benchTorch } from './gpu-torch.js';
import { record } from './history.js';
import { nvidiaClocks, printMachine } from './machine.js';
import { measurePeak } from './peak.js';
import { table } from './table.js';

const RELU = '27x30-relu';

export const gpuParts = ['27x30', 'film', 'forms', RELU, '14x400', '2x10', 'torch'] as const;

interface GpuOptions {
  software: boolean;
  chosen: string[];
  rounds: number;
}

/** The time limit of the whole benchmark in milliseconds: less than ten minutes. */
const TIME = 540_000;
/** The number of times that each film is drawn, encoded and rendered. */
const FILM_ROUNDS = 2;

/** @returns The GPU's name. */
export async function benchGpu({ software, chosen, rounds }: GpuOptions): Promise<string> {
  const started = performance.now();
  const left = () => TIME - (performance.now() - started);
  const adapter = await chooseAdapter(software);
  await printMachine();
  if (adapter.software) console.log('IN SOFTWARE: all sizes are reduced, and the figures are meaningless.');
  const open = () => adapter.open({ boundsChecks: false }); // as for the user's own scenes
  const device = await open();
  const { timed } = device;
  console.log(`${adapter.name}; timestamps ${timed ? 'work' : 'do not work: times are wall-clock times'}`);
  const bench: GpuBench = { open, software: adapter.software, rounds, left, peak: await printPeak(device) };

  const figures: NetworkFigures[] = [];
  const all = adapter.software ? smallNetworks : networks;
  const films: EncodedFilm[] = [];
  const parts: Partial<Record<string, () => Promise<unknown>>> = {
    forms: () => benchForms(all[0], bench),
    film: async () => films.push(...(await benchFilm(bench))),
    torch: () =>
      benchTorch(
        figures.filter(({ name }) => name !== RELU),
        bench,
      ),
  };
  for (const named of all) parts[named.name] = async () => figures.push(await benchNetwork(named, bench));
  for (const name of gpuParts) {
    if (chosen.includes(name)) await runPart(name, parts[name]!);
  }
  printSummary(adapter, bench, figures, films);
  console.log(`It took ${Math.round((performance.now() - started) / 1000)} s.`);
  return adapter.software ? `${adapter.name} (software: the figures mean nothing)` : adapter.name;
}

/** Runs a part. A failure does not stop the other parts, because access to a machine with a GPU is rare. */
async function runPart(name: string, part: () => Promise<unknown>): Promise<void> {
  try {
    await part();
  } catch (error) {
    console.log(`\nThe part ${name} failed: ${(error as Error).stack}`);
    process.exitCode = 1;
  }
}

async function chooseAdapter(software: boolean): Promise<Adapter> {
  if (software) {
    const { useSoftware } = await import('../test/gpu/software.js');
    useSoftware();
  }
  const { findAdapter, softwareProblem } = await built.device();
  const adapter = await findAdapter();
  if ('problem' in adapter) throw new Error(adapter.problem);
  if (adapter.software && !software) {
    throw new Error(
      `${softwareProblem(adapter)} To test the benchmark on it with smaller sizes, add --software.`,
    );
  }
  return adapter;
}

/** Measures the device's peak, and closes the device. */
async function printPeak(device: Device): Promise<number> {
  const { rate, shape, doubt } = await measurePeak(device, device.software ? 2 ** 12 : undefined);
  console.log(
    `\nMeasured FP32 multiply-add peak: ${tera(rate)} TFLOP/s, 2 operations per fma (${shape})${inSoftware(device)}`,
  );
  if (doubt) console.log(`  Not reliable: ${doubt}.`);
  const clocks = nvidiaClocks();
  if (clocks) console.log(`  ${clocks}`);
  device.close();
  return rate;
}

/** Films by x264 and by each hardware encoder. */
async function benchFilm(bench: GpuBench): Promise<EncodedFilm[]> {
  const note = (reason: string) => console.log(`\nThe film was skipped: ${reason}`);
  try {
    await findFfmpeg();
  } catch (error) {
    note((error as Error).message);
    return [];
  }
  if (bench.left() < 60_000) {
    note('less than a minute is left.');
    return [];
  }
  const { GpuRenderer } = await built.renderer();
  const renderer = await GpuRenderer.start(bench.open);
  try {
    const small = { ...scene, size: [96, 54] as [number, number], supersample: 1 as const };
    const sweep = bench.software
      ? { ...small, network: { ...scene.network, layers: 3, units: 8 } }
      : { ...scene, size: [1920, 1080] as [number, number] };
    const [seconds, rounds] = bench.software ? [0.4, 1] : [scene.seconds, FILM_ROUNDS];
    return await benchEncoders(sweep, renderer, seconds, rounds, bench);
  } finally {
    await renderer.close();
  }
}

/** What is expected of an H100 or H200, and the goals. docs/performance.md has the reasons. */
const EXPECTED = {
  peak: 67,
  /** Milliseconds, and the share of the measured peak. */
  '27x30': { ms: 2.4, share: 0.6, eager: 3, compiled: 1.5 },
  '14x400': { ms: 110, share: 0.6, eager: undefined, compiled: undefined },
};

/** All figures that have an expected value, beside it. */
function printSummary(
  { name: gpu }: Adapter,
  bench: GpuBench,
  figures: NetworkFigures[],
  films: EncodedFilm[],
): void {
  console.log(`\nSummary: ${gpu}${inSoftware(bench)}`);
  const rows: string[][] = [['', 'measured', 'expected']];
  const row = (
    part: string,
    name: string,
    value: number | undefined,
    unit: string,
    expected?: number,
    less = false,
  ) => {
    const shown = (number: number) => {
      if (unit === '%') return `${(100 * number).toFixed(0)}%`;
      return `${number >= 100 ? number.toFixed(0) : number.toPrecision(3)}${unit}`;
    };
    const wish = expected === undefined ? '' : `${less ? 'at most' : 'at least'} ${shown(expected)}`;
    rows.push([`${part}: ${name}`, value === undefined ? 'not measured' : shown(value), wish]);
    const recorded = unit === '%' ? 'of 1' : unit.trim() || 'x';
    if (value !== undefined)
      record(part, name, [value], { unit: recorded, more: !less, expected, best: true });
  };
  row('peak', 'multiply-adds in float32', bench.peak / 1e12, ' TFLOP/s', EXPECTED.peak);
  for (const { name, ms, operations, eager, compiled } of figures) {
    const expected = name in EXPECTED ? EXPECTED[name as '27x30'] : undefined;
    const rate = operations / (ms / 1000);
    row(name, 'GPU time of a frame', ms, ' ms', expected?.ms, true);
    row(name, 'rate', rate / 1e12, ' TFLOP/s');
    row(name, 'share of the measured peak', rate / bench.peak, '%', expected?.share);
    if (name === RELU) continue; // the PyTorch model always uses tanh
    row(name, 'times as fast as PyTorch eager', eager && eager / ms, '', expected?.eager);
    row(name, 'times as fast as torch.compile', compiled && compiled / ms, '', expected?.compiled);
  }
  for (const {
    encoder,
    seconds: { draw, encode, film, running },
  } of films) {
    const slower = Math.max(draw, encode);
    const by = `film by ${encoder}`;
    const limit = encode > draw ? 'its encoder' : 'drawing';
    rows.push([`${by}: limited by`, limit, encoder === 'x264' ? 'its encoder' : '']);
    row(by, 'efficiency after its first frame', slower / running, '', 0.9);
    row(by, 'efficiency with its start', slower / film, '');
  }
  if (films.length === 1) rows.push(['film in hardware', 'not measured: see above', '']);
  console.log(table(rows));
}
