/** Power spectra of short pieces of sound. */
import { cosine, sine } from './arithmetic.js';

/** Computes the power spectrum of a window of sound. */
export class Spectrum {
  /** The power at k times the rate / size, for k from 0 to size / 2: 1 for a full-scale sine, about. */
  readonly power: Float64Array;
  readonly #window: Float64Array;
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #order: Uint32Array;

  /** @param size - The number of samples: a power of 2, at least 8. */
  constructor(readonly size: number) {
    const half = size / 2;
    this.power = new Float64Array(half + 1);
    this.#window = Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * cosine((i + 0.5) / size)); // Hann
    this.#re = new Float64Array(half);
    this.#im = new Float64Array(half);
    this.#cos = Float64Array.from({ length: half + 1 }, (_, k) => cosine(k / size));
    this.#sin = Float64Array.from({ length: half + 1 }, (_, k) => sine(k / size));
    this.#order = new Uint32Array(half);
    for (let i = 1, bits = half >> 1; i < half; i++)
      this.#order[i] = (this.#order[i >> 1] >> 1) | (i & 1 ? bits : 0);
  }

  /** Updates `power`. @param samples - Holds the window from `start`. */
  measure(samples: Float32Array, start: number): void {
    const { size } = this;
    const half = size / 2;
    const [taper, re, im, cos, sin, order] = [
      this.#window,
      this.#re,
      this.#im,
      this.#cos,
      this.#sin,
      this.#order,
    ];
    // Even samples as real and odd ones as imaginary parts: one transform of half the size gives both spectra.
    for (let i = 0; i < half; i++) {
      const to = order[i];
      re[to] = samples[start + 2 * i] * taper[2 * i];
      im[to] = samples[start + 2 * i + 1] * taper[2 * i + 1];
    }
    for (let length = 2; length <= half; length *= 2) {
      const [gap, stride] = [length / 2, size / length];
      for (let first = 0; first < half; first += length) {
        for (let k = 0; k < gap; k++) {
          const [c, s] = [cos[k * stride], sin[k * stride]];
          const [a, b] = [first + k, first + k + gap];
          const real = re[b] * c + im[b] * s;
          const imaginary = im[b] * c - re[b] * s;
          re[b] = re[a] - real;
          im[b] = im[a] - imaginary;
          re[a] += real;
          im[a] += imaginary;
        }
      }
    }
    const scale = 16 / (size * size); // of a sine at full scale, whose window has a mean of 1/2
    for (let k = 0; k <= half; k++) {
      const [i, j] = [k % half, (half - k) % half];
      const [evenRe, evenIm] = [(re[i] + re[j]) / 2, (im[i] - im[j]) / 2];
      const [oddRe, oddIm] = [(im[i] + im[j]) / 2, (re[j] - re[i]) / 2];
      const real = evenRe + oddRe * cos[k] + oddIm * sin[k];
      const imaginary = evenIm + oddIm * cos[k] - oddRe * sin[k];
      this.power[k] = (real * real + imaginary * imaginary) * scale;
    }
  }
}
