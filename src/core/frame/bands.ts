/**
 * How far from a pixel, in pixels, a gradient is looked for, before it is dithered against bands: 16 in a frame of 540
 * pixels, and at most 32.
 */
export function bandRadius(width: number, height: number): number {
  return Math.min(32, Math.max(8, Math.round(Math.min(width, height) / 34)));
}
