/** Runs of frames. */
import { UsageError } from './errors.js';

/** The first and last frame, from 0, both included. */
export type Range = readonly [first: number, last: number];

/** @throws UsageError if the range is not within the frames. @param what - What has the frames: "sweep". */
export function checkRange([first, last]: Range, frames: number, what: string): void {
  const end = frames - 1;
  if (!(Number.isInteger(first) && Number.isInteger(last) && first >= 0 && first <= last && last <= end)) {
    throw new UsageError(
      `Frames ${first}-${last} are not within the ${what}, which has frames 0-${end}: choose a range within those.`,
    );
  }
}

/** Every frame of the ranges, in order. */
export function* framesOf(ranges: readonly Range[]): Generator<number, undefined> {
  for (const [first, last] of ranges) for (let i = first; i <= last; i++) yield i;
}

/** The union of ranges, in order, as disjoint ranges. */
export function union(ranges: readonly Range[]): Range[] {
  const parts: [number, number][] = [];
  for (const [first, last] of [...ranges].sort(([a], [b]) => a - b)) {
    const before = parts.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else parts.push([first, last]);
  }
  return parts;
}

/** The number of frames in any of the ranges. */
export const countFrames = (ranges: readonly Range[]): number =>
  union(ranges).reduce((sum, [first, last]) => sum + last - first + 1, 0);

export const contains = ([first, last]: Range, frame: number): boolean => first <= frame && frame <= last;
