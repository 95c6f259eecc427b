/** The weight scale at which a changed network tends to order or chaos as it did before. */
import { growthPerLayer, type NoMeanField, steadyScale, whyNone } from './mean-field.js';
import { networkParameters } from './parameters.js';
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
/** If χ at the smallest scale is this share of that at the largest, it does not depend on the scale. */
const SAME = 0.99;

/**
 * The weight scale at which a network has the measure χ of another one, such as itself before its width, activation,
 * distribution or initialisation changed. If χ is out of reach, as with relus, it is the smallest scale with the
 * highest χ, and at least the one that keeps the variance of the values: see steadyScale. If χ does not depend on the
 * scale, it is the network's own. Takes a few milliseconds.
 *
 * Where an activation jumps, the growth of large differences is matched: nearby points separate at once, and how fast
 * says little about the picture.
 * @param chi - Above 0.
 */
export function weightScaleFor(spec: NetworkSpec, chi: number): MatchedScale | NoMeanField {
  const reason = whyNone(spec);
  if (reason) return { reason };
  const chiAt = (weightScale: number) => growthPerLayer({ ...spec, weightScale }, 'far');
  const own = spec.weightScale || (spec.initialisation ? 1 : networkParameters.weightScale.default);
  let [low, high] = [own, own];
  while (high < MOST && chiAt(high) < chi) [low, high] = [high, 2 * high];
  while (low > LEAST && chiAt(low) > chi) [low, high] = [low / 2, low];
  const highest = chiAt(high);
  if (chiAt(low) <= chi && highest >= chi) {
    return { weightScale: crossing(chiAt, chi, low, high), reached: true };
  }
  if (highest >= chi || chiAt(LEAST) >= SAME * highest) return { weightScale: own, reached: false };
  const first = crossing(chiAt, NEARLY * highest, LEAST, MOST);
  return { weightScale: Math.max(first, steadyScale(spec, own)), reached: false };
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
