/** Keeps playback from flashing too often: it holds the picture, and then plays more slowly. */
import { FlashMeter, MOST_FLASHES } from '../../core/frame/flashes.js';

export class FlashLimit {
  readonly #meter = new FlashMeter();
  #speed = 1;
  /** Until when the picture is held, in seconds. */
  #heldUntil = Number.NEGATIVE_INFINITY;

  /** How fast to play, from 0 (hold the picture) to 1, at a time in seconds. */
  speedAt(time: number): number {
    return time < this.#heldUntil ? 0 : this.#speed;
  }

  /**
   * Adds the picture that is shown at a time, in seconds.
   * @param picture - One luminance per pixel.
   * @returns Whether playback has become slower.
   */
  add(time: number, picture: Float32Array): boolean {
    this.#meter.add(time, picture);
    const since = this.#meter.since(MOST_FLASHES);
    if (since >= 1 || time < this.#heldUntil) return false;
    // The next flash has to wait until these are a second old. After that, as many take a second as took `since`.
    this.#heldUntil = time + 1 - since;
    this.#speed *= since;
    return true;
  }
}
