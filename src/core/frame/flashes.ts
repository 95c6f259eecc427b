/**
 * Flashes, as WCAG 2.3.1 ("Three flashes or below threshold") defines them: a pair of opposing changes in relative
 * luminance of 10% or more, where the darker picture is below 0.80. A film may contain at most three within any
 * second, unless they cover less than a quarter of any 10 degrees of the viewer's field of view.
 *
 * Here a flash counts if it covers a quarter of the frame. The viewer's distance is unknown; at the usual ones the
 * frame fills more than 10 degrees. So small flashes in a corner are not found.
 * https://www.w3.org/TR/WCAG22/#dfn-general-flash-and-red-flash-thresholds
 */
import { LUMINANCE } from '../luminance.js';
import { toLinear } from './colour.js';

/** The most flashes within any second. */
export const MOST_FLASHES = 3;
/** The least change of relative luminance. */
const CHANGE = 0.1;
/** Changes between two pictures that are both lighter than this are no flash. */
const DARK = 0.8;
/** The least part of the frame. */
const AREA = 0.25;
/** The size of the pictures to compare: [width, height], in pixels. */
export const FLASH_SIZE: readonly [number, number] = [32, 18];

/** sRGB, from 0 to 255, to linear light, from 0 to 1. */
const LINEAR = Float32Array.from({ length: 256 }, (_, byte) => toLinear(byte / 255));
const [RED, GREEN, BLUE] = LUMINANCE;

/**
 * The relative luminance of each pixel of a picture, from 0 to 1.
 * @param rgba - 4 bytes per pixel, in sRGB.
 */
export function luminances(rgba: ArrayLike<number>): Float32Array {
  const found = new Float32Array(rgba.length / 4);
  for (let i = 0; i < found.length; i++) {
    const [r, g, b] = [rgba[4 * i]!, rgba[4 * i + 1]!, rgba[4 * i + 2]!];
    found[i] = RED * LINEAR[r]! + GREEN * LINEAR[g]! + BLUE * LINEAR[b]!;
  }
  return found;
}

/** Measures the flashes of a film, picture by picture. */
export class FlashMeter {
  /** For each pixel: the last extreme of its luminance. */
  #extremes: Float32Array | undefined;
  /** For each pixel: 1 after it has become lighter, -1 after it has become darker, 0 before its first change. */
  #directions = new Int8Array();
  /** The time of the latest picture. */
  #time = 0;
  /** The times of the pixels' last changes: all latest ones, then all before those, and so on. */
  #changes = new Float64Array();
  /** The changes of a pixel to remember: two for each flash. */
  readonly #remembered: number;

  /** @param flashes - How many flashes to remember. */
  constructor(flashes = MOST_FLASHES + 1) {
    this.#remembered = 2 * flashes;
  }

  /**
   * Adds the next picture.
   * @param time - In seconds, or in any other unit. It must not decrease.
   * @param picture - One luminance per pixel, from 0 to 1. A picture of another size begins another film.
   */
  add(time: number, picture: Float32Array): void {
    this.#time = time;
    if (this.#extremes?.length !== picture.length) {
      this.#extremes = Float32Array.from(picture);
      this.#directions = new Int8Array(picture.length);
      this.#changes = new Float64Array(picture.length * this.#remembered).fill(-Infinity);
      return;
    }
    for (let i = 0; i < picture.length; i++) this.#follow(i, picture[i]!, time);
  }

  /**
   * How long ago the latest flashes began: the least time, in the unit of add(), in which a quarter of the frame
   * has had this many. Infinity if there have been fewer. More than MOST_FLASHES within less than a second are unsafe.
   * @param flashes - How many: from 1 to the number that is remembered.
   */
  since(flashes: number): number {
    const pixels = this.#directions.length;
    if (pixels === 0) return Infinity;
    const change = 2 * flashes - 1;
    const first = this.#changes.slice(change * pixels, (change + 1) * pixels);
    return this.#time - first.sort()[pixels - Math.ceil(AREA * pixels)]!;
  }

  #follow(i: number, now: number, time: number): void {
    const extremes = this.#extremes!;
    const [extreme, before] = [extremes[i]!, this.#directions[i]!];
    const change = now - extreme;
    if (change * before > 0)
      extremes[i] = now; // it goes on in the same direction
    else if (Math.abs(change) >= CHANGE && Math.min(now, extreme) < DARK) {
      extremes[i] = now;
      this.#directions[i] = Math.sign(change);
      const [changes, pixels] = [this.#changes, extremes.length];
      for (let at = (this.#remembered - 1) * pixels + i; at > i; at -= pixels)
        changes[at] = changes[at - pixels]!;
      changes[i] = time;
    }
  }
}
