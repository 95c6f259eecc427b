/**
 * A frame as what has changed since the one before it. Getting bytes out of a browser is what costs most (6 ms a
 * megabyte on two cores, and 1080p has 3 as planes and 8 as pixels), while much of a composed scene stands still.
 *
 * A delta is a number of runs, (offset, length) for each, and then the words of all of them: all uint32, the offsets
 * and lengths in words. Lossless, and written in the page to be read in Node, both little-endian.
 */

/** A run goes on over as many words that stayed the same: shorter gaps are not worth a new one. */
const GAP = 32;

/** The bytes that a delta can have at most, for a frame of so many words. */
export const longestDelta = (words: number): number => 4 * (1 + 2 * Math.ceil(words / GAP) + words);

/**
 * What changed from `before` to `now`. Without a `before`, everything has.
 * @param now - A frame's bytes read as uint32.
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
    let last = i; // that changed
    while (i < end && i - last <= GAP) {
      if (now[i] !== before[i]) last = i;
      i++;
    }
    runs.push(start, last + 1 - start);
  }
  return runs;
}

/** Most of a frame stands still: four at a time take half as long as one by one. */
function sameFour(a: Uint32Array, b: Uint32Array, i: number): boolean {
  return ((a[i] ^ b[i]) | (a[i + 1] ^ b[i + 1]) | (a[i + 2] ^ b[i + 2]) | (a[i + 3] ^ b[i + 3])) === 0;
}

/**
 * Makes `frame`, which is the one before, the one that `delta` was made of.
 * @throws Error when the delta is not of a frame of this size.
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
  if (at !== delta.length) throw new Error(`The delta has ${delta.length} bytes, and ${at} were expected.`);
}
