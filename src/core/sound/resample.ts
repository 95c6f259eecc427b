/** Changes the rate of a sound, piece by piece, with a windowed sinc. */
import { cosine, sine } from './arithmetic.js';

/** The rate at which sounds are analysed, in Hz. */
export const RATE = 44_100;

/** Zero crossings of the sinc on each side. */
const CROSSINGS = 16;
/** Table entries per crossing. Values between them are interpolated, with errors below -90 dB. */
const FINENESS = 256;
/** The part of the lower rate's band that is kept. */
const KEPT = 0.94;

let table: Float64Array | undefined;

/** The sinc with a Blackman window, from 0 to its last crossing. */
function sincTable(): Float64Array {
  table ??= Float64Array.from({ length: CROSSINGS * FINENESS + 2 }, (_, i) => {
    const x = i / FINENESS;
    if (x >= CROSSINGS) return 0;
    const at = x / CROSSINGS / 2;
    const taper = 0.42 + 0.5 * cosine(at) + 0.08 * cosine(2 * at);
    return x === 0 ? 1 : (taper * sine(x / 2)) / (Math.PI * x);
  });
  return table;
}

/** Resamples a sound of one channel to RATE. */
export class Resampler {
  readonly #step: number;
  readonly #reach: number;
  /** Samples from number `#first` on; those before the sound are 0. */
  #held: Float32Array;
  #first: number;
  #made = 0;

  /** @param rate - Of the sound, in Hz: a whole number. */
  constructor(readonly rate: number) {
    this.#step = KEPT * Math.min(1, RATE / rate);
    this.#reach = Math.ceil(CROSSINGS / this.#step);
    this.#held = new Float32Array(this.#reach);
    this.#first = -this.#reach;
  }

  /** The next samples at RATE, as far as they are determined by what has been passed. */
  push(samples: Float32Array): Float32Array {
    if (this.rate === RATE) return samples;
    const held = new Float32Array(this.#held.length + samples.length);
    held.set(this.#held);
    held.set(samples, this.#held.length);
    const [sinc, step, reach, first, rate] = [sincTable(), this.#step, this.#reach, this.#first, this.rate];
    const end = first + held.length;
    const most = Math.max(0, Math.ceil(((end - reach) * RATE) / rate) - this.#made + 1);
    const out = new Float32Array(most);
    let count = 0;
    for (; ; count++) {
      const place = (this.#made + count) * rate; // exact: below 2^53 for days of sound
      const before = Math.floor(place / RATE);
      if (before + reach >= end) break;
      const part = (place - before * RATE) / RATE;
      let sum = 0;
      for (let k = before - reach + 1; k <= before + reach; k++) {
        const x = Math.abs(k - before - part) * step * FINENESS;
        if (x >= CROSSINGS * FINENESS) continue;
        const i = Math.floor(x);
        sum += held[k - first] * (sinc[i] + (sinc[i + 1] - sinc[i]) * (x - i));
      }
      out[count] = sum * step;
    }
    this.#made += count;
    const needed = Math.max(first, Math.floor((this.#made * rate) / RATE) - reach);
    this.#held = held.slice(needed - first);
    this.#first = needed;
    return out.subarray(0, count);
  }

  /** The last samples, once all have been passed. */
  end(): Float32Array {
    return this.push(new Float32Array(this.#reach + 1));
  }
}
