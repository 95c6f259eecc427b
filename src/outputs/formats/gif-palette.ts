/** Chooses the kind of palette for a GIF by making a sample of the film with both. */

import { ticks } from '../rate.js';
import type { Step } from '../run.js';
import { GENERAL, losslessCopy, segmentsOf } from './arguments.js';
import type { Bench, FilmShape } from './format.js';
import { drawPerFrame, global, type Palette, paletteOf } from './gif-drawing.js';

/** The sample has this many runs of consecutive frames: a GIF omits what stands still from one frame to the next. */
const RUNS = 3;
const RUN_FRAMES = 8;

/** How much PSNR, in dB, a doubled size must gain to be worth it. That is roughly what it costs to halve a GIF by
 *  other means: 3 to 6 dB with fewer colours (gif.ts). */
const DB_A_DOUBLING = 4;

/** The better kind for a film whose lossless copy is on the workbench. */
export async function betterPalette(bench: Bench, film: FilmShape, colours: number): Promise<Palette> {
  const period = Math.max(RUN_FRAMES, Math.ceil(film.frames / RUNS));
  const frames = Math.min(film.frames, RUNS * RUN_FRAMES);
  const sample = { ...film, frames };
  await bench.run({ inputs: [segmentsOf('copy', film)], outputs: [sampled(sample, period)] });
  const from = { options: [...GENERAL, '-f', 'nut'], from: 'sample.nut' };
  await bench.run(paletteOf(from, colours)); // the film's own would take as long as drawing (25 s)
  const rung = { every: 1, colours, scale: 1 };
  const measured = async () => ({
    decibels: await psnrOfSample(bench, sample),
    bytes: await bench.bytes('sample.gif'),
  });
  await drawPerFrame(bench, from, sample, rung, 'sample.gif');
  const each = await measured();
  await bench.run(global(from, sample, rung, 'sample.gif'));
  const all = await measured();
  if (all.decibels === each.decibels) return all.bytes <= each.bytes ? 'global' : 'per-frame';
  const worth = DB_A_DOUBLING * Math.log2(each.bytes / all.bytes);
  return each.decibels - all.decibels >= worth ? 'per-frame' : 'global';
}

/** Selects the first RUN_FRAMES of every `period` frames, evenly spaced. */
function sampled(sample: FilmShape, period: number): Step['outputs'][number] {
  const filter = `select=lt(mod(n\\,${period})\\,${RUN_FRAMES}),setpts=${ticks('N', sample.fps)}`;
  const options = ['-map', '0:v', '-vf', filter, '-frames:v', String(sample.frames), ...losslessCopy(sample)];
  return { options, to: 'sample.nut' };
}

/** The PSNR of sample.gif against sample.nut over all frames, in dB; Infinity if they are the same. */
async function psnrOfSample(bench: Bench, { fps }: FilmShape): Promise<number> {
  // setpts: renumbers the frames, since a GIF's times are rounded. gbrp: compares in RGB, which both are, not in YUV.
  const numbered = `settb=1/${Math.ceil(fps)},setpts=N,format=gbrp`;
  const graph = `[0:v]${numbered}[a];[1:v]${numbered}[b];[a][b]psnr`;
  const stderr = await bench.run({
    inputs: [
      { options: ['-nostdin', '-loglevel', 'info', '-f', 'gif'], from: 'sample.gif' },
      { options: ['-f', 'nut'], from: 'sample.nut' },
    ],
    outputs: [{ options: ['-filter_complex', graph, '-f', 'null'], to: 'nothing' }],
  });
  const [, average] = /PSNR .*average:(\S+)/.exec(stderr.join('\n')) ?? [];
  return average === 'inf' ? Number.POSITIVE_INFINITY : Number(average);
}
