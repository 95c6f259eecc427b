/** The positions of a frame's samples on the input plane. */
import type { FrameDescription, View } from './description.js';

/** What determines the offsets of a frame's samples. */
type Grid = Pick<FrameDescription, 'size' | 'supersample'> & { view: Pick<View, 'halfWidth'> };

/** A rectangle in the pixel grid of a frame: whole pixels, counted from the frame's top left corner. */
export interface Part {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * The samples' offsets from the view's centre: x by column (from the left), y by row (from the top, so y decreases).
 * A pixel is sampled at its centre, or at the centres of its n x n parts: n * width columns, n * height rows.
 *
 * Offsets instead of coordinates keep float32's precision in a deep zoom.
 *
 * @param part - Only the samples of this part, which may extend beyond the frame. By default the whole frame.
 */
export function sampleOffsets(
  { size: [width, height], supersample, view }: Grid,
  part: Part = { x: 0, y: 0, width, height },
): {
  x: Float64Array;
  y: Float64Array;
} {
  const pixel = (2 * view.halfWidth) / Math.min(width, height);
  // Not Float64Array.from(), which takes a fifth of the time of a frame of few weights.
  const along = (pixels: number, first: number, count: number, sign: number) => {
    const offsets = new Float64Array(count * supersample);
    for (let i = 0; i < offsets.length; i++)
      offsets[i] = sign * pixel * ((first * supersample + i + 0.5) / supersample - pixels / 2);
    return offsets;
  };
  return { x: along(width, part.x, part.width, 1), y: along(height, part.y, part.height, -1) };
}

/** The offsets of all pixel centres, in float32, row by row from the top: (height * width) numbers each. */
export function pixelOffsets({ size, view }: Pick<Grid, 'size' | 'view'>): {
  x: Float32Array;
  y: Float32Array;
} {
  const [width, height] = size;
  const { x, y } = sampleOffsets({ size, view, supersample: 1 });
  const length = width * height;
  return {
    x: Float32Array.from({ length }, (_, i) => x[i % width]),
    y: Float32Array.from({ length }, (_, i) => y[Math.floor(i / width)]),
  };
}
