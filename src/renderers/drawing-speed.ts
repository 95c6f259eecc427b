/** How long pictures take on this machine, so that a page can choose the resolution that meets its time budget. */
import type { FrameDescription } from '../core/frame/description.js';
import { countWeights, hiddenWidths } from '../core/network/spec.js';

/** The cost of an activation in multiply-adds, roughly. */
const ACTIVATION = 16;
/** The time that a picture takes apart from drawing its pixels, in milliseconds. */
const OVERHEAD_MS = 3;
/** Multiply-adds per millisecond before anything is measured: kernels start slowly, until they are optimised. */
const FIRST_SPEED = 3e6;
/** Steps of the resolution: four of them halve the sides, so that a picture uses at least 0.7 of its time budget. */
const STEPS_PER_HALVING = 4;
/** The coarsest picture's sides, as a fraction. */
const COARSEST = 1 / 64;

/** A running estimate of the speed of drawing. */
export class DrawingSpeed {
  #speed = FIRST_SPEED;

  /** The expected time for a picture, in milliseconds. @param work - See workOf(). */
  timeFor(work: number): number {
    return OVERHEAD_MS + work / this.#speed;
  }

  /** The work that is done in this time by all threads together, in multiply-adds. */
  workIn(milliseconds: number): number {
    return milliseconds * this.#speed;
  }

  /** Records how long a picture took. */
  note(work: number, milliseconds: number): void {
    const measured = work / Math.max(milliseconds - OVERHEAD_MS, milliseconds / 4, 0.1);
    // Other work on the machine can only slow down drawing, so a faster measurement counts more.
    this.#speed += (measured - this.#speed) * (measured > this.#speed ? 0.5 : 0.2);
  }

  /**
   * The factor, from 1/64 to 1, by which to scale the sides of pictures so that they take `milliseconds` together.
   * @param work - Their work at full size.
   */
  scaleFor(work: number, milliseconds: number): number {
    const affordable = Math.max(milliseconds - OVERHEAD_MS, milliseconds / 4) * this.#speed;
    if (work <= affordable) return 1;
    const steps = Math.ceil((Math.log2(work / affordable) / 2) * STEPS_PER_HALVING);
    return Math.max(COARSEST, 2 ** (-steps / STEPS_PER_HALVING));
  }
}

/** The work of drawing a frame, in multiply-adds. */
export function workOf({ network, size: [width, height], supersample }: FrameDescription): number {
  const units = hiddenWidths(network).reduce((sum, width) => sum + width, network.outputs);
  return width * height * supersample ** 2 * (countWeights(network) + ACTIVATION * units);
}
