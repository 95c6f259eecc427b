/** GIFs: 256 colours to choose, for each frame or for all, and what to give up where the file is too large. */

import { copyOf, REPEATABLE, segmentsOf } from './arguments.js';
import { climbDown } from './budget.js';
import type { Bench, Encoding } from './encode.js';
import { writePalettes } from './gif-colours.js';
import { betterPalette } from './gif-palette.js';
import { changedOnly, keepShown } from './gif-still.js';
import { noteBytes } from './note.js';
import { type EncodeOptions, qualityOf } from './options.js';
import type { FilmShape } from './output.js';
import { rateOf } from './rate.js';
import type { Step } from './run.js';

export type Palette = 'per-frame' | 'global';

/** What a GIF is made by. */
interface Rung {
  /** Frame step: 2 = every second frame. */
  every: number;
  /** In a palette, at most 256. */
  colours: number;
  /** Of its sides, 1 for those of the film. */
  scale: number;
}

/** How many pixels of a frame are looked at for its palette, at most: 480 x 480. Of thin lines that move, a part would miss
 *  colours: 3 dB on the size of y (scaling) with a quarter of them. */
const SAMPLE = 230_400;

/** Browsers show frames of one hundredth of a second for ten. */
const MOST_FPS = 50;

/** A film as a GIF: with the palette asked for or measured as the better, and within the budget if there is one. */
export function gif(path: string, film: FilmShape, options: EncodeOptions): Encoding {
  const { gifPalette = 'auto', maxSize, note } = options;
  const every = Math.ceil(film.fps / MOST_FPS - 1e-9);
  const best: Rung = { every, colours: qualityOf('gif', options), scale: 1 };
  const files = ['film.gif'];
  return {
    // A GIF is made as a whole: each frame shows only what differs from the one before.
    takes: [{ name: 'copy', options: copyOf(film) }],
    files,
    async join(bench) {
      const palette = gifPalette === 'auto' ? await betterPalette(bench, film, best.colours) : gifPalette;
      const chose = palette === 'global' ? 'one palette' : 'a palette a frame';
      const said = gifPalette === 'auto' ? [chose] : [];
      if (maxSize === undefined) {
        await draw(bench, film, best, palette, 'film.gif');
        return said[0];
      }
      const rungs = ladder(film, best);
      const make = async (rung: number) => {
        await draw(bench, film, rungs[rung], palette, 'attempt');
        return (await bench.bytes('attempt')) + noteBytes('gif', note);
      };
      const keep = () => bench.rename('attempt', 'film.gif');
      const rung = await climbDown({ rungs: rungs.length, halving: 7, make, keep }, maxSize, path);
      return (
        [...said, ...(rung === 0 ? [] : [`${describe(film, rungs[rung])} to fit`])].join(', ') || undefined
      );
    },
  };
}

/**
 * From the best to the smallest, in the order that costs least. On 50 frames of figures 2 and 20 at 240x240, half the sides
 * cost 0 and 7.8 dB of PSNR for 60% of the bytes, 64 colours 4 dB for 35 to 43%, half the frames 8 to 9 dB for half.
 */
function ladder({ width, height, fps }: FilmShape, best: Rung): Rung[] {
  const rungs = [best];
  const down = (step: Partial<Rung>) => rungs.push({ ...rungs.at(-1)!, ...step });
  const shrink = (scale: number) => {
    if (scale * Math.min(width, height) >= 16) down({ scale });
  };
  const slower = (least: number) => {
    const every = rungs.at(-1)!.every + 1;
    if (fps / every >= least) down({ every });
  };
  const fewer = (colours: number) => {
    if (colours < rungs.at(-1)!.colours) down({ colours });
  };
  for (let percent = 95; percent >= 50; percent -= 5) shrink(percent / 100);
  fewer(128);
  fewer(64);
  slower(10);
  for (const scale of [0.42, 0.35, 0.3]) shrink(scale);
  fewer(32);
  slower(5);
  for (const scale of [0.25, 0.2, 0.15, 0.1]) shrink(scale);
  fewer(16);
  return rungs;
}

