/** The memory layouts of frames. */

/**
 * `rgba`: RGBA8, sRGB, row-major, top row first. `yuv420p`: the format of video, in BT.709 and limited range: a plane
 * of Y, then planes of Cb and Cr at half the width and height, whose values are means of 2 x 2 pixels. Width and height
 * must be even.
 */
export type PixelFormat = 'rgba' | 'yuv420p';

/** The size of a frame in bytes. */
export function frameBytes([width, height]: readonly [number, number], format: PixelFormat = 'rgba'): number {
  return format === 'rgba' ? 4 * width * height : 1.5 * width * height;
}

/**
 * Integer coefficients from RGB bytes to BT.709 in limited range (ITU-R BT.709-6, sections 3 and 4: Kr 0.2126, Kb
 * 0.0722; 219 steps of Y, 224 of Cb and Cr). Y of a pixel is (r R + g G + b B + offset) >> 15; Cb and Cr use the sums
 * of 2 x 2 pixels, >> 17. The result differs from the exact value, rounded, by at most 1 and in fewer than one byte
 * in a thousand. It is the same wherever it is computed.
 */
export const BT709 = {
  y: { r: 5983, g: 20127, b: 2032, offset: (16 << 15) + (1 << 14), shift: 15 },
  cb: { r: -3298, g: -11094, b: 14392, offset: (128 << 17) + (1 << 16), shift: 17 },
  cr: { r: 14392, g: -13072, b: -1320, offset: (128 << 17) + (1 << 16), shift: 17 },
} as const;
