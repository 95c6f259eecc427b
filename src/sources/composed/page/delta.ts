/**
 * Delta encoding of frames. Most of the cost of a frame is getting its bytes out of the browser (6 ms per megabyte on
 * two cores; a 1080p frame has 3 MB as planes and 8 MB as RGBA), and much of a composed scene does not move.
 *
 * A delta is a count of runs, then (offset, length) of each run, then the words of all runs. All numbers are uint32;
 * offsets and lengths are in words. Lossless. The page writes deltas and Node reads them, both as little-endian.
 */

/** Runs with at most this many words between them are one: what describes a run is as long. */
const GAP = 2;

/** The maximum length of a delta in bytes, for a frame of `words` uint32. Eight words are enough for three planes: each
 *  has a first run, whose first word may also belong to the plane before. */
export const longestDelta = (words: number): number => 4 * (1 + 8 + words);

/** Collects runs of changed bytes in ascending order, as pairs of an offset and a length in words. */
export class Runs {
  readonly list: number[] = [];

  /** Adds the words that contain the bytes from `from` up to `to`. */
  add(from: number, to: number): void {
    const { list } = this;
    const [start, end] = [Math.floor(from / 4), Math.ceil(to / 4)];
    const last = list.length - 2;
    if (last >= 0 && start <= list[last] + list[last + 1] + GAP)
      list[last + 1] = Math.max(list[last + 1], end - list[last]);
    else list.push(start, end - start);
  }
}

/**
 * The delta to a frame from the one before it.
 * @param frame - The frame's bytes, as uint32.
 * @param runs - What has changed: offsets and lengths in words.
 * @param into - A buffer to reuse if it is long enough: the delta is then a part of it.
 */
export function deltaOf(
  frame: Uint32Array,
  runs: readonly number[],
  into?: Uint32Array<ArrayBuffer>,
): Uint32Array<ArrayBuffer> {
  let length = 1 + runs.length;
  for (let i = 1; i < runs.length; i += 2) length += runs[i];
  const delta = into && into.length >= length ? into : new Uint32Array(length);
  delta[0] = runs.length / 2;
  delta.set(runs, 1);
  let at = 1 + runs.length;
  for (let i = 0; i < runs.length; i += 2) {
    delta.set(frame.subarray(runs[i], runs[i] + runs[i + 1]), at);
    at += runs[i + 1];
  }
  return delta.subarray(0, length);
}

/**
 * Applies a delta in place: turns the previous frame into the next one.
 * @throws Error if the delta does not fit a frame of this size.
 */
export function applyDelta(delta: Uint8Array, frame: Uint8Array): void {
  const view = new DataView(delta.buffer, delta.byteOffset, delta.byteLength);
  const runs = delta.length < 4 ? 0 : view.getUint32(0, true);
  let at = 4 + 8 * runs;
  for (let run = 0; run < runs && at <= delta.length; run++) {
    const offset = 4 * view.getUint32(4 + 8 * run, true);
    const bytes = 4 * view.getUint32(8 + 8 * run, true);
    frame.set(delta.subarray(at, at + bytes), offset); // throws beyond the frame's end
    at += bytes;
  }
  if (at !== delta.length) throw new Error(`The delta has ${delta.length} bytes but must have ${at}.`);
}
