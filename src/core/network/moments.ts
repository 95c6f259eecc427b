/**
 * Moments of activations under a normal distribution, which mean-field theory needs: E a(x), E a(x) b(x) and
 * E a'(x) b'(x) for x of mean 0 and variance q. They are tabulated as they are asked for, because a network asks for
 * hundreds: the first network with an activation takes about a millisecond more.
 */

import type { Jumps } from './activations/activation.js';
import { type ActivationName, activationTable } from './activations.js';

/**
 * The size of the differences for which an activation with jumps has a derivative: this share of the deviation of x, or
 * of half the distance between jumps if that is less. For smaller differences a jump is steeper, without limit.
 *
 * - `near`: neighbouring pixels of a picture that is 64 pixels wide;
 * - `far`: points that are about unrelated.
 */
const SHARES = { near: 1 / 64, far: 1 };
export type Distance = keyof typeof SHARES;

/** That size. @param deviation - Of x. */
export const jumpDifference = (
  { every = Number.POSITIVE_INFINITY }: Jumps,
  deviation: number,
  distance: Distance = 'near',
): number => SHARES[distance] * Math.min(deviation, every / 2);

/** The moments of two activations a and b, which may be the same. */
export interface Moments {
  /** E a(x). */
  mean: number;
  /** E a(x) b(x). */
  product: number;
  /** E a'(x) b'(x). With jumps: E (Δa Δb) / E Δx², for normal differences Δx of deviation jumpDifference. */
  slopes: number;
}

/** Tables have this distance in ln q; between their entries, cubic interpolation is exact to about 3e-5. */
const STEP = 1 / 8;
/** The range of ln q. Below and above, every activation is a straight line or a constant. */
const [LEAST, MOST] = [-69, 69];

/** The moments of two activations as a function of the variance q, 0 or more. Fast, for it is called in long loops. */
export type MomentsAt = (q: number) => Moments;

const tables = new Map<string, MomentsAt>();

/** The moments of two activations. Each result of the function is valid until it is called again. */
export function momentsOf(a: ActivationName, b: ActivationName, distance: Distance = 'near'): MomentsAt {
  const key = `${a} ${b} ${distance}`;
  const known = tables.get(key) ?? tabulated(a, b, distance);
  tables.set(key, known);
  return known;
}

function tabulated(a: ActivationName, b: ActivationName, distance: Distance): MomentsAt {
  const table: (Moments | undefined)[] = [];
  const entry = (i: number) => {
    table[i] ??= integrated(a, b, Math.exp(LEAST + STEP * (i - 1)), distance);
    return table[i];
  };
  const result = { mean: 0, product: 0, slopes: 0 };
  return (q) => {
    const place = (Math.min(MOST, Math.max(LEAST, Math.log(q))) - LEAST) / STEP;
    const i = Math.floor(place);
    const t = place - i;
    const [p, r, s, u] = [entry(i), entry(i + 1), entry(i + 2), entry(i + 3)];
    // Catmull-Rom: a cubic with the slopes of the neighbouring entries.
    const wp = (t * (t * (2 - t) - 1)) / 2;
    const wr = (t * t * (3 * t - 5) + 2) / 2;
    const ws = (t * (t * (4 - 3 * t) + 1)) / 2;
    const wu = (t * t * (t - 1)) / 2;
    result.mean = wp * p.mean + wr * r.mean + ws * s.mean + wu * u.mean;
    result.product = wp * p.product + wr * r.product + ws * s.product + wu * u.product;
    result.slopes = wp * p.slopes + wr * r.slopes + ws * s.slopes + wu * u.slopes;
    return result;
  };
}

/** Beyond this many deviations the normal density is negligible. */
const TAIL = 8;
/** The distance between two points of the integral, as a share of |x|, or of the smaller of 1 and the deviation. */
const GRAIN = 1 / 24;

/**
 * The integrals, by the midpoint rule after the substitution x = c sinh t: it is dense near 0, where activations bend,
 * and no point is at 0, where some have a kink.
 */
function integrated(nameA: ActivationName, nameB: ActivationName, q: number, distance: Distance): Moments {
  const [a, b] = [activationTable[nameA], activationTable[nameB]];
  const deviation = Math.sqrt(q);
  const c = Math.min(1, deviation);
  const density = (x: number) => Math.exp(-(x * x) / (2 * q)) / (deviation * Math.sqrt(2 * Math.PI));
  const sums = { mean: 0, product: 0, slopes: 0 };
  const end = Math.asinh((TAIL * deviation) / c);
  let whole = 0;
  for (let t = GRAIN / 2; t < end; t += GRAIN) {
    const away = c * Math.sinh(t);
    const weight = density(away) * c * Math.cosh(t) * GRAIN;
    whole += 2 * weight;
    for (const x of [-away, away]) {
      const value = a.f(x);
      const slope = a.derivative(x);
      sums.mean += weight * value;
      sums.product += weight * value * (a === b ? value : b.f(x));
      sums.slopes += weight * slope * (a === b ? slope : b.derivative(x));
    }
  }
  // The weights add up to 1 but for rounding, and for what is beyond the tail.
  const mean = sums.mean / whole;
  const product = sums.product / whole;
  let slopes = sums.slopes / whole;
  for (const x of placesOf(a.jumps, TAIL * deviation)) slopes += a.jumps!.by * density(x) * b.derivative(x);
  for (const x of placesOf(b.jumps, TAIL * deviation)) slopes += b.jumps!.by * density(x) * a.derivative(x);
  if (a === b && a.jumps) {
    // A difference Δ crosses a jump at x with probability density(x) |Δ|, and E |Δ| / E Δ² is √(2/π) / deviation of Δ.
    for (const x of placesOf(a.jumps, TAIL * deviation)) {
      slopes +=
        (a.jumps.by ** 2 * density(x) * Math.sqrt(2 / Math.PI)) /
        jumpDifference(a.jumps, deviation, distance);
    }
  }
  return { mean, product, slopes: Math.max(0, slopes) };
}

/** Jumps beyond this are left out: only a variance above a million reaches them. */
const FARTHEST = 10_000;

/** The places of jumps within `reach` of 0. */
function* placesOf(jumps: Jumps | undefined, reach: number): Generator<number> {
  if (!jumps) return;
  const { at, every } = jumps;
  const end = Math.min(reach, FARTHEST);
  if (every === undefined) {
    if (Math.abs(at) <= end) yield at;
    return;
  }
  for (let n = Math.ceil((-end - at) / every); at + n * every <= end; n++) yield at + n * every;
}
