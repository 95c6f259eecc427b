/**
 * How fast frames are drawn on this machine, beside numpy and onnxruntime, and how much of that a film keeps.
 *
 *     npm run bench
 *     npm run bench -- --only 27x30,pipeline --rounds 3
 *
 * All are timed in turn, round after round, so that whatever else the machine does falls on each of them. Nothing is
 * asserted: the table has what we expect beside what was measured, and one reads it. Its ratios are of the least times,
 * since other work on the machine only ever adds.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  buildNetwork,
  createRenderer,
  type FrameDescription,
  type FrameRenderer,
  frameSchema,
} from 'untrained';
import { benchComposed } from './composed.js';
import { LeftOut, type Peer, startNumpy, startOnnx, type Work } from './peers.js';
import { benchPipeline } from './pipeline.js';

const networks = {
  '27x30': { network: { layers: 27, width: 30, weightScale: 0.6 }, size: [512, 512] },
  '14x400': { network: { layers: 14, width: 400, weightScale: 0.1 }, size: [256, 256] },
  '2x10': { network: { layers: 2, width: 10, weightScale: 0.6 }, size: [1080, 1080] },
} as const;
const parts = [...(Object.keys(networks) as (keyof typeof networks)[]), 'pipeline', 'composed'] as const;

/** Frames are drawn until this much time has gone by, in milliseconds, and the time of one is that of all divided. */
const BATCH_MS = 400;
/** Peers' threads spin for a while after work, in case there is more; this lets them fall asleep. In milliseconds. */
const REST_MS = 200;

/** Something that draws frames, and how long it took. */
interface Contender {
  name: string;
  time(count: number): Promise<number>;
  times: number[]; // milliseconds a frame, one number a round
  /** The largest difference to our pixels, in steps of 1/255. */
  difference?: number;
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
      if (i > 0) contender.difference = largestDifference(rgba, await peers[i - 1].brightness());
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

/** Draws a frame over and over, with as many under way as the renderer likes. Gives the last one. */
async function drawFrames(
  renderer: FrameRenderer,
  frame: FrameDescription,
  frames: number,
): Promise<Uint8Array> {
  const [width, height] = frame.size;
  let begun = 0;
  let last: Uint8Array = new Uint8Array();
  const lane = async () => {
    const into = new Uint8Array(4 * width * height);
    while (begun < frames) {
      begun++;
      last = await renderer.render(frame, into);
    }
  };
  await Promise.all(Array.from({ length: renderer.framesInFlight }, lane));
  return last;
}

/** The points a frame samples, (N, 2): as in src/frame/geometry.ts, written out for the plain case. */
function pointsOf({ size: [width, height], view }: FrameDescription): Float32Array {
  const pixel = (2 * view.halfWidth) / Math.min(width, height);
  const points = new Float32Array(2 * width * height);
  for (let i = 0; i < width * height; i++) {
    points[2 * i] = view.centre[0] + pixel * ((i % width) + 0.5 - width / 2);
    points[2 * i + 1] = view.centre[1] - pixel * (Math.floor(i / width) + 0.5 - height / 2);
  }
  return points;
}

/** How far our pixels are from someone's brightness, rounded as ours is. */
function largestDifference(rgba: Uint8Array, brightness: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < brightness.length; i++) {
    const byte = Math.floor(255 * brightness[i] + 0.5);
    largest = Math.max(largest, Math.abs(byte - rgba[4 * Math.floor(i / 3) + (i % 3)]));
  }
  return largest;
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
    const pixels = difference === 0 ? 'equal' : `within ${difference}/255`;
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

function fixed(ms: number): string {
  return ms.toFixed(ms < 100 ? 1 : 0);
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)] + sorted[Math.ceil(half)]) / 2;
}

function some(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** How many cores are busy while we do nothing. */
async function busyCores(): Promise<number> {
  const now = () =>
    cpus().map(({ times: { idle, user, nice, sys, irq } }) => ({ idle, work: user + nice + sys + irq }));
  const before = now();
  await sleep(1000);
  const shares = now().map(({ idle, work }, i) => {
    const worked = work - before[i].work;
    return worked / Math.max(1, worked + idle - before[i].idle);
  });
  return shares.reduce((sum, share) => sum + share, 0);
}

function readArguments(): { chosen: string[]; rounds: number } {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, rounds: { type: 'string', default: '5' } },
  });
  const chosen = values.only?.split(',') ?? [...parts];
  const unknown = chosen.find((part) => !parts.includes(part as (typeof parts)[number]));
  if (unknown !== undefined) throw new Error(`--only has no "${unknown}": take some of ${parts.join(',')}.`);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds is ${values.rounds}: give 1 or more.`);
  return { chosen, rounds };
}

async function main({ chosen, rounds }: ReturnType<typeof readArguments>): Promise<void> {
  console.log(
    `Node ${process.versions.node}, ${some(availableParallelism(), 'core')} (${cpus()[0]?.model.trim()})`,
  );
  const busy = await busyCores();
  if (busy > 0.3)
    console.log(`Others keep ${busy.toFixed(1)} cores busy: times will be too long, and ratios less sure.`);
  const renderer = await createRenderer({ backend: 'cpu' });
  try {
    for (const name of parts) {
      if (!chosen.includes(name)) continue;
      // A round of these takes half a minute.
      if (name === 'pipeline') await benchPipeline(renderer, Math.ceil(rounds / 2));
      else if (name === 'composed') await benchComposed(Math.ceil(rounds / 2));
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
