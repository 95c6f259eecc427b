/** Where zooming reaches its end. */
import type { FrameDescription } from '../../core/frame/description.js';
import { isDeep, isGrainy } from '../../core/frame/digits.js';
import { countWeights } from '../../core/network/spec.js';
import { evaluate } from '../../renderers/cpu/planes.js';

/** `smooth`: there is no detail left in the view. `grainy`: float32 has no digits left for its pixels. */
export type Limit = 'smooth' | 'grainy';

/** The most that a smooth picture deviates from a plane of brightness, in 8-bit steps; rounding alone is half a step. */
const FLAT = 2;
/** Larger networks would block the page for longer than 10 ms: for them, grain is not measured. */
const MOST_WEIGHTS = 50_000;

/** The side of the small picture in which detail is looked for, in pixels. */
const SIDE = 32;

/** The small picture of a view that isSmooth() judges. */
export function sampleOf(frame: FrameDescription): FrameDescription {
  const larger = Math.max(...frame.size);
  const [width, height] = frame.size.map((side) => Math.max(2, Math.round((SIDE * side) / larger)));
  return { ...frame, size: [width, height], supersample: 1, dither: false };
}

/** Whether a picture is no more than an even gradient, so that zooming in shows nothing new. RGBA8. */
export function isSmooth(rgba: ArrayLike<number>, width: number): boolean {
  const height = rgba.length / 4 / width;
  return [0, 1, 2].every((channel) => deviation(rgba, width, height, channel) <= FLAT);
}

/** Whether a view's pixels are grain instead of its picture. Takes a few milliseconds; nothing unless it is deep. */
export function isGrainyInPage(frame: FrameDescription): boolean {
  return isDeep(frame) && countWeights(frame.network) <= MOST_WEIGHTS && isGrainy(frame, evaluate);
}

/** The largest deviation of a channel from the plane that fits it best, by least squares. */
function deviation(rgba: ArrayLike<number>, width: number, height: number, channel: number): number {
  const at = (x: number, y: number) => rgba[4 * (y * width + x) + channel];
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  let [sum, sumX, sumY, squaresX, squaresY] = [0, 0, 0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = at(x, y);
      sum += value;
      sumX += value * (x - middleX);
      sumY += value * (y - middleY);
      squaresX += (x - middleX) ** 2;
      squaresY += (y - middleY) ** 2;
    }
  }
  const [mean, slopeX, slopeY] = [sum / (width * height), sumX / squaresX, sumY / squaresY];
  let most = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      most = Math.max(most, Math.abs(at(x, y) - mean - slopeX * (x - middleX) - slopeY * (y - middleY)));
    }
  }
  return most;
}
