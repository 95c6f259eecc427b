/** The weight scale at which a changed network tends to order or chaos as it did before. */
import { meanField, type NoMeanField } from './mean-field.js';
import type { NetworkSpec } from './spec.js';

/** A weight scale chosen for a measure χ. */
export interface MatchedScale {
  /** The network's new weight scale. */
  weightScale: number;
  /**
   * Whether the network then has that χ. Otherwise no scale gives it: with relus, for example, χ is at most 1, and with
   * steps it is the same at every scale. Fit the picture's levels as well, then.
   */
  reached: boolean;
}

/** The limits of the search, which goes from the network's own scale in factors of 2. */
const [LEAST, MOST] = [2 ** -10, 2 ** 10];
/** The search ends when the scale is known this well: to a two-thousandth. */
const PRECISION = 5e-4;
/** Where χ approaches its highest value, this share of it counts as reached. */
const NEARLY = 0.999;

/**
 * The weight scale at which a network has the measure χ of another one, such as itself before its width, activation,
 * distribution or initialisation changed. If χ is out of reach, it is the smallest scale with the highest χ: for relus,
 * the one that just keeps the variance of the values (He et al., arXiv:1502.01852). If every scale has a higher χ, it
 * is the network's own. Takes a few milliseconds.
 * @param chi - Above 0.
 */
export function weightScaleFor(spec: NetworkSpec, chi: number): MatchedScale | NoMeanField {
  const own = meanField(spec);
  if ('reason' in own) return own;
  const chiAt = (weightScale: number) => {
    const measured = meanField({ ...spec, weightScale });
    return 'chi' in measured ? measured.chi : 0;
  };
  let [low, high] = [spec.weightScale || 1, spec.weightScale || 1];
  while (high < MOST && chiAt(high) < chi) [low, high] = [high, 2 * high];
  while (low > LEAST && chiAt(low) > chi) [low, high] = [low / 2, Math.min(low, high)];
  const highest = chiAt(high);
  if (chiAt(low) > chi) return { weightScale: spec.weightScale || 1, reached: false };
  if (highest >= chi) return { weightScale: crossing(chiAt, chi, low, high), reached: true };
  return { weightScale: crossing(chiAt, NEARLY * highest, LEAST, MOST), reached: false };
}

/** Where an increasing function of the scale reaches a value between two scales, by bisection of the logarithm. */
function crossing(chiAt: (scale: number) => number, chi: number, least: number, most: number): number {
  let [low, high] = [least, most];
  while (high / low > 1 + PRECISION) {
    const middle = Math.sqrt(low * high);
    if (chiAt(middle) < chi) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}
