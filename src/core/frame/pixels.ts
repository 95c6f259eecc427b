/** How the bytes of a frame lie, and how many there are. */

/**
 * `rgba`: RGBA8, sRGB, opaque, row-major, top row first. `yuv420p`: what video is made of, in BT.709 and limited range: a
 * plane of Y, and planes of Cb and Cr at half the width and height, each value the mean of 2 x 2 pixels. Both sides even.
 */
export type PixelFormat = 'rgba' | 'yuv420p';

export function frameBytes([width, height]: readonly [number, number], format: PixelFormat = 'rgba'): number {
  return format === 'rgba' ? 4 * width * height : 1.5 * width * height;
}

/**
 * RGB bytes to BT.709 in limited range (ITU-R BT.709-6, 3 and 4: Kr 0.2126, Kb 0.0722; 219 steps of Y, 224 of Cb and Cr),
 * in whole numbers: Y of one pixel is (r R + g G + b B + offset) >> 15; Cb and Cr of the sums of 2 x 2 pixels, >> 17. At
 * most 1 from the exact value rounded, in fewer than one byte of a thousand, and the same wherever it is computed.
 */
export const BT709 = {
  y: { r: 5983, g: 20127, b: 2032, offset: (16 << 15) + (1 << 14), shift: 15 },
  cb: { r: -3298, g: -11094, b: 14392, offset: (128 << 17) + (1 << 16), shift: 17 },
  cr: { r: 14392, g: -13072, b: -1320, offset: (128 << 17) + (1 << 16), shift: 17 },
} as const;
