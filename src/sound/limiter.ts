/** A limiter, for mixes that are louder than full scale. */
import { SAMPLE_RATE } from '../core/sound/samples.js';
import { CHANNELS } from './placement.js';

/** How long before a peak the gain begins to fall: 5 ms, in samples. */
const AHEAD = SAMPLE_RATE / 200;

/** How quickly the gain recovers after a peak: time constant of 50 ms, as a factor for each sample. */
const RECOVERY = 1 - Math.exp(-1 / (0.05 * SAMPLE_RATE));

/**
 * Keeps peaks within full scale. The gain falls smoothly before a peak and recovers after it, for all channels alike.
 * Sound within full scale passes unchanged, bit by bit, and nothing is delayed.
 */
export class Limiter {
  /** The largest magnitude before limiting; 1 is full scale. */
  peak = 0;
  /** The gain that later samples need is the least of the next AHEAD + 1 targets; their mean over as many is smooth. */
  private target = 1;
  private readonly least: { at: number; gain: number }[] = [];
  private readonly recent = new Float64Array(AHEAD + 1).fill(1);
  private sum = AHEAD + 1;
  private at = 0;
  private held: Float32Array = new Float32Array(0);
  /** Until this sample, gains may be below 1. */
  private busyUntil = -1;

  /** Limits the sounds in order. @param chunks - Each (samples x channels) numbers, which may change later. */
  async *limit(chunks: AsyncIterable<Float32Array>): AsyncGenerator<Float32Array> {
    for await (const chunk of chunks) {
      const out = this.take(chunk);
      if (out.length > 0) yield out;
    }
    const rest = this.take(new Float32Array(CHANNELS * AHEAD));
    if (rest.length > 0) yield rest;
  }

  /** Accepts a chunk, and returns what is AHEAD samples old. */
  private take(chunk: Float32Array): Float32Array {
    const all = new Float32Array(this.held.length + chunk.length);
    all.set(this.held);
    all.set(chunk, this.held.length);
    const count = chunk.length / CHANNELS;
    const first = this.held.length / CHANNELS;
    const known = this.at; // the number of samples accepted so far
    let loudest = 0;
    for (let i = 0; i < chunk.length; i++) loudest = Math.max(loudest, Math.abs(chunk[i]));
    this.peak = Math.max(this.peak, loudest);
    if (loudest > 1 || this.busyUntil >= known) {
      // Gains for the samples AHEAD before those accepted.
      for (let i = 0; i < count; i++) {
        const gain = this.gainAfter(all, first + i);
        const at = first + i - AHEAD;
        if (gain === 1 || at < 0) continue;
        for (let channel = 0; channel < CHANNELS; channel++) {
          const index = CHANNELS * at + channel;
          all[index] = Math.max(-1, Math.min(1, all[index] * gain)); // against rounding
        }
      }
    } else {
      this.at += count;
      this.least.length = 0;
      this.recent.fill(1);
      this.sum = AHEAD + 1; // without the rounding errors of what was limited before
    }
    const done = Math.max(0, all.length - CHANNELS * AHEAD);
    this.held = all.slice(done);
    return all.subarray(0, done);
  }

  /** Accepts sample `i` of `all`, and returns the gain of the one AHEAD before. */
  private gainAfter(all: Float32Array, i: number): number {
    let magnitude = 0;
    for (let channel = 0; channel < CHANNELS; channel++)
      magnitude = Math.max(magnitude, Math.abs(all[CHANNELS * i + channel]));
    const needed = magnitude > 1 ? 1 / magnitude : 1;
    this.target = Math.min(needed, this.target + RECOVERY * (1 - this.target));
    if (this.target > 1 - 1e-4) this.target = 1;
    const { least, recent, at } = this;
    while (least.length > 0 && least.at(-1)!.gain >= this.target) least.pop();
    least.push({ at, gain: this.target });
    while (least[0].at < at - AHEAD) least.shift();
    const slot = at % (AHEAD + 1);
    this.sum += least[0].gain - recent[slot];
    recent[slot] = least[0].gain;
    if (this.target < 1) this.busyUntil = at + 3 * AHEAD;
    this.at++;
    const gain = this.sum / (AHEAD + 1);
    return gain > 1 - 1e-9 ? 1 : gain;
  }
}
