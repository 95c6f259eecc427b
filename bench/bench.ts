/**
 * Measures how fast this machine draws frames, compared with numpy and onnxruntime; how much of that speed a whole film
 * keeps; how close GIFs are to their films, compared with gifski (GIFSKI_PATH, or PATH); how fast the editor and the
 * explorer are; what films made by several processes cost; how long commands make their user wait;
 * and how costs grow.
 *
 *     npm run bench
 *     npm run bench -- --only 27x30,pipeline --rounds 3
 *     npm run bench -- --json bench.json --compare bench.json
 *     npm run bench -- --gpu
 *
 * All contenders are timed in turn, round after round, so that other work on the machine affects all of them. Nothing
 * is asserted: the table shows expected figures beside measured ones. Ratios use the shortest times, since other work
 * can only make times longer.
 *
 * --json writes the figures to a file. --compare prints what has changed since such a file was written; with the same
 * file for both, since the last run.
 *
 * --gpu measures the GPU and hardware encoders instead, in less than ten minutes: see gpu.ts. It needs Node, the tree
 * with dist/ and node_modules/, and no network. So you can copy the tree to another machine (after `npm run build`, on
 * the same kind of system) and run: node node_modules/jiti/lib/jiti-cli.mjs bench/bench.ts --gpu
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { buildNetwork, createRenderer, type FrameRenderer, frameSchema, type NetworkInput } from 'untrained';
import { benchComposed } from './composed.js';
import { benchEditor } from './editor.js';
import { benchExplorer } from './explorer.js';
import { benchFarm } from './farm.js';
import { type Difference, differenceTo, drawFrames, inWords, pointsOf } from './frames.js';
import { benchGpu, gpuParts } from './gpu.js';
import { describeChanges, earlierRun, record, thisRun, writeRun } from './history.js';
import { printMachine } from './machine.js';
import { benchMemory } from './memory.js';
import { LeftOut, type Peer, startNumpy, startOnnx, type Work } from './peers.js';
import { benchPipeline } from './pipeline.js';
import { benchScale } from './scale.js';
import { fixed, median, some } from './table.js';
import { benchWaits } from './waits.js';

const networks = {
  '27x30': { network: { layers: 27, units: 30, weightScale: 0.6 }, size: [512, 512] },
  '14x400': { network: { layers: 14, units: 400, weightScale: 0.1 }, size: [256, 256] },
  '2x10': { network: { layers: 2, units: 10, weightScale: 0.6 }, size: [1080, 1080] },
} as const;
const parts = [
  ...(Object.keys(networks) as (keyof typeof networks)[]),
  'activations',
  'adaptive',
  'pipeline',
  'composed',
  'memory',
  'gif',
  'formats',
  'editor',
  'explorer',
  'farm',
  'waits',
  'scale',
] as const;

/** What networks of 27 x 30 cost that need more than one activation. The first one is the measure. */
const kinds: Record<string, NetworkInput> = {
  'one activation: tanh': {},
  'a list of three: sin, tanh, relu': { activation: ['sin', 'tanh', 'relu'] },
  'per unit, of four: sin, gaussian, abs, tanh': {
    activation: { perUnit: ['sin', 'gaussian', 'abs', 'tanh'] },
  },
  'a mix of tanh and sin': { activation: { from: 'tanh', to: 'sin', fraction: 0.3 } },
  'the same, with sin in the second layer': {
    activation: [
      { from: 'tanh', to: 'sin', fraction: 0.3 },
      'sin',
      { from: 'tanh', to: 'sin', fraction: 0.3 },
    ],
  },
  'residual 0.5': { residual: 0.5 },
  'layer normalisation': { normalisation: 'layer' },
  'four features and a kaleidoscope': { features: ['x', 'y', 'r', 'angle'], fold: 'kaleidoscope' },
};

/** The approximate duration of a batch of frames, in milliseconds. The time of a frame is the mean over its batch. */
const BATCH_MS = 400;
/** A pause that lets peers' threads fall asleep, which spin for a while after work. In milliseconds. */
const REST_MS = 200;

/** A program that draws frames, and its times. */
interface Contender {
  name: string;
  time(count: number): Promise<number>;
  times: number[]; // milliseconds per frame, one number per round
  /** The difference from our pixels. */
  difference?: Difference;
  /** The expected minimum of our speed divided by this one's. */
  expected?: number;
}

