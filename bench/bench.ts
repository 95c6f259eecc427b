/**
 * How fast frames are drawn on this machine, beside numpy and onnxruntime, how much of that a film keeps, and how near GIFs are
 * to their films, beside gifski (GIFSKI_PATH, or PATH).
 *
 *     npm run bench
 *     npm run bench -- --only 27x30,pipeline --rounds 3
 *     npm run bench -- --gpu
 *
 * All are timed in turn, round after round, so that whatever else the machine does falls on each of them. Nothing is
 * asserted: the table has what we expect beside what was measured, and one reads it. Its ratios are of the least times,
 * since other work on the machine only ever adds.
 *
 * --gpu takes the figures of the GPU instead, all in one go, in less than five minutes: see gpu.ts. It needs Node, the
 * tree with dist/ and node_modules/, and no network, so it can be taken to a machine by copying the tree (with `npm run
 * build` done, on a system of the same kind): node node_modules/jiti/lib/jiti-cli.mjs bench/bench.ts --gpu
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { buildNetwork, createRenderer, type FrameRenderer, frameSchema } from 'untrained';
import { benchComposed } from './composed.js';
import { type Difference, differenceTo, drawFrames, inWords, pointsOf } from './frames.js';
import { benchGif } from './gif.js';
import { benchGpu, gpuParts } from './gpu.js';
import { printMachine } from './machine.js';
import { benchMemory } from './memory.js';
import { LeftOut, type Peer, startNumpy, startOnnx, type Work } from './peers.js';
import { benchPipeline } from './pipeline.js';
import { fixed, median, some } from './table.js';

const networks = {
  '27x30': { network: { layers: 27, width: 30, weightScale: 0.6 }, size: [512, 512] },
  '14x400': { network: { layers: 14, width: 400, weightScale: 0.1 }, size: [256, 256] },
  '2x10': { network: { layers: 2, width: 10, weightScale: 0.6 }, size: [1080, 1080] },
} as const;
const parts = [
  ...(Object.keys(networks) as (keyof typeof networks)[]),
  'pipeline',
  'composed',
  'memory',
  'gif',
] as const;

/** Frames are drawn until this much time has gone by, in milliseconds, and the time of one is that of all divided. */
const BATCH_MS = 400;
/** Peers' threads spin for a while after work, in case there is more; this lets them fall asleep. In milliseconds. */
const REST_MS = 200;

/** Something that draws frames, and how long it took. */
interface Contender {
  name: string;
  time(count: number): Promise<number>;
  times: number[]; // milliseconds a frame, one number a round
  /** To our pixels. */
  difference?: Difference;
  /** How many times as fast as this one we are expected to be, at least. */
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
      await contender.time(1); // engines compile, caches fill
      counts.push(Math.ceil(BATCH_MS / (await contender.time(1))));
      if (i > 0) contender.difference = differenceTo(rgba, await peers[i - 1].brightness());
    }
    for (let round = 0; round < rounds; round++) {
      for (const [i, contender] of all.entries()) {
        if (round > 0 && contender.name.includes('float64')) continue; // slow, and only there to be seen once
        await sleep(REST_MS);
        contender.times.push(await contender.time(counts[i]));
      }
    }
    const scale = `weight scale ${network.weightScale}`;
    print(`${name} at ${size[0]}x${size[1]}, ${scale}: ms a frame, ${some(rounds, 'round')}`, all, notes);
  } finally {
    await Promise.all(peers.map((peer) => peer.close()));
    await rm(folder, { recursive: true, force: true });
  }
}

/** The peers there are, and a line about each that is not. */
async function startPeers(work: Work): Promise<{ peers: Peer[]; notes: string[] }> {
  const peers: Peer[] = [];
  const notes: string[] = [];
  const starts = { numpy: startNumpy, onnxruntime: async (work: Work) => [await startOnnx(work)] };
  for (const [name, start] of Object.entries(starts)) {
    try {
      peers.push(...(await start(work)));
    } catch (error) {
      if (!(error instanceof LeftOut)) throw error;
      notes.push(`${name} is left out: ${error.message}.`);
    }
  }
  return { peers, notes };
}

/** What 27x30 reaches on two cores. onnxruntime uses vectors of 512 bits where there are any, and we 128, or 256. */
function expectation(peer: string, kernel: string): number | undefined {
  if (peer.includes('float32')) return 3;
  if (peer.startsWith('onnxruntime')) return kernel.includes('256-bit') ? 1.3 : 0.65;
}

function print(title: string, [ours, ...theirs]: Contender[], notes: string[]): void {
  console.log(`\n${title}`);
  console.log(line('', 'median', 'least', 'ours is', '', 'pixels'));
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
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      gpu: { type: 'boolean', default: false },
      software: { type: 'boolean', default: false },
    },
  });
  const { gpu, software } = values;
  if (software && !gpu)
    throw new Error('--software is for --gpu, which it runs on a program that plays a GPU: give both.');
  const all: readonly string[] = gpu ? gpuParts : parts;
  const chosen = values.only?.split(',') ?? [...all];
  const unknown = chosen.find((part) => !all.includes(part));
  if (unknown !== undefined) throw new Error(`--only has no "${unknown}": take some of ${all.join(',')}.`);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds is ${values.rounds}: give 1 or more.`);
  return { gpu, software, chosen, rounds };
}

async function main({ gpu, software, chosen, rounds }: Arguments): Promise<void> {
  if (gpu) return benchGpu({ software, chosen, rounds });
  await printMachine();
  const renderer = await createRenderer({ backend: 'cpu' });
  try {
    for (const name of parts) {
      if (!chosen.includes(name)) continue;
      // A round of these takes half a minute.
      if (name === 'pipeline') await benchPipeline(renderer, Math.ceil(rounds / 2));
      else if (name === 'composed') await benchComposed(Math.ceil(rounds / 2));
      else if (name === 'memory') await benchMemory();
      else if (name === 'gif') await benchGif();
      else await benchNetwork(name, rounds, renderer);
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
