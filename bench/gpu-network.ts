/**
 * Measures the time of a network's frames on the GPU, by its own clock and by ours, and the bytes that it transfers.
 */
import { type FrameDescription, type FrameRenderer, frameSchema, type NetworkInput } from 'untrained';
import type { GpuFormat } from '../src/renderers/gpu/plan.js';
import type { Timing } from '../src/renderers/gpu/session.js';
import { built } from './built.js';
import { drawFrames } from './frames.js';
import { type GpuBench, inSoftware, tera } from './gpu-bench.js';
import { fixed, mean, median, sized, some, table } from './table.js';
import { trafficOf } from './traffic.js';

export interface NamedNetwork {
  name: string;
  network: NetworkInput;
  size: [width: number, height: number];
}

export const networks: NamedNetwork[] = [
  { name: '27x30', network: { layers: 27, units: 30, weightScale: 0.6 }, size: [1920, 1080] },
  // Compare with the previous one: the difference is the cost of tanh.
  {
    name: '27x30-relu',
    network: { layers: 27, units: 30, initialisation: 'he', activation: 'relu' },
    size: [1920, 1080],
  },
  { name: '14x400', network: { layers: 14, units: 400, weightScale: 0.1 }, size: [1080, 1080] },
  { name: '2x10', network: { layers: 2, units: 10, weightScale: 0.6 }, size: [1920, 1080] },
];

/** Networks that take the same code paths but are small enough for a software adapter. */
export const smallNetworks: NamedNetwork[] = networks.map(({ name, network }) => ({
  name,
  network: {
    ...network,
    layers: Math.min(4, network.layers as number),
    units: network.units === 400 ? 60 : Math.min(12, network.units as number), // wide kernels take long to compile
  },
  size: [96, 54],
}));

export interface NetworkFigures {
  name: string;
  frame: FrameDescription;
  rgba: Uint8Array;
  operations: number;
  /** The shortest time of a frame in milliseconds, by the device's clock if it has one. */
  ms: number;
  /** The same for PyTorch, if it is installed. */
  eager?: number;
  compiled?: number;
}

/** The duration of a batch of frames in milliseconds. The mean over a batch is exact even with a coarse clock. */
export const BATCH_MS = 500;
const MAX_FRAMES = 500;
/** The time in which a renderer must find its best form before it is timed, in milliseconds. */
const WARM_UP_MS = 6000;

/** Milliseconds per frame, one of each per batch. */
export interface BatchTimes {
  gpu: number[]; // empty if the device has no clock
  wall: number[];
}

/** A renderer that is timed in batches. */
interface Stopwatch {
  renderer: FrameRenderer;
  /** The device's timings since this list was last cleared. */
  timings: Timing[];
}

export async function startStopwatch(
  { open }: Pick<GpuBench, 'open'>,
  options: { form?: Timing['form'] } = {},
): Promise<Stopwatch> {
  const { GpuRenderer } = await built.renderer();
  const renderer = await GpuRenderer.start(open, options);
  const timings: Timing[] = [];
  renderer.onTimed = (timing) => timings.push(timing);
  return { renderer, timings };
}

/** Draws a batch and adds its times. Returns the last frame. */
export async function timeBatch(
  { renderer, timings }: Stopwatch,
  frame: FrameDescription,
  frames: number,
  times: BatchTimes,
  format?: GpuFormat,
): Promise<Uint8Array> {
  timings.length = 0;
  const start = performance.now();
  const pixels = await drawFrames(renderer, frame, frames, format);
  times.wall.push((performance.now() - start) / frames);
  if (timings.length > 0) times.gpu.push(mean(timings.map(({ gpu }) => gpu)));
  return pixels;
}

/** The number of frames in a batch of the given duration. */
export async function framesIn(ms: number, stopwatch: Stopwatch, frame: FrameDescription): Promise<number> {
  const times: BatchTimes = { gpu: [], wall: [] };
  await timeBatch(stopwatch, frame, 3, times);
  await timeBatch(stopwatch, frame, 6, times);
  return Math.min(MAX_FRAMES, Math.max(3, Math.ceil(ms / times.wall[1])));
}