async function benchNetwork(
  name: keyof typeof networks,
  rounds: number,
  renderer: FrameRenderer,
): Promise<void> {
  const { network, size } = networks[name];
  const frame = frameSchema.parse({ network, size });
  const folder = await mkdtemp(join(tmpdir(), 'untrained-bench-'));
  const work = { network: buildNetwork(frame.network), points: pointsOf(frame), folder };
  const { peers, notes } = await startPeers(work);
  try {
    let rgba: Uint8Array = new Uint8Array();
    const ours: Contender = {
      name: `Untrained, ${renderer.description}`,
      time: async (count) => {
        const start = performance.now();
        rgba = await drawFrames(renderer, frame, count);
        return (performance.now() - start) / count;
      },
      times: [],
    };
    const theirs = peers.map((peer) => ({
      name: peer.name,
      time: (count: number) => peer.time(count),
      times: [],
      expected: name === '27x30' ? expectation(peer.name, renderer.description) : undefined,
    }));
    const all: Contender[] = [ours, ...theirs];
    const counts: number[] = [];
    for (const [i, contender] of all.entries()) {
      await contender.time(1); // warm up: engines compile, caches fill
      counts.push(Math.ceil(BATCH_MS / (await contender.time(1))));
      if (i > 0) contender.difference = differenceTo(rgba, await peers[i - 1].brightness());
    }
    for (let round = 0; round < rounds; round++) {
      for (const [i, contender] of all.entries()) {
        if (round > 0 && contender.name.includes('float64')) continue; // slow, so it runs only once
        await sleep(REST_MS);
        contender.times.push(await contender.time(counts[i]));
      }
    }
    const scale = `weight scale ${network.weightScale}`;
    record(name, 'ours', ours.times);
    for (const peer of theirs) {
      const ratios = peer.times.map((time) => time / Math.min(...ours.times));
      record(name, `ours, relative to ${peer.name}`, [Math.min(...ratios)], {
        unit: 'x',
        more: true,
        best: rounds > 1,
        expected: peer.expected,
      });
    }
    print(`${name} at ${size[0]}x${size[1]}, ${scale}: ms per frame, ${some(rounds, 'round')}`, all, notes);
  } finally {
    await Promise.all(peers.map((peer) => peer.close()));
    await rm(folder, { recursive: true, force: true });
  }
}

/** Compares kinds of networks with each other, by the time of a frame. */
async function benchActivations(rounds: number, renderer: FrameRenderer): Promise<void> {
  const { network, size } = networks['27x30'];
  const contenders = Object.entries(kinds).map(([name, kind]) => {
    const frame = frameSchema.parse({ network: { ...network, ...kind }, size });
    const time = async (count: number) => {
      const start = performance.now();
      await drawFrames(renderer, frame, count);
      return (performance.now() - start) / count;
    };
    return { name, time, times: [] as number[] };
  });
  for (const { time } of contenders) await time(1); // warm up
  const count = Math.ceil(BATCH_MS / (await contenders[0].time(1)));
  for (let round = 0; round < rounds; round++) {
    for (const { time, times } of contenders) times.push(await time(count));
  }
  console.log(`\nKinds of networks, 27x30 at ${size[0]}x${size[1]}: ms per frame, ${some(rounds, 'round')}`);
  console.log(line('', 'median', 'shortest', '', '', ''));
  const [least] = contenders.map(({ times }) => Math.min(...times));
  for (const { name, times } of contenders) {
    const ratio = `${(Math.min(...times) / least).toFixed(2)} x as long`;
    record('activations', name, times);
    console.log(line(name, fixed(median(times)), fixed(Math.min(...times)), ratio, '', ''));
  }
}

/** The available peers, and a line about each missing one. */
async function startPeers(work: Work): Promise<{ peers: Peer[]; notes: string[] }> {
  const peers: Peer[] = [];
  const notes: string[] = [];
  const starts = { numpy: startNumpy, onnxruntime: async (work: Work) => [await startOnnx(work)] };
  for (const [name, start] of Object.entries(starts)) {
    try {
      peers.push(...(await start(work)));
    } catch (error) {
      if (!(error instanceof LeftOut)) throw error;
      notes.push(`${name} was skipped: ${error.message}.`);
    }
  }
  return { peers, notes };
}

