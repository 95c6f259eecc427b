/**
 * Frame rates for ffmpeg: whole numbers and fractions, such as 30000/1001, which decimals cannot express exactly.
 */

/** Far beyond the rates of films, and within the precision of a JavaScript number. */
const LARGEST_DENOMINATOR = 1_000_000;

/**
 * The rate as the simplest fraction, from its continued fraction: 29.97002997002997 is 30000/1001, 12.5 is 25/2.
 * @param largest - Of both terms; by default, only the denominator is limited. The fraction is the nearest within it.
 */
export function fractionOf(fps: number, largest?: number): [numerator: number, denominator: number] {
  const [most, mostParts] = [largest ?? Number.POSITIVE_INFINITY, largest ?? LARGEST_DENOMINATOR];
  let [n, d, nBefore, dBefore] = [Math.floor(fps), 1, 1, 0];
  for (let rest = fps - Math.floor(fps); Math.abs(n / d - fps) > 1e-12 * fps; ) {
    const whole = Math.floor(1 / rest);
    if (whole * d + dBefore > mostParts || whole * n + nBefore > most) break;
    rest = 1 / rest - whole;
    [n, d, nBefore, dBefore] = [whole * n + nBefore, whole * d + dBefore, n, d];
  }
  return [n, d];
}

/** "25", or "30000/1001". */
export function rateOf(fps: number): string {
  const [n, d] = fractionOf(fps);
  return d === 1 ? String(n) : `${n}/${d}`;
}

/** A rate for messages, in decimals: "25", "12.5", "29.97 (30000/1001)". */
export function shownRate(fps: number): string {
  const short = String(Number(fps.toFixed(2)));
  return fractionOf(fps)[1] === NTSC ? `${short} (${rateOf(fps)})` : short;
}

/** The denominator of NTSC rates. */
const NTSC = 1001;

/** ffmpeg's expression for a frame's time, in ticks. ffmpeg truncates, and the added 0.01 keeps 2.9999999 at 3. */
export const ticks = (frame: string, fps: number): string => `${frame}/(${fps}*TB)+0.01`;
