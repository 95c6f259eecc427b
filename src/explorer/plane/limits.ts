/** Where zooming reaches its end. Measured in the renderer's threads, so that the page is not blocked. */
import type { FrameDescription } from '../../core/frame/description.js';
import { isDeep } from '../../core/frame/digits.js';
import type { FrameRenderer } from '../../core/frame/renderer.js';
import { movedBy, pixelOf } from './grid.js';

/** `smooth`: there is no detail left in the view. `grainy`: float32 has no digits left for its pixels. */
export type Limit = 'smooth' | 'grainy';

/** The side of the small picture in which detail is looked for, in pixels. */
const SIDE = 32;
/** The most that a smooth picture deviates from an even gradient, in 8-bit steps; rounding alone is half a step. */
const FLAT = 2;
/** The side of the pieces in which grain is looked for, in pixels of the view, and how far apart their centres are. */
const [PIECE, APART] = [64, 32];
/** The error from which grain is visible, in 8-bit steps, and as a share of the change from pixel to pixel. */
const [VISIBLE, OUTWEIGHS] = [1, 0.5];

/** What limits a frame; undefined if zooming in shows more. */
export async function limitOf(
  frame: FrameDescription,
  renderer: FrameRenderer,
  signal: AbortSignal,
): Promise<Limit | undefined> {
  const sample = sampleOf(frame);
  if (isSmooth(await renderer.render(sample, undefined, undefined, signal), sample.size[0])) return 'smooth';
  if (!isDeep(frame)) return undefined;
  const [piece, moved] = piecesOf(frame);
  // Both draw some of the same pixels, but from different centres, so that float32 rounds differently.
  const rgba = await Promise.all(
    [piece, moved].map((each) => renderer.render(each, undefined, undefined, signal)),
  );
  const { error, change } = grainIn(rgba[0], rgba[1]);
  return error >= VISIBLE && error >= OUTWEIGHS * change ? 'grainy' : undefined;
}

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

/** Two pieces of a frame: at its centre, and APART pixels further to the right and down. */
function piecesOf(frame: FrameDescription): [FrameDescription, FrameDescription] {
  const view = { ...frame.view, halfWidth: (pixelOf(frame) * PIECE) / 2 };
  const size: [number, number] = [PIECE, PIECE];
  const piece: FrameDescription = { ...frame, view, size, supersample: 1, dither: false };
  return [piece, { ...piece, view: movedBy({ view, size }, APART, APART) }];
}

/** How different the pixels are that both pieces show, and neighbours in the first one: root mean squares. */
function grainIn(first: Uint8Array, second: Uint8Array): { error: number; change: number } {
  const shared = PIECE - APART;
  let [error, change] = [0, 0];
  for (let y = 0; y < shared; y++) {
    for (let x = 0; x < shared; x++) {
      const at = 4 * ((y + APART) * PIECE + x + APART);
      const other = 4 * (y * PIECE + x);
      for (let channel = 0; channel < 3; channel++) {
        error += (first[at + channel] - second[other + channel]) ** 2;
        change += (first[at + channel] - first[at - 4 + channel]) ** 2;
      }
    }
  }
  const count = 3 * shared ** 2;
  return { error: Math.sqrt(error / count), change: Math.sqrt(change / count) };
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