/** The expected ratio for 27x30 on two cores. onnxruntime uses vectors of up to 512 bits, we 128 or 256. */
function expectation(peer: string, kernel: string): number | undefined {
  if (peer.includes('float32')) return 3;
  if (peer.startsWith('onnxruntime')) return kernel.includes('256-bit') ? 1.3 : 0.65;
}

function print(title: string, [ours, ...theirs]: Contender[], notes: string[]): void {
  console.log(`\n${title}`);
  console.log(line('', 'median', 'shortest', 'ours is', '', 'pixels'));
  console.log(line(ours.name, fixed(median(ours.times)), fixed(Math.min(...ours.times)), '', '', ''));
  for (const { name, times, expected, difference } of theirs) {
    const ratio = `${(Math.min(...times) / Math.min(...ours.times)).toFixed(2)} x as fast`;
    const wish = expected === undefined ? '' : `(at least ${expected})`;
    const pixels = difference ? inWords(difference) : '';
    console.log(line(name, fixed(median(times)), fixed(Math.min(...times)), ratio, wish, pixels));
  }
  for (const note of notes) console.log(`  ${note}`);
}

function line(
  name: string,
  middle: string,
  least: string,
  ratio: string,
  wish: string,
  pixels: string,
): string {
  const cells = [
    `  ${name.padEnd(44)}`,
    middle.padStart(8),
    least.padStart(8),
    `  ${ratio.padEnd(15)}`,
    wish.padEnd(16),
  ];
  return `${cells.join(' ')} ${pixels}`.trimEnd();
}

interface Arguments {
  gpu: boolean;
  software: boolean;
  chosen: string[];
  rounds: number;
  /** Where to write the figures, and the run to compare with. */
  json: string | undefined;
  compare: string | undefined;
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      gpu: { type: 'boolean', default: false },
      software: { type: 'boolean', default: false },
      json: { type: 'string' },
      compare: { type: 'string' },
    },
  });
  const { gpu, software, json, compare } = values;
  if (software && !gpu)
    throw new Error('--software applies only to --gpu, which it runs on a software adapter: use both.');
  const all: readonly string[] = gpu ? gpuParts : parts;
  const chosen = values.only?.split(',') ?? [...all];
  const unknown = chosen.find((part) => !all.includes(part));
  if (unknown !== undefined) throw new Error(`--only has no "${unknown}": choose from ${all.join(',')}.`);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds is ${values.rounds} but must be an integer of 1 or more.`);
  return { gpu, software, chosen, rounds, json, compare };
}

async function main({ gpu, software, chosen, rounds, json, compare }: Arguments): Promise<void> {
  const before = await earlierRun(compare, json);
  const adapter = gpu ? await benchGpu({ software, chosen, rounds }) : undefined;
  if (!gpu) await benchCpu(chosen, rounds, json);
  if (before) console.log(describeChanges(before, thisRun(adapter)));
  if (json !== undefined) await writeRun(json, thisRun(adapter));
}

/** @param json - Where to write the figures after each part. */
async function benchCpu(chosen: string[], rounds: number, json: string | undefined): Promise<void> {
  await printMachine();
  const renderer = await createRenderer({ backend: 'cpu' });
  try {
    for (const name of parts) {
      if (!chosen.includes(name)) continue;
      // Fewer rounds of the next two, which take half a minute each.
      if (name === 'activations') await benchActivations(rounds, renderer);
      // Like 'gif', loaded only on request.
      else if (name === 'adaptive') (await import('./adaptive.js')).benchAdaptive(rounds);
      else if (name === 'pipeline') await benchPipeline(renderer, Math.ceil(rounds / 2));
      else if (name === 'composed') await benchComposed(Math.ceil(rounds / 2));
      else if (name === 'memory') await benchMemory();
      else if (name === 'editor') await benchEditor(Math.ceil(rounds / 2));
      else if (name === 'explorer') await benchExplorer(rounds);
      else if (name === 'farm') await benchFarm();
      else if (name === 'waits') await benchWaits(rounds);
      else if (name === 'scale') await benchScale(Math.ceil(rounds / 2), renderer);
      // Loaded only on request, because the modules of tests that it imports need a bundler for the shaders.
      else if (name === 'gif') await (await import('./gif.js')).benchGif();
      else if (name === 'formats') await (await import('./formats.js')).benchFormats();
      else await benchNetwork(name, rounds, renderer);
      if (json !== undefined) await writeRun(json, thisRun()); // now, in case the next part fails
    }
  } finally {
    await renderer.close();
  }
}

try {
  await main(readArguments());
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
