/** Chooses the kind of palette for a GIF by making a sample of the film with both. */

import { ticks } from '../rate.js';
import type { Step } from '../run.js';
import { GENERAL, losslessCopy, segmentsOf } from './arguments.js';
import type { Bench, FilmShape } from './format.js';
import { GifDrawing, globalPalette, type Palette, readFrames } from './gif-drawing.js';

/** The sample has this many runs of consecutive frames: a GIF omits what stands still from one frame to the next. */
const RUNS = 3;
const RUN_FRAMES = 8;

/** How much PSNR, in dB, a doubled size must gain to be worth it. That is roughly what it costs to halve a GIF by
 *  other means: 3 to 6 dB with fewer colours (gif.ts). */
const DB_A_DOUBLING = 4;

/** The better kind for a film whose lossless copy is on the workbench. */
export async function betterPalette(bench: Bench, film: FilmShape, colours: number): Promise<Palette> {
  const period = Math.max(RUN_FRAMES, Math.ceil(film.frames / RUNS));
  const sample = { ...film, frames: sampledFrames(film.frames, period) };
  await bench.run({ inputs: [segmentsOf('copy', film)], outputs: [sampled(sample, period)] });
  const from = { options: [...GENERAL, '-f', 'nut'], from: 'sample.nut' };
  const rung = { every: 1, colours, scale: 1 };
  // The film's own would take as long as drawing.
  const fixed = await globalPalette(bench, from, sample, rung);
  const [each, all] = [undefined, fixed].map((palette) => ({
    drawing: new GifDrawing(film.width, film.height, colours, palette),
    bytes: palette?.length ?? 0,
  }));
  await readFrames(bench, from, sample, rung, async (frame) => {
    all.bytes += all.drawing.add(frame.slice(), 1).length;
    each.bytes += each.drawing.add(frame, 1).length;
  });
  const gain = 10 * Math.log10(all.drawing.squaredError / each.drawing.squaredError); // NaN if both are exact
  if (!(gain !== 0)) return all.bytes <= each.bytes ? 'global' : 'per-frame';
  return gain >= DB_A_DOUBLING * Math.log2(each.bytes / all.bytes) ? 'per-frame' : 'global';
}

/** How many frames are selected. The last run of a short film may be shorter. */
export function sampledFrames(frames: number, period: number): number {
  return Math.floor(frames / period) * RUN_FRAMES + Math.min(RUN_FRAMES, frames % period);
}

/** Selects the first RUN_FRAMES of every `period` frames, evenly spaced. */
function sampled(sample: FilmShape, period: number): Step['outputs'][number] {
  const filter = `select=lt(mod(n\\,${period})\\,${RUN_FRAMES}),setpts=${ticks('N', sample.fps)}`;
  const options = ['-map', '0:v', '-vf', filter, '-frames:v', String(sample.frames), ...losslessCopy(sample)];
  return { options, to: 'sample.nut' };
}
