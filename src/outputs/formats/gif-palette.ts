/** Which palettes suit a film as a GIF, by making a sample of it both ways. */

import { ticks } from '../rate.js';
import type { Step } from '../run.js';
import { copyOf, GENERAL, segmentsOf } from './arguments.js';
import type { Bench, FilmShape } from './format.js';
import { drawPerFrame, global, type Palette, paletteOf } from './gif-drawing.js';

/** The sample: so many runs of so many frames one after another, since what stands still is left out from frame to frame. */
const RUNS = 3;
const RUN_FRAMES = 8;

/** How much nearer to the film, in dB of PSNR, twice the size must be to be worth it. It is about what a GIF loses when it is
 *  made smaller by other means: 3 to 6 dB a halving for fewer colours (gif.ts). */
const DB_A_DOUBLING = 4;

/** The better of both for a film whose copy is on the bench. */
export async function betterPalette(bench: Bench, film: FilmShape, colours: number): Promise<Palette> {
  const period = Math.max(RUN_FRAMES, Math.ceil(film.frames / RUNS));
  const frames = Math.min(film.frames, RUNS * RUN_FRAMES);
  const sample = { ...film, frames };
  await bench.run({ inputs: [segmentsOf('copy', film)], outputs: [sampled(sample, period)] });
  const from = { options: [...GENERAL, '-f', 'nut'], from: 'sample.nut' };
  await bench.run(paletteOf(from, colours)); // a little too good, but for the whole film it takes as long as drawing (25 s)
  const rung = { every: 1, colours, scale: 1 };
  const measured = async () => ({
    decibels: await likeness(bench, sample),
    bytes: await bench.bytes('sample.gif'),
  });
  await drawPerFrame(bench, from, sample, rung, 'sample.gif');
  const each = await measured();
  await bench.run(global(from, sample, rung, 'sample.gif'));
  const all = await measured();
  if (all.decibels === each.decibels) return all.bytes <= each.bytes ? 'global' : 'per-frame'; // also if both are perfect
  const worth = DB_A_DOUBLING * Math.log2(each.bytes / all.bytes);
  return each.decibels - all.decibels >= worth ? 'per-frame' : 'global';
}

/** The first RUN_FRAMES of every `period` frames, at an even pace. */
function sampled(sample: FilmShape, period: number): Step['outputs'][number] {
  const filter = `select=lt(mod(n\\,${period})\\,${RUN_FRAMES}),setpts=${ticks('N', sample.fps)}`;
  const options = ['-map', '0:v', '-vf', filter, '-frames:v', String(sample.frames), ...copyOf(sample)];
  return { options, to: 'sample.nut' };
}

/** How near sample.gif is to sample.nut, in dB of PSNR over all frames; Infinity where they are the same. */
async function likeness(bench: Bench, { fps }: FilmShape): Promise<number> {
  // Numbered anew, since a GIF's times are rounded. format: RGB as both are, rather than a YUV that suits neither.
  const numbered = `settb=1/${Math.ceil(fps)},setpts=N,format=gbrp`;
  const graph = `[0:v]${numbered}[a];[1:v]${numbered}[b];[a][b]psnr`;
  const said = await bench.run({
    inputs: [
      { options: ['-nostdin', '-loglevel', 'info', '-f', 'gif'], from: 'sample.gif' },
      { options: ['-f', 'nut'], from: 'sample.nut' },
    ],
    outputs: [{ options: ['-filter_complex', graph, '-f', 'null'], to: 'nothing' }],
  });
  const [, average] = /PSNR .*average:(\S+)/.exec(said.join('\n')) ?? [];
  return average === 'inf' ? Number.POSITIVE_INFINITY : Number(average);
}
