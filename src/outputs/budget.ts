/** Files that may not be larger than so much: a ladder of settings, from the best to the smallest, and the highest rung
 *  whose file fits. A size is only believed once the file is there. */

import { RenderError } from '../core/errors.js';

interface Ladder {
  /** How many rungs there are; 0 is what is made where all may be had, and the last is the smallest file. */
  rungs: number;
  /** How many rungs halve the size, about: the first guess is made by it, later ones by what was seen. */
  halving: number;
  /** Makes a rung's file, and gives its size in bytes. */
  make(rung: number): Promise<number>;
  /** Keeps what was made last, in place of what was kept before. */
  keep(): Promise<void>;
}

/** A file that uses this much of its budget is good enough: another attempt would hardly show. */
const NEAR = 0.93;

/** After so many guesses by sizes the rest is halving, which ends for certain. */
const GUESSES = 5;

/**
 * Makes files until the highest rung that fits is known, or one that is near enough; that one is kept.
 * @param budget - In bytes.
 * @returns The rung.
 * @throws RenderError that names the smallest size, where even the last rung does not fit.
 */
export async function climbDown(ladder: Ladder, budget: number, path: string): Promise<number> {
  const sizes: { rung: number; bytes: number }[] = [];
  let [tooLarge, fits] = [-1, ladder.rungs];
  for (let rung = 0; ; rung = guess(ladder, sizes, budget, tooLarge, fits)) {
    const bytes = await ladder.make(rung);
    sizes.push({ rung, bytes });
    if (bytes <= budget) {
      await ladder.keep();
      fits = rung;
      if (bytes > NEAR * budget) return rung;
    } else {
      tooLarge = rung;
    }
    if (tooLarge === ladder.rungs - 1) throw new RenderError(tooSmall(path, budget, bytes));
    if (fits - tooLarge === 1) return fits;
  }
}

/** The rung to try next, between one that is too large and one that fits. */
function guess(
  { rungs, halving }: Ladder,
  sizes: { rung: number; bytes: number }[],
  budget: number,
  tooLarge: number,
  fits: number,
): number {
  const inside = (rung: number) => Math.min(Math.max(Math.round(rung), tooLarge + 1), fits - 1, rungs - 1);
  if (sizes.length > GUESSES) return inside(fits === rungs ? rungs - 1 : (tooLarge + fits) / 2);
  // The logarithm of the size falls by about as much on every rung.
  const [last, before] = [sizes.at(-1)!, sizes.at(-2)];
  const seen = before && (last.rung - before.rung) / Math.log2(before.bytes / last.bytes);
  const perHalf = seen !== undefined && seen > 0 && Number.isFinite(seen) ? seen : halving;
  const goal = ((1 + NEAR) / 2) * budget;
  return inside(last.rung + perHalf * Math.log2(last.bytes / goal));
}

function tooSmall(path: string, budget: number, least: number): string {
  return (
    `"${path}" cannot be had in ${inBytes(budget)}: the smallest that could be reached is ${inBytes(least)}. ` +
    `Allow it with --max-size ${Math.ceil(least / 1000)}kB, or make the film smaller with --size, --fps or --seconds.`
  );
}

const UNITS: Record<string, number> = {
  '': 1,
  b: 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
};

/** "8MB" is 8,000,000 bytes and "8MiB" 8,388,608; undefined for what is no size above 0. */
export function parseBytes(text: string): number | undefined {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([kmg]i?)?b?\s*$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * UNITS[(unit ?? '').toLowerCase()]);
  return bytes > 0 ? bytes : undefined;
}

/** A size for people: "8.4 MB", "83 kB", "1.2 GB". Rounded up, so that a limit made of it holds. */
export function inBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  const unit = bytes < 1e9 ? 1e6 : 1e9;
  return `${(Math.ceil((10 * bytes) / unit) / 10).toFixed(1)} ${unit === 1e6 ? 'MB' : 'GB'}`;
}
