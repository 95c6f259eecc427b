/** Watches what playback shows, so that it does not flash too often. */
import { FLASH_SIZE, luminances } from '../../core/frame/flashes.js';
import type { Sweep } from '../../core/sweep/sweep.js';
import { FlashLimit } from '../state/flash-limit.js';

/** What people read when playback becomes slower. */
export const SLOWER = 'Playback slows down here so that it flashes at most three times a second.';

export class FlashGuard {
  readonly #canvas: () => HTMLCanvasElement | undefined;
  readonly #onSlower: () => void;
  #limit = new FlashLimit();
  #sweep: Sweep | undefined;
  #hasSaidSo = false;
  #context: CanvasRenderingContext2D | null = null;

  /**
   * @param canvas - Returns what shows the pictures.
   * @param onSlower - Called once for each sweep that has to be played more slowly.
   */
  constructor(canvas: () => HTMLCanvasElement | undefined, onSlower: () => void) {
    this.#canvas = canvas;
    this.#onSlower = onSlower;
  }

  /**
   * Looks at the picture that is shown.
   * @param now - In milliseconds.
   * @returns How fast to go on playing this sweep, from 0 to 1.
   */
  speedOf(sweep: Sweep, now: number): number {
    if (sweep !== this.#sweep) {
      this.#sweep = sweep;
      this.#limit = new FlashLimit();
      this.#hasSaidSo = false;
    }
    const shown = this.#look();
    if (shown && this.#limit.add(now / 1000, shown) && !this.#hasSaidSo) {
      this.#hasSaidSo = true;
      this.#onSlower();
    }
    return this.#limit.speedAt(now / 1000);
  }

  /** The luminances of a small copy of the canvas. */
  #look(): Float32Array | undefined {
    const [width, height] = FLASH_SIZE;
    const canvas = this.#canvas();
    if (!canvas?.width || !canvas.height) return undefined;
    this.#context ??= Object.assign(document.createElement('canvas'), { width, height }).getContext('2d', {
      willReadFrequently: true,
    });
    if (!this.#context) return undefined;
    this.#context.drawImage(canvas, 0, 0, width, height);
    return luminances(this.#context.getImageData(0, 0, width, height).data);
  }
}