function describe({ width, height, fps }: FilmShape, { every, colours, scale }: Rung): string {
  const size = `${scaled(width, scale)}x${scaled(height, scale)}`;
  return `${size}, ${Number((fps / every).toFixed(2))} fps, ${colours} colours`;
}

const scaled = (side: number, scale: number) => Math.max(1, Math.round(side * scale));

/** Draws the film with either palette. */
async function draw(bench: Bench, film: FilmShape, rung: Rung, palette: Palette, to: string): Promise<void> {
  const from = segmentsOf('copy', film);
  if (palette === 'per-frame') {
    await drawPerFrame(bench, from, film, rung, to);
    return;
  }
  await bench.run(paletteOf(from, rung.colours));
  await bench.run(global(from, film, rung, to));
}

/** One palette for all frames, as palette.png. */
export function paletteOf(from: Step['inputs'][number], colours: number): Step {
  const graph = `[0:v]palettegen=stats_mode=full:max_colors=${colours}[palette]`;
  const png = ['-c:v', 'png', '-frames:v', '1', '-f', 'image2pipe'];
  const options = ['-filter_complex', graph, '-map', '[palette]', ...png];
  return { inputs: [from], outputs: [{ options, to: 'palette.png' }] };
}

/**
 * A palette for each frame, of the colours of what changes in it. Where much stands still that is better than palettes of
 * whole frames and up to a third smaller (docs/performance.md); where everything moves it is the same.
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
  await bench.run({
    inputs: [from],
    outputs: [{ options: [...sample, '-f', 'rawvideo'], to: 'sample.rgba' }],
  });
  await writePalettes(bench.path('sample.rgba'), bench.path('palettes.rgba'), width * height, rung.colours);

  const palettes = ['-f', 'rawvideo', '-pix_fmt', 'rgba', '-video_size', '16x16', '-framerate', rateOf(fps)];
  // A palette begins half a frame before its frame, so that rounded times cannot give that one the palette before. It is used
  // for that frame alone (new=1). Dithering would only add noise to colours that were chosen for one picture.
  const filter =
    `${changed}null[film];[1:v]settb=1/1000000,setpts=(N-0.5)/(${fps}*TB)[palettes];` +
    '[film][palettes]paletteuse=new=1:dither=none';
  const options = ['-filter_complex', filter, ...gifOptions(film, rung), ...REPEATABLE];
  await bench.run({
    inputs: [from, { options: palettes, from: 'palettes.rgba' }],
    outputs: [{ options, to }],
  });
  await keepShown(bench.path(to));
}

/** With palette.png. Ordered dither stays put from frame to frame, so what stands still compresses; error diffusion
 *  crawls, and doubles the size. */
export function global(from: Step['inputs'][number], film: FilmShape, rung: Rung, to: string): Step {
  const filter = `[0:v]${chosen(film, rung)}null[film];[film][1:v]paletteuse=dither=bayer:bayer_scale=5`;
  return {
    inputs: [from, { options: ['-f', 'png_pipe'], from: 'palette.png' }],
    outputs: [{ options: ['-filter_complex', filter, ...gifOptions(film, rung), ...REPEATABLE], to }],
  };
}

/** The filters that leave out frames and pixels, each with the comma that follows it. */
function chosen({ width, height }: FilmShape, { every, scale }: Rung): string {
  const smaller = `scale=${scaled(width, scale)}:${scaled(height, scale)}:flags=lanczos+accurate_rnd,`;
  return `${every > 1 ? `framestep=${every},` : ''}${scale < 1 ? smaller : ''}`;
}

/** To both kinds of GIF. */
function gifOptions({ fps, frames }: FilmShape, { every }: Pick<Rung, 'every'>): string[] {
  // A GIF's delays are hundredths of a second, and ffmpeg spreads the rounding, 3 4 3 3 4 3, except that the last frame
  // repeats the delay before it. With the right one a loop keeps its time.
  const centiseconds = (frame: number) => Math.round((100 * frame) / fps);
  const lastFrame = every * Math.floor((frames - 1) / every);
  const last = Math.max(1, centiseconds(frames) - centiseconds(lastFrame));
  return ['-loop', '0', '-final_delay', String(last), '-f', 'gif']; // loop 0: for ever
}
