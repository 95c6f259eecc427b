/**
 * Hears a sound piece by piece, 100 times a second: the power in parts of its spectrum, and what changes in it. The
 * memory that this takes does not depend on the sound's samples, of which an hour has 160 million.
 */
import { Spectrum } from './fourier.js';
import { RATE } from './resample.js';

/** Moments per second, about. */
const MOMENTS = 100;
/** The samples in the window of a level: 46 ms, in which bass notes can be told from their neighbours. */
const LONG = 2048;
/** The samples in the window in which onsets are sought: 23 ms. */
const SHORT = 1024;
/** The edges of the bands in which onsets are sought, in bins of 43 Hz. */
const EDGES = [
  1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 24, 29, 35, 42, 51, 61, 73, 88, 106, 127, 153, 184, 221, 265,
  318, 372,
];
/** The number of those bands. */
export const ONSET_BANDS = EDGES.length - 1;
/** Power below this is silence: -90 dB of full scale. */
const SILENCE = 1e-9;

/** What to hear. */
export interface HearingRequest {
  /** How much of the sound is heard, in seconds; if it is shorter, silence follows. */
  seconds: number;
  /** Whether the sound is periodic: what comes before its beginning is its end. */
  loop: boolean;
  /** Parts of the spectrum whose power is measured, each from its lowest to its highest frequency, in Hz. */
  ranges: readonly (readonly [low: number, high: number])[];
  /** Whether onsets are sought. */
  onsets: boolean;
}

/** What was heard: one value, or one for each band, at each moment. */
export interface Heard {
  /** The moments, in seconds. In a loop, the last comes one step before its end; otherwise at the end or later. */
  times: Float64Array;
  loop: boolean;
  seconds: number;
  /** For each range, its power at each moment. */
  powers: Float64Array[];
  /** At each moment, ONSET_BANDS square roots of amplitudes; empty without onsets. */
  changes: Float32Array;
}

/** Hears one sound. */
export class Hearing {
  readonly #request: HearingRequest;
  /** The samples that are heard. */
  readonly #length: number;
  readonly #moments: number;
  readonly #long = new Spectrum(LONG);
  readonly #short = new Spectrum(SHORT);
  readonly #powers: Float64Array[];
  readonly #changes: Float32Array;
  /** For each range, its share of each bin of the long window. */
  readonly #shares: { first: number; shares: number[] }[];
  /** The latest samples, which end with number `#passed`. */
  #latest = new Float32Array(4 * LONG);
  #passed = 0;
  /** The first samples. */
  readonly #head = new Float32Array(2 * LONG);
  /** The number of the next moment. */
  #next = 0;

  constructor(request: HearingRequest) {
    const { seconds, loop, ranges, onsets } = request;
    this.#request = request;
    this.#length = Math.max(1, Math.round(seconds * RATE));
    this.#moments = loop
      ? Math.max(1, Math.round(seconds * MOMENTS))
      : Math.ceil(seconds * MOMENTS - 1e-6) + 1;
    this.#powers = ranges.map(() => new Float64Array(this.#moments));
    this.#changes = new Float32Array(onsets ? this.#moments * ONSET_BANDS : 0);
    this.#shares = ranges.map(sharesOf);
  }

  /** Whether more samples make a difference. */
  get wantsMore(): boolean {
    return this.#passed < this.#needed;
  }

  /** How many samples make a difference. */
  get #needed(): number {
    return this.#request.loop ? this.#length : this.#centre(this.#moments - 1) + LONG / 2;
  }

  /** @param samples - The next samples, at RATE; all finite. */
  push(samples: Float32Array): void {
    const end = Math.min(samples.length, this.#needed - this.#passed);
    for (let at = 0; at < end; at += LONG) {
      const piece = samples.subarray(at, Math.min(end, at + LONG));
      const latest = this.#latest;
      latest.copyWithin(0, piece.length);
      latest.set(piece, latest.length - piece.length);
      if (this.#passed < this.#head.length)
        this.#head.set(piece.subarray(0, this.#head.length - this.#passed), this.#passed);
      this.#passed += piece.length;
      this.#hear();
    }
  }

  /** What was heard. Call it once, when all samples have been passed. */
  end(): Heard {
    const silence = new Float32Array(LONG);
    while (this.wantsMore) this.push(silence);
    const { seconds, loop } = this.#request;
    const [length, moments] = [this.#length, this.#moments];
    if (loop) {
      // Windows that reach across the seam.
      const around = new Float32Array(LONG);
      const start = this.#passed - this.#latest.length;
      for (let i = 0; i < moments; i++) {
        const first = this.#centre(i) - LONG / 2;
        if (first >= 0 && first + LONG <= length) continue;
        for (let k = 0; k < LONG; k++) {
          const place = (((first + k) % length) + length) % length;
          around[k] = place < this.#head.length ? this.#head[place] : this.#latest[place - start];
        }
        this.#measure(i, around, 0);
      }
    }
    const times = Float64Array.from({ length: moments }, (_, i) =>
      loop ? (i * seconds) / moments : i / MOMENTS,
    );
    return { times, loop, seconds, powers: this.#powers, changes: this.#changes };
  }

  /** The sample at the middle of a moment's window. */
  #centre(i: number): number {
    return this.#request.loop ? Math.round((i * this.#length) / this.#moments) : (i * RATE) / MOMENTS;
  }

  /** Measures the moments whose windows are complete. */
  #hear(): void {
    for (; this.#next < this.#moments; this.#next++) {
      const first = this.#centre(this.#next) - LONG / 2;
      if (first + LONG > this.#passed) return;
      if (this.#request.loop && first < 0) continue; // see end()
      this.#measure(this.#next, this.#latest, this.#latest.length - this.#passed + first);
    }
  }

  #measure(moment: number, samples: Float32Array, start: number): void {
    if (this.#shares.length > 0) this.#long.measure(samples, start);
    for (const [k, { first, shares }] of this.#shares.entries()) {
      let sum = 0;
      for (let i = 0; i < shares.length; i++) sum += this.#long.power[first + i] * shares[i];
      this.#powers[k][moment] = sum > SILENCE ? sum : 0;
    }
    if (!this.#request.onsets) return;
    this.#short.measure(samples, start + (LONG - SHORT) / 2);
    const { power } = this.#short;
    for (let band = 0; band < ONSET_BANDS; band++) {
      let sum = 0;
      for (let bin = EDGES[band]; bin < EDGES[band + 1]; bin++) sum += power[bin];
      this.#changes[moment * ONSET_BANDS + band] = sum > SILENCE ? Math.sqrt(Math.sqrt(sum)) : 0;
    }
  }
}

/** How much of each bin of the long window is in a range. */
function sharesOf([low, high]: readonly [number, number]): { first: number; shares: number[] } {
  const [from, to] = [(low * LONG) / RATE, (high * LONG) / RATE];
  const first = Math.max(0, Math.floor(from + 0.5));
  const last = Math.min(LONG / 2, Math.ceil(to - 0.5));
  const shares: number[] = [];
  for (let bin = first; bin <= last; bin++)
    shares.push(Math.max(0, Math.min(bin + 0.5, to) - Math.max(bin - 0.5, from)));
  return { first, shares };
}
