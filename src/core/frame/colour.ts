/** Converts brightness to bytes: rounding, ordered dither, and averaging samples in linear light. */

/**
 * 8 x 8 ordered-dither thresholds in (0, 1), row-major: Bayer, "An optimum method for two-level rendition of
 * continuous-tone pictures", 1973. A brightness v becomes floor(255 v + threshold); a threshold of 0.5 rounds.
 */
export const BAYER = Float32Array.from({ length: 64 }, (_, i) => {
  let rank = 0;
  for (let bit = 0; bit < 3; bit++) {
    const x = (i >> bit) & 1;
    const y = (i >> (3 + bit)) & 1;
    rank = rank * 4 + 2 * (x ^ y) + y;
  }
  return (rank + 0.5) / 64;
});

/** The byte of a brightness, which is clamped to [0, 1]. NaN becomes 0. */
export function toByte(value: number, threshold = 0.5): number {
  return Math.floor(255 * Math.min(1, Math.max(0, value)) + threshold) | 0;
}

/** The same in 256ths, rounded. */
export function to16Bits(value: number): number {
  return Math.floor(65_280 * Math.min(1, Math.max(0, value)) + 0.5) | 0;
}

/** sRGB to linear light, both in [0, 1]: IEC 61966-2-1. */
export function toLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
/** Linear light to sRGB, both in [0, 1]: IEC 61966-2-1. */
export function fromLinear(value: number): number {
  return value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
}

/** Lookup tables for both. The nearest entry is off by at most 0.01 byte to linear, and 0.03 back, near black. */
const LINEAR_STEPS = 2 ** 14;
const SRGB_STEPS = 2 ** 16;
const linearTable = Float32Array.from({ length: LINEAR_STEPS + 1 }, (_, i) => toLinear(i / LINEAR_STEPS));
const srgbTable = Float32Array.from({ length: SRGB_STEPS + 1 }, (_, i) => fromLinear(i / SRGB_STEPS));

/** fromLinear() by table, for light in [0, 1]. */
export function fromLight(light: number): number {
  return srgbTable[(SRGB_STEPS * light + 0.5) | 0];
}

/**
 * The mean of n x n samples of one channel in linear light, as sRGB in [0, 1].
 * @param first - The index of the pixel's first sample.
 * @param stride - The number of samples from one of its rows to the next.
 */
export function meanOfSamples(plane: Float32Array, first: number, n: number, stride: number): number {
  let light = 0;
  for (let j = 0; j < n; j++) {
    const row = first + j * stride;
    for (let i = 0; i < n; i++) light += linearTable[(LINEAR_STEPS * plane[row + i] + 0.5) | 0];
  }
  return fromLight(light / (n * n));
}

/**
 * Averages n x n samples per pixel in linear light and writes RGBA8.
 * @param samples - One plane per channel (1 or 3), each (rows n, width n), row-major, sRGB in [0, 1].
 * @param threshold - The rounding threshold at column x, row y: 0.5, or the dither's.
 */
export function averageSamples(
  samples: Float32Array[],
  n: number,
  width: number,
  rows: number,
  threshold: (x: number, y: number) => number,
  rgba: Uint8Array,
): void {
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = 4 * (y * width + x);
      for (let channel = 0; channel < 3; channel++) {
        const plane = samples[channel % samples.length];
        const mean = meanOfSamples(plane, y * n * width * n + x * n, n, width * n);
        rgba[pixel + channel] = toByte(mean, threshold(x, y));
      }
      rgba[pixel + 3] = 255;
    }
  }
}

/**
 * The same with 16 bits, without dither. The light is computed, since the tables are only precise enough for bytes.
 * @param rgba - Red, green, blue and alpha of each pixel.
 */
export function averageDeepSamples(
  samples: Float32Array[],
  n: number,
  width: number,
  rows: number,
  rgba: Uint16Array,
): void {
  const stride = width * n;
  for (let y = 0, pixel = 0; y < rows; y++) {
    for (let x = 0; x < width; x++, pixel += 4) {
      for (let channel = 0; channel < 3; channel++) {
        const plane = samples[channel % samples.length];
        const first = y * n * stride + x * n;
        let mean = plane[first];
        if (n > 1) {
          let light = 0;
          for (let j = 0; j < n; j++)
            for (let i = 0; i < n; i++) light += toLinear(plane[first + j * stride + i]);
          mean = fromLinear(light / (n * n));
        }
        rgba[pixel + channel] = to16Bits(mean);
      }
      rgba[pixel + 3] = 65_280;
    }
  }
}
