/**
 * Measures what films cost as they grow: the CPU time against frames, pixels, layers and width, each doubled again and
 * again while the rest stays as it is. CPU time changes less than time when other programs use the machine too. It
 * includes the threads of this process, and on Linux its ffmpeg.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FrameInput, type FrameRenderer, frameSchema, sweep, tween } from 'untrained';
import { renderFilm } from 'untrained/render';
import { drawFrames } from './frames.js';
import { record } from './history.js';
import { table } from './table.js';

/** What grows, and how: values, and how many times as much work twice the value is. */
const series = {
  frames: { values: [25, 50, 100, 200, 400], work: 2, of: 'a film of 96x96, 9x12' },
  pixels: { values: [128, 256, 512, 1024].map((side) => side ** 2), work: 2, of: 'a frame, 27x30' },
  layers: { values: [4, 8, 16, 32, 64, 128], work: 2, of: 'a frame of 256x256, 30 units' },
  width: { values: [16, 32, 64, 128, 256], work: 4, of: 'a frame of 128x128, 9 layers' },
} as const;
type Name = keyof typeof series;

/** Drawing is repeated until it has taken this much CPU time, in milliseconds. */
const LEAST = 300;

/** Measures every series `rounds` times, and prints the least CPU time of each, and how it grows. */
export async function benchScale(rounds: number, renderer: FrameRenderer): Promise<void> {
  const measure = {
    frames: film,
    pixels: (pixels: number) => frame(renderer, shape(27, 30, Math.sqrt(pixels))),
    layers: (layers: number) => frame(renderer, shape(layers, 30, 256)),
    width: (units: number) => frame(renderer, shape(9, units, 128)),
  };
  const rows = [['', 'CPU time, ms', 'per doubling']];
  for (const name of Object.keys(series) as Name[]) {
    const { values, work, of } = series[name];
    const times = values.map((): number[] => []);
    for (let round = 0; round < rounds; round++)
      for (const [i, value] of values.entries()) times[i].push(await measure[name](value));
    for (const [i, value] of values.entries()) record('scale', `${name} ${value}`, times[i]);
    const least = times.map((all) => Math.min(...all));
    rows.push([`${name}: ${of} (expected: ${work} x)`]);
    for (const [i, value] of values.entries()) {
      const growth = i > 0 ? (least[i] / least[i - 1]) ** (1 / Math.log2(value / values[i - 1])) : undefined;
      rows.push([`  ${value}`, least[i].toFixed(1), growth ? `${growth.toFixed(2)} x` : '']);
    }
  }
  console.log(`\nWhat films cost as they grow: the least of ${rounds}`);
  console.log(table(rows));
}

const shape = (layers: number, units: number, side: number): FrameInput => ({
  network: { layers, units, weightScale: 0.6 },
  size: [side, side],
});

async function frame(renderer: FrameRenderer, input: FrameInput): Promise<number> {
  const description = frameSchema.parse(input);
  await drawFrames(renderer, description, 1);
  const before = cpuTime();
  let count = 0;
  while (cpuTime() - before < LEAST) {
    await drawFrames(renderer, description, 1);
    count++;
  }
  return (cpuTime() - before) / count;
}

async function film(frames: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'untrained-bench-'));
  try {
    const before = cpuTime();
    const { network } = shape(9, 12, 96);
    const moving = { ...network, weightScale: tween(0.4, 0.8) };
    const grown = sweep({ seconds: frames / 25, fps: 25, size: [96, 96], network: moving, pace: 'tracks' });
    await renderFilm(grown, { outputs: [join(folder, 'film.mp4')], backend: 'cpu' });
    return cpuTime() - before;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The CPU time of this process and of its children that have ended, in milliseconds. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + (childrenTime() ?? 0);
}

/** The CPU time of this process's children that have ended, in milliseconds. Only Linux tells. */
export function childrenTime(): number | undefined {
  try {
    // The fields after the program's name, which may contain spaces.
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return 10 * (Number(fields[13]) + Number(fields[14])); // cutime and cstime, in hundredths of a second
  } catch {
    return undefined;
  }
}
