/** Fits a file into a size budget: searches a ladder of settings, from best to smallest, for the highest rung
 *  whose file fits. Sizes are measured on real files, never predicted. */

import { RenderError } from '../core/errors.js';

interface Ladder {
  /** The number of rungs. Rung 0 has the best quality; the last makes the smallest file. */
  rungs: number;
  /** Roughly how many rungs halve the size: for the first guess. Later guesses use measured sizes. */
  halving: number;
  /** Makes a rung's file and returns its size in bytes. */
  make(rung: number): Promise<number>;
  /** Makes the latest file the result, replacing any earlier one. */
  accept(): Promise<void>;
}

/** A file that uses this fraction of its budget is good enough: the gain from another attempt would barely show. */
const NEAR = 0.93;

/** After this many guesses from sizes, the search bisects, which is sure to end. */
const GUESSES = 5;

/**
 * Makes files until it finds the highest rung that fits, or one that nearly fills the budget, and accepts that file.
 * @param budget - In bytes.
 * @returns The rung.
 * @throws RenderError with the smallest possible size if even the last rung does not fit.
 */
export async function fitToBudget(ladder: Ladder, budget: number, path: string): Promise<number> {
  const sizes: { rung: number; bytes: number }[] = [];
  let [tooLarge, fits] = [-1, ladder.rungs];
  for (let rung = 0; ; rung = guess(ladder, sizes, budget, tooLarge, fits)) {
    const bytes = await ladder.make(rung);
    sizes.push({ rung, bytes });
    if (bytes <= budget) {
      await ladder.accept();
      fits = rung;
      if (bytes > NEAR * budget) return rung;
    } else {
      tooLarge = rung;
    }
    if (tooLarge === ladder.rungs - 1) throw new RenderError(tooLargeMessage(path, bytes));
    if (fits - tooLarge === 1) return fits;
  }
}

/** The rung to try next: between one that is too large and one that fits. */
function guess(
  { rungs, halving }: Ladder,
  sizes: { rung: number; bytes: number }[],
  budget: number,
  tooLarge: number,
  fits: number,
): number {
  const inside = (rung: number) => Math.min(Math.max(Math.round(rung), tooLarge + 1), fits - 1, rungs - 1);
  if (sizes.length > GUESSES) return inside(fits === rungs ? rungs - 1 : (tooLarge + fits) / 2);
  // The logarithm of the size is roughly linear in the rung.
  const [last, before] = [sizes.at(-1)!, sizes.at(-2)];
  const seen = before && (last.rung - before.rung) / Math.log2(before.bytes / last.bytes);
  const perHalf = seen !== undefined && seen > 0 && Number.isFinite(seen) ? seen : halving;
  const goal = ((1 + NEAR) / 2) * budget;
  return inside(last.rung + perHalf * Math.log2(last.bytes / goal));
}

function tooLargeMessage(path: string, least: number): string {
  return (
    `"${path}" cannot be made smaller than ${inBytes(least)}: ` +
    `allow that with --max-size ${Math.ceil(least / 1000)}kB, or make the film smaller with --size, --fps or --seconds.`
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

/** Parses a size: "8MB" is 8,000,000 bytes and "8MiB" 8,388,608. Undefined if it is not a size above 0. */
export function parseBytes(text: string): number | undefined {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([kmg]i?)?b?\s*$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * UNITS[(unit ?? '').toLowerCase()]);
  return bytes > 0 ? bytes : undefined;
}

/** Formats a size: "8.4 MB", "83 kB", "1.2 GB". Rounded up, so that the file fits if this is used as a limit. */
export function inBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  const unit = bytes < 1e9 ? 1e6 : 1e9;
  return `${(Math.ceil((10 * bytes) / unit) / 10).toFixed(1)} ${unit === 1e6 ? 'MB' : 'GB'}`;
}
