/**
 * Delta encoding of frames. Most of the cost of a frame is getting its bytes out of the browser (6 ms per megabyte on
 * two cores; a 1080p frame has 3 MB as planes and 8 MB as RGBA), and much of a composed scene does not move.
 *
 * A delta is a count of runs, then (offset, length) of each run, then the words of all runs. All numbers are uint32;
 * offsets and lengths are in words. Lossless. The page writes deltas and Node reads them, both as little-endian.
 */

/** The number of unchanged words that a run may contain in a row: shorter gaps are not worth a new run. */
const GAP = 32;

/** The maximum length of a delta in bytes, for a frame of `words` uint32. */
export const longestDelta = (words: number): number => 4 * (1 + 2 * Math.ceil(words / GAP) + words);

/**
 * The delta from the frame `before` to the frame `now`. Without `before`, it contains the whole frame.
 * @param now - A frame's bytes, as uint32.
 */
export function deltaOf(now: Uint32Array, before?: Uint32Array): Uint8Array<ArrayBuffer> {
  const runs = before ? changedRuns(now, before) : [0, now.length];
  let words = 0;
  for (let i = 1; i < runs.length; i += 2) words += runs[i];
  const delta = new Uint32Array(1 + runs.length + words);
  delta[0] = runs.length / 2;
  delta.set(runs, 1);
  let at = 1 + runs.length;
  for (let i = 0; i < runs.length; i += 2) {
    delta.set(now.subarray(runs[i], runs[i] + runs[i + 1]), at);
    at += runs[i + 1];
  }
  return new Uint8Array(delta.buffer);
}

function changedRuns(now: Uint32Array, before: Uint32Array): number[] {
  const runs: number[] = [];
  const end = now.length;
  let i = 0;
  while (i < end) {
    while (i + 4 <= end && sameFour(now, before, i)) i += 4;
    if (now[i] === before[i]) {
      i++;
      continue;
    }
    const start = i;
    let last = i; // the last word that changed
    while (i < end && i - last <= GAP) {
      if (now[i] !== before[i]) last = i;
      i++;
    }
    runs.push(start, last + 1 - start);
  }
  return runs;
}

/** Compares four words. Most words do not change, and this takes half the time of comparing them one by one. */
function sameFour(a: Uint32Array, b: Uint32Array, i: number): boolean {
  return ((a[i] ^ b[i]) | (a[i + 1] ^ b[i + 1]) | (a[i + 2] ^ b[i + 2]) | (a[i + 3] ^ b[i + 3])) === 0;
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
