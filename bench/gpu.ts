/**
 * `npm run bench -- --gpu`: all figures of the GPU in one go, in less than five minutes, with a short table at the end.
 *
 * On a machine without one it says so and fails. --software runs it, with all sizes cut down, on a program that plays a
 * GPU: to try out the bench, for its figures mean nothing.
 *
 * What matters most comes first, and what could take long has so much time and no more: PyTorch is the last.
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

/** The whole bench, in milliseconds, with something to spare of five minutes. */
const TIME = 270_000;
/** Drawn, encoded and made a film of this often, where time is enough. */
const FILM_ROUNDS = 2;

export async function benchGpu({ software, chosen, rounds }: GpuOptions): Promise<void> {
  const started = performance.now();
  const left = () => TIME - (performance.now() - started);
  const adapter = await chooseAdapter(software);
  await printMachine();
  if (adapter.software) console.log('IN SOFTWARE: everything is cut down, and no figure means anything.');
  const open = () => adapter.open({ boundsChecks: false }); // as for a scene of one's own
  const device = await open();
  const { timed } = device;
  console.log(`${adapter.name}; timestamps ${timed ? 'work' : 'do not work: times are those of the wall'}`);
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
      figures.filter(({ name }) => name !== '27x30-relu'), // PyTorch is given tanh
      bench,
    );
  for (const [name, part] of Object.entries(parts)) {
    if (chosen.includes(name)) await goOn(name, part);
  }
  printShort(adapter, bench, figures, film);
  console.log(`It took ${Math.round((performance.now() - started) / 1000)} s.`);
}

/** A machine with a GPU is rarely at hand: what fails there does not take the other parts with it. */
async function goOn(name: string, part: () => Promise<unknown>): Promise<void> {
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
    throw new Error(`${softwareProblem(adapter)} To try out the bench on it, small, add --software.`);
  }
  return adapter;
}

/** Measures the device's peak, and lets the device go. */
async function printPeak(device: Device): Promise<number> {
  const { rate, shape, doubt } = await measurePeak(device, device.software ? 2 ** 12 : undefined);
  console.log(
    `\nFP32 multiply-add peak, measured: ${tera(rate)} TFLOP/s, 2 operations an fma (${shape})${inSoftware(device)}`,
  );
  if (doubt) console.log(`  Not to be trusted: ${doubt}.`);
  const clocks = nvidiaClocks();
  if (clocks) console.log(`  ${clocks}`);
  device.close();
  return rate;
}

async function benchFilm(bench: GpuBench): Promise<FilmFigures | undefined> {
  const note = (reason: string) => console.log(`\nThe film is left out: ${reason}`);
  try {
    await findFfmpeg();
  } catch (error) {
    note((error as Error).message);
    return;
  }
  if (bench.left() < 60_000) {
    note('less than a minute is left for it.');
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
    `\nA whole film: weight-scale, ${frames} frames of ${size.join('x')} as ${pixels} to MP4 (ffmpeg ${ffmpeg}), best of ${FILM_ROUNDS}${inSoftware(bench)}`,
  );
  console.log(
    table([
      ['', 'seconds', 'frames a second'],
      row('drawing alone', draw),
      row('encoding alone', encode),
      row('the film', film),
      row('the film from its first frame on', running),
    ]),
  );
}

/** The slower part's time as a share of the film's: with and without what comes before its first frame. */
function efficiency({ seconds: { draw, encode, film, running } }: FilmFigures): [number, number] {
  return [Math.max(draw, encode) / film, Math.max(draw, encode) / running];
}

function printShort(
  { name }: Adapter,
  bench: GpuBench,
  figures: NetworkFigures[],
  film: FilmFigures | undefined,
): void {
  const wished = (text: string, wish: string, network: string) =>
    network === '27x30' && text !== '-' ? `${text} (at least ${wish})` : text;
  const times = (theirs: number | undefined, ours: number) =>
    theirs === undefined ? '-' : (theirs / ours).toFixed(2);
  console.log(`\nIn short: ${name}, peak ${tera(bench.peak)} TFLOP/s${inSoftware(bench)}`);
  const rows = figures.map(({ name, ms, operations, eager, compiled }) => {
    const rate = operations / (ms / 1000);
    const share = `${((100 * rate) / bench.peak).toFixed(0)}%`;
    return [
      name,
      ms.toFixed(3),
      tera(rate),
      wished(share, '50%', name),
      wished(times(eager, ms), '3', name),
      times(compiled, ms),
    ];
  });
  if (rows.length > 0) {
    const head = ['', 'GPU ms, least', 'TFLOP/s', 'of the peak', 'x PyTorch eager', 'x torch.compile'];
    console.log(table([head, ...rows]));
  }
  if (!film) return;
  const [whole, running] = efficiency(film).map((share) => share.toFixed(2));
  const start = (film.seconds.film - film.seconds.running).toFixed(1);
  console.log(
    `  film: efficiency ${running} (at least 0.9) from its first frame on; ${whole} with the ${start} s before it`,
  );
}
