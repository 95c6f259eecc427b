/** GIF: palettes of 256 colours, per frame or for the whole film, and how to reduce files that are too large. */

import { UsageError } from '../../core/errors.js';
import { gifReader } from '../../files/read/gif.js';
import { gifNoteBytes, noteInGif } from '../../files/write/gif.js';
import { fitToBudget } from '../budget.js';
import { shownRate } from '../rate.js';
import { losslessCopy } from './arguments.js';
import { type FilmShape, type Format, qualityOf } from './format.js';
import { draw, type Rung, scaled } from './gif-drawing.js';
import { betterPalette } from './gif-palette.js';

/** Browsers show frames of one hundredth of a second for ten hundredths. */
const MOST_FPS = 50;

/** How long a GIF can show a frame, in hundredths of a second. */
const MOST_DURATION = 65_535;

/** The frame step that a GIF needs at a frame rate. */
const stepFor = (fps: number): number => Math.ceil(fps / MOST_FPS - 1e-9);

export const gif: Format = {
  name: 'gif',
  title: 'GIF',
  endings: ['gif'],
  codec: 'GIF',
  bits: 8,
  pixels: ['rgba'],
  needsFfmpeg: true,
  transparent: false,
  maxSide: 65_535,
  repeats: true,
  quality: { grades: { draft: 64, standard: 256, high: 256 }, unit: 'N colours' },
  warnings,
  encoding({ path }, film, options) {
    const { gifPalette = 'auto', maxSize, note } = options;
    if ((100 * stepFor(film.fps)) / film.fps > MOST_DURATION) {
      throw new UsageError(
        `"${path}" would show a frame for more than ${MOST_DURATION / 100} s, which a GIF cannot: use a higher --fps, or make an .mp4.`,
      );
    }
    const best: Rung = { every: stepFor(film.fps), colours: qualityOf(gif, options), scale: 1 };
    return {
      // A GIF is made as a whole: each frame has only what differs from the previous one.
      takes: [{ name: 'copy', options: losslessCopy(film) }],
      files: ['film.gif'],
      async join(bench) {
        const palette = gifPalette === 'auto' ? await betterPalette(bench, film, best.colours) : gifPalette;
        const chose = palette === 'global' ? 'one palette' : 'one palette per frame';
        const notes = gifPalette === 'auto' ? [chose] : [];
        if (maxSize === undefined) {
          await draw(bench, film, best, palette, 'film.gif');
          return { from: 'copy', chose: notes[0], every: best.every };
        }
        const rungs = ladder(film, best);
        const make = async (rung: number) => {
          await draw(bench, film, rungs[rung], palette, 'attempt');
          return (await bench.bytes('attempt')) + (note === undefined ? 0 : gifNoteBytes(note));
        };
        const accept = () => bench.rename('attempt', 'film.gif');
        const rung = await fitToBudget({ rungs: rungs.length, halving: 7, make, accept }, maxSize, path);
        const fitted = rung === 0 ? [] : [`${describe(film, rungs[rung])} to fit`];
        const chosen = [...notes, ...fitted].join(', ') || undefined;
        return { from: 'copy', chose: chosen, every: rungs[rung].every };
      },
    };
  },
  addNote: noteInGif,
  reader: gifReader,
  decoding: () => ['-f', 'gif'],
};

/**
 * From the best to the smallest, in the order that costs the least quality. On 50 frames of figures 2 and 20 at
 * 240x240, halving the sides cost 0 and 7.8 dB of PSNR for 60% of the bytes, 64 colours 4 dB for 35 to 43%, and
 * halving the frames 8 to 9 dB for half.
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

/** Warnings about frame rates that a GIF cannot have. */
function warnings({ fps, frames }: FilmShape): string[] {
  if (frames === 1) return [];
  const every = stepFor(fps);
  if (every > 1) {
    return [
      `A GIF at ${shownRate(fps)} fps would have frames of one hundredth of a second, which browsers slow down to ten: ` +
        `it gets every ${every === 2 ? '2nd' : '3rd'} frame, at ${Number((fps / every).toFixed(2))} fps.`,
    ];
  }
  const delay = 100 / fps; // in centiseconds, a GIF's unit of time
  if (Math.abs(delay - Math.round(delay)) < 1e-6) return [];
  const exact = [1, 2, 4, 5, 10, 20, 25, 50];
  const below = exact.filter((rate) => rate < fps).at(-1);
  const above = exact.find((rate) => rate > fps);
  return [
    `A GIF counts time in hundredths of a second, so at ${shownRate(fps)} fps its frames last ${Math.floor(delay)} or ${Math.ceil(delay)} ` +
      `in turn: ${[below, above].filter((rate) => rate !== undefined).join(' or ')} fps would be exact.`,
  ];
}
