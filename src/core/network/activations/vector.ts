/** Functions of vectors of four float32, for the activations' definitions. */
import type { VectorMath } from './activation.js';
import { EXP, LN2_PARTS } from './approximations.js';

/** A polynomial in x, its coefficients from the highest power down. */
export function horner<E>(math: VectorMath<E>, x: E, [first, second, ...rest]: readonly number[]): E {
  // A monic polynomial saves a multiplication.
  const start =
    first === 1 ? math.add(x, math.float(second)) : math.madd(x, math.float(first), math.float(second));
  return rest.reduce((sum, coefficient) => math.madd(sum, x, math.float(coefficient)), start);
}

/** t P(t²) / Q(t²). */
export function oddRational<E>(
  math: VectorMath<E>,
  t: E,
  { p, q }: { p: readonly number[]; q: readonly number[] },
): E {
  const u = math.mul(t, t);
  return math.div(math.mul(horner(math, u, p), t), horner(math, u, q));
}

/** x - n c, c given in parts whose products with n are exact (Cody & Waite). */
export function reduced<E>(math: VectorMath<E>, x: E, n: E, parts: readonly number[]): E {
  return parts.reduce((rest, part) => math.madd(n, math.float(-part), rest), x);
}

/** e^x for x <= 0, within 1e-7. */
export function exp<E>(math: VectorMath<E>, x: E): E {
  const [r, power] = split(math, x);
  return math.mul(horner(math, r, EXP), power);
}

/** e^x - 1 for x <= 0, within 2e-7 and, near 0, within 2e-7 of its value: (e^r - 1) 2^n + (2^n - 1). */
export function expm1<E>(math: VectorMath<E>, x: E): E {
  const [r, power] = split(math, x);
  return math.madd(math.mul(horner(math, r, EXP.slice(0, -1)), r), power, math.sub(power, math.float(1)));
}

/** The parts of e^x = e^r 2^n: r, with |r| <= ln 2 / 2, and 2^n. */
function split<E>(math: VectorMath<E>, x: E): [r: E, power: E] {
  // e^-87 is just above the smallest normal float32.
  const t = math.max(x, math.float(-87));
  const n = math.nearest(math.mul(t, math.float(Math.LOG2E)));
  return [reduced(math, t, n, LN2_PARTS), math.exp2OfWhole(n)];
}
