/** Makes a GIF from a film's lossless copy: with one palette per frame, or one for all. */

import { framesLeftInPlace } from '../../files/write/gif.js';
import { patchFile } from '../opened.js';
import { rateOf, ticks } from '../rate.js';
import type { Step } from '../run.js';
import { REPEATABLE, segmentsOf } from './arguments.js';
import type { Bench, FilmShape } from './format.js';
import { PaletteFile } from './gif-colours.js';

export type Palette = 'per-frame' | 'global';

/** A GIF's settings: a rung of the ladder of sizes. */
export interface Rung {
  /** Frame step: 2 = every second frame. */
  every: number;
  /** Colours in a palette, at most 256. */
  colours: number;
  /** The scale of its sides: 1 for the film's size. */
  scale: number;
}

/** The maximum number of a frame's pixels from which its palette is made: 480 x 480. A smaller sample misses the
 *  colours of thin moving lines: a quarter of it costs 3 dB on the scene `scaling`. */
const SAMPLE = 230_400;

/** The length of a film's side at a scale, in pixels. */
export const scaled = (side: number, scale: number): number => Math.max(1, Math.round(side * scale));

/** Makes the GIF with either kind of palette. */
export async function draw(
  bench: Bench,
  film: FilmShape,
  rung: Rung,
  palette: Palette,
  to: string,
): Promise<void> {
  const from = segmentsOf('copy', film);
  if (palette === 'per-frame') {
    await drawPerFrame(bench, from, film, rung, to);
    return;
  }
  await bench.run(paletteOf(from, rung.colours));
  await bench.run(global(from, film, rung, to));
}

/** Makes one palette for all frames, as palette.png. */
export function paletteOf(from: Step['inputs'][number], colours: number): Step {
  const graph = `[0:v]palettegen=stats_mode=full:max_colors=${colours}[palette]`;
  const png = ['-c:v', 'png', '-frames:v', '1', '-f', 'image2pipe'];
  const options = ['-filter_complex', graph, '-map', '[palette]', ...png];
  return { inputs: [from], outputs: [{ options, to: 'palette.png' }] };
}

/**
 * Makes a GIF with one palette per frame, each from the pixels that change in its frame. If much stands still, that
 * looks better than palettes of whole frames and is up to a third smaller (docs/performance.md); if everything moves,
 * it is the same.
 */
export async function drawPerFrame(
  bench: Bench,
  from: Step['inputs'][number],
  film: FilmShape,
  rung: Rung,
  to: string,
): Promise<void> {
  const fps = film.fps / rung.every;
  const changed = `[0:v]${chosen(film, rung)}${changedOnly(fps)}`;
  const sides = [film.width, film.height].map((side) => scaled(side, rung.scale));
  const [width, height] = sides.map((side) =>
    scaled(side, Math.min(1, Math.sqrt(SAMPLE / (sides[0] * sides[1])))),
  );
  const sample = ['-filter_complex', `${changed}scale=${width}:${height}:flags=neighbor,format=rgba`];
  const file = await PaletteFile.create(bench.path('palettes.rgba'), width * height, rung.colours);
  try {
    // Through a pipe: on disk, the raw pixels would be by far the largest file.
    await bench.run({
      inputs: [from],
      outputs: [{ options: [...sample, '-f', 'rawvideo'], to: 'pipe:1' }],
      read: (pixels) => file.add(pixels),
    });
  } finally {
    await file.close();
  }

  const palettes = ['-f', 'rawvideo', '-pix_fmt', 'rgba', '-video_size', '16x16', '-framerate', rateOf(fps)];
  // A palette begins half a frame before its frame, so that rounded times cannot select the previous palette. It is
  // used for that frame only (new=1). Dithering would only add noise to colours chosen for one picture.
  const filter =
    `${changed}null[film];[1:v]settb=1/1000000,setpts=(N-0.5)/(${fps}*TB)[palettes];` +
    '[film][palettes]paletteuse=new=1:dither=none';
  const options = ['-filter_complex', filter, ...gifOptions(film, rung), ...REPEATABLE];
  await bench.run({
    inputs: [from, { options: palettes, from: 'palettes.rgba' }],
    outputs: [{ options, to }],
  });
  await patchFile(bench.path(to), framesLeftInPlace);
}

/** Makes a GIF with palette.png. Ordered dither is the same in every frame, so what stands still compresses; error
 *  diffusion crawls, and doubles the size. */
export function global(from: Step['inputs'][number], film: FilmShape, rung: Rung, to: string): Step {
  const filter = `[0:v]${chosen(film, rung)}null[film];[film][1:v]paletteuse=dither=bayer:bayer_scale=5`;
  return {
    inputs: [from, { options: ['-f', 'png_pipe'], from: 'palette.png' }],
    outputs: [{ options: ['-filter_complex', filter, ...gifOptions(film, rung), ...REPEATABLE], to }],
  };
}

/** The filters that reduce frames and pixels, each followed by a comma. */
function chosen({ width, height }: FilmShape, { every, scale }: Rung): string {
  const smaller = `scale=${scaled(width, scale)}:${scaled(height, scale)}:flags=lanczos+accurate_rnd,`;
  return `${every > 1 ? `framestep=${every},` : ''}${scale < 1 ? smaller : ''}`;
}

/** Options for both kinds of GIF. */
function gifOptions({ fps, frames }: FilmShape, { every }: Pick<Rung, 'every'>): string[] {
  // A GIF's delays are in hundredths of a second, and ffmpeg spreads the rounding (3 4 3 3 4 3), except that the last
  // frame repeats the delay before it. With the correct delay, a loop keeps its timing.
  const centiseconds = (frame: number) => Math.round((100 * frame) / fps);
  const lastFrame = every * Math.floor((frames - 1) / every);
  const last = Math.max(1, centiseconds(frames) - centiseconds(lastFrame));
  return ['-loop', '0', '-final_delay', String(last), '-f', 'gif']; // loop 0: forever
}

/**
 * A filter graph that makes the pixels that are the same as in the previous frame transparent black; in the first
 * frame, none. It goes between a stream and the next filter. Frames must be evenly spaced.
 *
 * Otherwise, with one palette per frame, what stands still would get different colours every time: it would flicker,
 * take up most of the file, and leave fewer colours for what moves.
 * @param fps - The stream's rate.
 */
function changedOnly(fps: number): string {
  const brighterOf = 'blend=all_mode=lighten';
  return [
    `setpts=${ticks('N', fps)},format=gbrp,split=3[all][now][late]`,
    `[late]setpts=${ticks('(N+1)', fps)}[before]`,
    '[now][before]blend=all_mode=difference:shortest=1,extractplanes=r+g+b[r][g][b]',
    // The first frame has no predecessor: drawbox makes its mask white. It works in a format without exact greys, hence
    // the second threshold.
    `[r][g]${brighterOf}[rg]`,
    `[rg][b]${brighterOf},lut=y='255*gt(val,0)',drawbox=enable='eq(n,0)':t=fill:color=white,` +
      `format=gray,lut=y='255*gt(val,127)',split=4[alpha][m1][m2][m3]`,
    '[m1][m2][m3]mergeplanes=0x001020:gbrp[mask]',
    '[all][mask]blend=all_mode=and,format=rgba[some]',
    '[some][alpha]alphamerge,',
  ].join(';');
}
