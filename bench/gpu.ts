/**
 * `npm run bench -- --gpu`: measures everything about the GPU in less than five minutes, with a summary at the end.
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
import { benchForms } from './gpu-forms.js';
import { benchNetwork, type NetworkFigures, networks, smallNetworks } from './gpu-network.js';
import { benchTorch } from './gpu-torch.js';
import { nvidiaClocks, printMachine } from './machine.js';
import { measurePeak } from './peak.js';
import { type FilmFigures, measureFilm } from './pipeline.js';
import { table } from './table.js';

export const gpuParts = ['27x30', '27x30-relu', '14x400', '2x10', 'forms', 'film', 'torch'] as const;

interface GpuOptions {
  software: boolean;
  chosen: string[];
  rounds: number;
}

/** The time limit of the whole benchmark in milliseconds: a little less than five minutes. */
const TIME = 270_000;
/** The number of times that the film is drawn, encoded and rendered. */
const FILM_ROUNDS = 2;

export async function benchGpu({ software, chosen, rounds }: GpuOptions): Promise<void> {
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
  let film: FilmFigures | undefined;
  const all = adapter.software ? smallNetworks : networks;
  const parts: Record<string, () => Promise<unknown>> = {};
  for (const named of all) {
    parts[named.name] = async () => figures.push(await benchNetwork(named, bench));
  }
  parts.forms = () => benchForms(all[0], bench);
  parts.film = async () => {
    film = await benchFilm(bench);
  };
  parts.torch = () =>
    benchTorch(
      figures.filter(({ name }) => name !== '27x30-relu'), // the PyTorch model always uses tanh
      bench,
    );
  for (const [name, part] of Object.entries(parts)) {
    if (chosen.includes(name)) await runPart(name, part);
  }
  printSummary(adapter, bench, figures, film);
  console.log(`It took ${Math.round((performance.now() - started) / 1000)} s.`);
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

async function benchFilm(bench: GpuBench): Promise<FilmFigures | undefined> {
  const note = (reason: string) => console.log(`\nThe film was skipped: ${reason}`);
  try {
    await findFfmpeg();
  } catch (error) {
    note((error as Error).message);
    return;
  }
  if (bench.left() < 60_000) {
    note('less than a minute is left.');
    return;
  }
  const { GpuRenderer } = await built.renderer();
  const renderer = await GpuRenderer.start(bench.open);
  try {
    const size: [number, number] = bench.software ? [96, 54] : [1920, 1080];
    const network = bench.software ? { ...scene.network, layers: 4 } : scene.network;
    const seconds = bench.software ? 1 : scene.seconds;
    const figures = await measureFilm(renderer, { ...scene, size, network }, seconds, FILM_ROUNDS);
    printFilm(figures, size, bench);
    return figures;
  } finally {
    await renderer.close();
  }
}

function printFilm({ frames, pixels, ffmpeg, seconds }: FilmFigures, size: number[], bench: GpuBench): void {
  const { draw, encode, film, running } = seconds;
  const row = (name: string, time: number) => [name, time.toFixed(2), (frames / time).toFixed(1)];
  console.log(
    `\nA whole film: weight-scale, ${frames} frames of ${size.join('x')} as ${pixels} to MP4 (ffmpeg ${ffmpeg}), ` +
      `shortest of ${FILM_ROUNDS}${inSoftware(bench)}`,
  );
  console.log(
    table([
      ['', 'seconds', 'frames per second'],
      row('drawing alone', draw),
      row('encoding alone', encode),
      row('the film', film),
      row('the film after its first frame', running),
    ]),
  );
}

/** The time of the slower part as a fraction of the film's: including and excluding the time before the first frame. */
function efficiency({ seconds: { draw, encode, film, running } }: FilmFigures): [number, number] {
  return [Math.max(draw, encode) / film, Math.max(draw, encode) / running];
}

function printSummary(
  { name }: Adapter,
  bench: GpuBench,
  figures: NetworkFigures[],
  film: FilmFigures | undefined,
): void {
  const withGoal = (text: string, goal: string, network: string) =>
    network === '27x30' && text !== '-' ? `${text} (at least ${goal})` : text;
  const times = (theirs: number | undefined, ours: number) =>
    theirs === undefined ? '-' : (theirs / ours).toFixed(2);
  console.log(`\nSummary: ${name}, peak ${tera(bench.peak)} TFLOP/s${inSoftware(bench)}`);
  const rows = figures.map(({ name, ms, operations, eager, compiled }) => {
    const rate = operations / (ms / 1000);
    const share = `${((100 * rate) / bench.peak).toFixed(0)}%`;
    return [
      name,
      ms.toFixed(3),
      tera(rate),
      withGoal(share, '50%', name),
      withGoal(times(eager, ms), '3', name),
      times(compiled, ms),
    ];
  });
  if (rows.length > 0) {
    const head = ['', 'shortest GPU ms', 'TFLOP/s', 'of the peak', 'x PyTorch eager', 'x torch.compile'];
    console.log(table([head, ...rows]));
  }
  if (!film) return;
  const [whole, running] = efficiency(film).map((share) => share.toFixed(2));
  const start = (film.seconds.film - film.seconds.running).toFixed(1);
  console.log(
    `  film: efficiency ${running} (at least 0.9) after its first frame; ${whole} including the ${start} s before it`,
  );
}