export async function benchNetwork(
  { name, network, size }: NamedNetwork,
  bench: GpuBench,
): Promise<NetworkFigures> {
  const frame = frameSchema.parse({ network, size });
  const stopwatch = await startStopwatch(bench);
  try {
    const warmUp = bench.software ? 0 : WARM_UP_MS;
    const forms = await settle(stopwatch, frame, 'rgba', warmUp);
    await settle(stopwatch, frame, 'yuv420p', warmUp / 4); // which has a different last kernel
    const frames = await framesIn(bench.software ? 0 : BATCH_MS, stopwatch, frame);
    const all = { rgba: { gpu: [], wall: [] }, yuv420p: { gpu: [], wall: [] } } as Record<
      GpuFormat,
      BatchTimes
    >;
    const formats = (['rgba', 'yuv420p'] as const).filter((format) =>
      stopwatch.renderer.formats.includes(format),
    );
    let rgba: Uint8Array = new Uint8Array();
    for (let round = 0; round < bench.rounds; round++) {
      for (const format of formats) {
        const pixels = await timeBatch(stopwatch, frame, frames, all[format], format);
        if (format === 'rgba') rgba = pixels;
      }
    }
    const scale = network.weightScale ?? network.initialisation;
    const title = `${name} at ${size.join('x')}, weight scale ${scale}`;
    const batches = `${some(bench.rounds, 'batch').replace(/hs$/, 'hes')} of ${some(frames, 'frame')}`;
    console.log(`\n${title}: ms per frame, ${batches}${inSoftware(bench)}`);
    const rows = [['', 'GPU median', 'shortest', 'wall median', 'shortest', 'from the GPU', 'to the GPU']];
    for (const format of formats) {
      const { up, down } = await trafficOf(() => drawFrames(stopwatch.renderer, frame, frames, format));
      const { gpu, wall } = all[format];
      const clock = gpu.length > 0 ? [fixed(median(gpu)), fixed(Math.min(...gpu))] : ['-', '-'];
      rows.push([
        `as ${format}`,
        ...clock,
        fixed(median(wall)),
        fixed(Math.min(...wall)),
        sized(down / frames),
        sized(up / frames),
      ]);
    }
    console.log(table(rows));
    const { gpu, wall } = all.rgba;
    const ms = Math.min(...(gpu.length > 0 ? gpu : wall));
    const operations = await operationsOf(frame, stopwatch);
    const rate = operations / (ms / 1000);
    const share = `${((100 * rate) / bench.peak).toFixed(0)}% of the measured peak`;
    console.log(
      `  ${(operations / 1e9).toPrecision(3)} GFLOP per frame: ${tera(rate)} TFLOP/s, ${share}${forms}`,
    );
    return { name, frame, rgba, operations, ms };
  } finally {
    await stopwatch.renderer.close();
  }
}

/**
 * Draws until the renderer has chosen one of its forms, or time is up. Returns the choice, as the end of a sentence.
 */
async function settle(
  stopwatch: Stopwatch,
  frame: FrameDescription,
  format: GpuFormat,
  warmUp: number,
): Promise<string> {
  const { timings } = stopwatch;
  const times: BatchTimes = { gpu: [], wall: [] };
  const seen = new Set<string>();
  const end = performance.now() + warmUp;
  let last: string[] = [];
  do {
    await timeBatch(stopwatch, frame, warmUp ? 20 : 3, times, format);
    last = [...new Set(timings.map(({ form }) => (form ? formName(form) : '')))];
    for (const form of last) seen.add(form);
  } while (performance.now() < end && last.join() !== '');
  return last.join() === '' ? '' : `; ${some(seen.size, 'form')} tried, chosen: ${last.join(' and ')}`;
}

/** The number of multiplications and additions, as the renderer counts them, without activations. */
export async function operationsOf(frame: FrameDescription, { timings }: Stopwatch): Promise<number> {
  if (timings.length > 0) return timings[0].operations;
  const { arrange } = await built.arrange();
  const { planFrame } = await built.plan();
  const device = { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 30 };
  const limits = {
    ...device,
    maxComputeWorkgroupsPerDimension: 65_535,
    maxComputeWorkgroupStorageSize: 16_384,
  };
  return planFrame(frame, arrange(frame.network), limits).operations;
}

export function formName({ size, vectors, weights }: NonNullable<Timing['form']>): string {
  return `${vectors} x ${size} samples, ${weights}`;
}
