/** The samples of films' sound, and how loops are closed. */

/** In Hz. */
export const SAMPLE_RATE = 48_000;

/** How long the end of one repetition is cross-faded with the beginning of the next, in seconds. */
export const SEAM_SECONDS = 0.01;

/**
 * Fades from one sound to another. The sum of their weights is always 1: equal sounds stay as they are.
 * @param before - (samples x channels) numbers.
 * @param into - As many, which are replaced.
 */
export function crossFade(before: Float32Array, into: Float32Array, channels: number): void {
  const count = into.length / channels;
  for (let i = 0; i < into.length; i++) {
    const weight = 0.5 - 0.5 * Math.cos((Math.PI * Math.floor(i / channels)) / count);
    into[i] = weight * into[i] + (1 - weight) * before[i];
  }
}
