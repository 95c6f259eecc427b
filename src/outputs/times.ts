/** Checks when a film shows its frames. */
import type { Times } from '../files/read/found.js';
import { formatNamed } from './formats/index.js';
import { named, withBytes } from './opened.js';
import { fractionOf, shownRate } from './rate.js';

/** When the film in a file shows its pictures; undefined for a still. @param format - The format's name. */
export function timesOf(path: string, format: string): Times | undefined {
  const { reader } = formatNamed(format);
  return withBytes(path, (bytes) => named(path, () => reader.times?.(bytes)));
}

/**
 * Checks that a film shows its frames at its frame rate: evenly, and the last one for as long as the others. Files
 * whose ticks do not divide a frame may be off by one tick, which is as near as they can be.
 * @param shown - The number in the film of each picture in the file.
 * @param frames - The number of the film's frames.
 * @returns What is wrong, to follow "its", or undefined.
 */
export function wrongTimes(
  times: Times,
  shown: readonly number[],
  frames: number,
  fps: number,
): string | undefined {
  const [numerator, denominator] = fractionOf(fps);
  const frame = (times.ticks * denominator) / numerator;
  const whole = Number.isInteger(frame);
  if (times.exact && !whole) return `frame rate cannot be ${shownRate(fps)} in ticks of 1/${times.ticks} s`;
  if (
    times.frame !== undefined &&
    times.frame > 0 &&
    Math.abs(times.frame - (1e9 * denominator) / numerator) > 1
  )
    return `frame rate is ${1e9 / times.frame} instead of ${shownRate(fps)}`;
  const tolerance = whole ? 0 : 1;
  const off = (found: number, number: number) => Math.abs(found - number * frame) > tolerance;
  const at = (time: number) => `${(time / times.ticks).toFixed(4)} s`;
  for (const [i, number] of shown.entries()) {
    if (off(times.starts[i], number))
      return `frame ${number} is shown at ${at(times.starts[i])} instead of ${at(number * frame)}`;
  }
  // The beginning of the last frame and its duration may both be rounded.
  if (Math.abs(times.end - frames * frame) > 2 * tolerance)
    return `last frame is shown until ${at(times.end)} instead of ${at(frames * frame)}`;
  return undefined;
}
