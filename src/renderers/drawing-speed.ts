/** How long pictures take on this machine, so that a page can choose the resolution that meets its time budget. */
import type { FrameDescription } from '../core/frame/description.js';
import { countWeights, hiddenWidths } from '../core/network/spec.js';

/** The cost of an activation in multiply-adds, roughly. */
const ACTIVATION = 16;
/** The time that a picture takes apart from drawing its pixels, before anything is measured, in milliseconds. */
const FIRST_OVERHEAD = 3;
/** Multiply-adds per millisecond before anything is measured: kernels start slowly, until they are optimised. */
const FIRST_SPEED = 3e6;
/** Steps of the resolution: four of them halve the sides, so that a picture uses at least 0.7 of its time budget. */
const STEPS_PER_HALVING = 4;
/** The coarsest picture's sides, as a fraction. */
const COARSEST = 1 / 64;

/** What is left of a measurement's weight after the next one. */
const MEMORY = 0.85;
/** Sizes differ enough to tell overhead from drawing if their standard deviation is this part of their mean. */
const VARIED = 0.3;
/** The least part of the time that drawing is thought to take. */
const LEAST_PART = 0.05;

/**
 * A running estimate of the speed of drawing: a line through recent times, whose start is the overhead. Small pictures
 * take mostly overhead. If that counted as drawing, the machine would seem slow, and the next picture would be smaller.
 */
export class DrawingSpeed {
  #speed = FIRST_SPEED;
  #overhead = FIRST_OVERHEAD;
  /** Weighted sums of recent measurements. */
  #sums = { weight: 0, work: 0, time: 0, squares: 0, products: 0 };

  /** The expected time for a picture, in milliseconds. @param work - See workOf(). */
  timeFor(work: number): number {
    return this.#overhead + work / this.#speed;
  }

  /** The work that is done in this time by all threads together, in multiply-adds. */
  workIn(milliseconds: number): number {
    return milliseconds * this.#speed;
  }

  /** Records how long a picture took. */
  note(work: number, milliseconds: number): void {
    const sums = this.#sums;
    const add = (sum: number, value: number) => MEMORY * sum + value;
    sums.weight = add(sums.weight, 1);
    sums.work = add(sums.work, work);
    sums.time = add(sums.time, milliseconds);
    sums.squares = add(sums.squares, work * work);
    sums.products = add(sums.products, work * milliseconds);
    const [meanWork, meanTime] = [sums.work / sums.weight, Math.max(sums.time / sums.weight, 0.1)];
    const variance = sums.squares / sums.weight - meanWork ** 2;
    if (variance < (VARIED * meanWork) ** 2) {
      const factor = meanTime / this.timeFor(meanWork);
      this.#overhead *= factor;
      this.#speed /= factor;
      return;
    }
    const slope = (sums.products / sums.weight - meanWork * meanTime) / variance;
    const most = meanTime / meanWork;
    this.#speed = 1 / Math.min(most, Math.max(LEAST_PART * most, slope));
    this.#overhead = meanTime - meanWork / this.#speed;
  }

  /**
   * The factor, from 1/64 to 1, by which to scale the sides of pictures so that they take `milliseconds` together.
   * @param work - Their work at full size.
   */
  scaleFor(work: number, milliseconds: number): number {
    const affordable = this.#drawingTime(milliseconds) * this.#speed;
    if (work <= affordable) return 1;
    const steps = Math.ceil((Math.log2(work / affordable) / 2) * STEPS_PER_HALVING);
    return Math.max(COARSEST, 2 ** (-steps / STEPS_PER_HALVING));
  }

  /** What is left of a time after the overhead: at least a quarter of it. */
  #drawingTime(milliseconds: number): number {
    return Math.max(milliseconds - this.#overhead, milliseconds / 4, 0.1);
  }
}

/** The work of drawing a frame, in multiply-adds. */
export function workOf({ network, size: [width, height], supersample }: FrameDescription): number {
  const units = hiddenWidths(network).reduce((sum, width) => sum + width, network.outputs);
  return width * height * supersample ** 2 * (countWeights(network) + ACTIVATION * units);
}
