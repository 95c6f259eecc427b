/** The memory layouts of frames. */

/**
 * `rgba`: RGBA8, sRGB, row-major, top row first. `yuv420p`: the format of video, in BT.709 and limited range: a plane
 * of Y, then planes of Cb and Cr at half the width and height, whose values are means of 2 x 2 pixels. Width and height
 * must be even. `rgba64`: as `rgba`, but with eight more bits after the point, little-endian: white is 255 * 256, which
 * is how ffmpeg converts RGB with 16 bits to YUV.
 */
export const pixelFormats = ['rgba', 'yuv420p', 'rgba64'] as const;
export type PixelFormat = Extract<(typeof pixelFormats)[number], string>;

/** The bytes of a pixel. */
const PIXEL_BYTES = { rgba: 4, yuv420p: 1.5, rgba64: 8 } as const;

/** The size of a frame in bytes. */
export function frameBytes([width, height]: readonly [number, number], format: PixelFormat = 'rgba'): number {
  return PIXEL_BYTES[format] * width * height;
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

/** Rounds the values of an `rgba64` frame to 8 bits. @returns An `rgba` frame. */
export function roundedTo8(rgba64: Uint8Array): Uint8Array {
  const view = new DataView(rgba64.buffer, rgba64.byteOffset, rgba64.byteLength);
  return Uint8Array.from({ length: rgba64.length / 2 }, (_, i) =>
    Math.min(255, (view.getUint16(2 * i, true) + 128) >> 8),
  );
}
