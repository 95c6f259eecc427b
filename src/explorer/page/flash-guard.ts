/** Watches what playback shows, so that it does not flash too often. */
import { FLASH_SIZE, luminances } from '../../core/frame/flashes.js';
import type { Sweep } from '../../core/sweep/sweep.js';
import { FlashLimit } from '../state/flash-limit.js';
import { plane } from './current-plane.js';
import { dispatch } from './store.js';

const MESSAGE = 'Playback slows down here so that it flashes at most three times a second.';

export class FlashGuard {
  #limit = new FlashLimit();
  #sweep: Sweep | undefined;
  #hasSaidSo = false;
  #context: CanvasRenderingContext2D | null = null;

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
      dispatch({ type: 'message', text: MESSAGE });
    }
    return this.#limit.speedAt(now / 1000);
  }

  /** The luminances of a small copy of the canvas. */
  #look(): Float32Array | undefined {
    const [width, height] = FLASH_SIZE;
    const canvas = plane.peek()?.canvas;
    if (!canvas?.width || !canvas.height) return undefined;
    this.#context ??= Object.assign(document.createElement('canvas'), { width, height }).getContext('2d', {
      willReadFrequently: true,
    });
    if (!this.#context) return undefined;
    this.#context.drawImage(canvas, 0, 0, width, height);
    return luminances(this.#context.getImageData(0, 0, width, height).data);
  }
}
