/**
 * Functions that give the same bits everywhere: Math.sin and its kind may differ in the last one from engine to engine.
 * They use only + - * / and square roots, which are exactly specified.
 */

/** cos(2π turns), to about 1e-16. */
export function cosine(turns: number): number {
  const part = Math.abs(turns - Math.round(turns)); // 0 to 1/2
  const near = part > 0.25 ? 0.5 - part : part; // 0 to 1/4
  const size = near > 0.125 ? sineSeries(0.25 - near) : cosineSeries(near);
  return part > 0.25 ? -size : size;
}

/** sin(2π turns), to about 1e-16. */
export const sine = (turns: number): number => cosine(turns - 0.25);

/** Taylor series, for up to an eighth of a turn. */
function cosineSeries(turns: number): number {
  const square = (2 * Math.PI * turns) ** 2;
  let sum = 1;
  for (let k = 18; k >= 2; k -= 2) sum = 1 - (sum * square) / (k * (k - 1));
  return sum;
}

function sineSeries(turns: number): number {
  const angle = 2 * Math.PI * turns;
  let sum = 1;
  for (let k = 19; k >= 3; k -= 2) sum = 1 - (sum * angle * angle) / (k * (k - 1));
  return angle * sum;
}

/** The base-2 logarithm of a number above 0, to about 1e-15. */
export function log2(value: number): number {
  let exponent = 0;
  let rest = value;
  for (; rest >= 1.5; rest /= 2) exponent++;
  for (; rest < 0.75; rest *= 2) exponent--;
  // ln x = 2 artanh((x - 1) / (x + 1)), with an argument of at most 1/5
  const u = (rest - 1) / (rest + 1);
  let sum = 0;
  for (let k = 27; k >= 1; k -= 2) sum = sum * u * u + 1 / k;
  return exponent + 2 * u * sum * Math.LOG2E;
}

/** Loudness by Stevens' power law: power to the 5/16, near the 0.3 that is usually given for sones. */
export function loudness(power: number): number {
  const fourth = Math.sqrt(Math.sqrt(power));
  return fourth * Math.sqrt(Math.sqrt(fourth));
}
