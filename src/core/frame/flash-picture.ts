/** The small pictures of a film's frames in which flashes are looked for (flashes.ts). */
import { FLASH_SIZE, luminances } from './flashes.js';
import { type PixelFormat, roundedTo8 } from './pixels.js';

/** The number of bytes of such a picture: one per pixel. */
export const FLASH_BYTES = FLASH_SIZE[0] * FLASH_SIZE[1];
/**
 * About this many pixels are averaged along each side of a cell if it has them: 144 in all, so that fine noise does not
 * seem to flash. Looking at every pixel of a 1080p frame would take twenty times as long.
 */
const SAMPLES = 12;
/** Colour counts for less than brightness, and each of its values is a mean of four pixels. */
const COLOUR_SAMPLES = 4;

/**
 * A small picture of a frame, in which each pixel is the mean of its cell of the frame.
 * @param pixels - A frame in the given format. Alpha is ignored.
 * @param size - Of the frame: [width, height].
 * @returns The relative luminance of each pixel of FLASH_SIZE, from 0 (black) to 255 (white).
 */
export function flashPicture(
  pixels: Uint8Array,
  size: readonly [number, number],
  format: PixelFormat = 'rgba',
): Uint8Array {
  const means = new Uint8ClampedArray(4 * FLASH_BYTES);
  if (format === 'rgba') addRgba(pixels, size, means);
  else if (format === 'rgba64') addRgba(roundedTo8(pixels), size, means);
  else addVideo(pixels, size, means);
  const picture = new Uint8Array(FLASH_BYTES);
  luminances(means).forEach((luminance, i) => {
    picture[i] = Math.round(255 * luminance);
  });
  return picture;
}

function addRgba(pixels: Uint8Array, size: readonly [number, number], means: Uint8ClampedArray): void {
  const [width] = size;
  // A pixel is one little-endian word: reading it at once takes half the time.
  const aligned = pixels.byteOffset % 4 === 0 ? pixels : Uint8Array.from(pixels);
  const words = new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
  const cells = cellsOf(size, SAMPLES);
  for (let i = 0; i < cells.length; i++) {
    const { left, right, top, bottom, across, down } = cells[i];
    let [r, g, b] = [0, 0, 0];
    for (let y = top; y < bottom; y += down) {
      // A row of a cell has fewer than 2 SAMPLES pixels, so that 16 bits hold its sum.
      let [redAndBlue, green] = [0, 0];
      const end = y * width + right;
      for (let at = y * width + left; at < end; at += across) {
        redAndBlue += words[at] & 0xff00ff;
        green += (words[at] >> 8) & 0xff;
      }
      r += redAndBlue & 0xffff;
      g += green;
      b += redAndBlue >>> 16;
    }
    const count = Math.ceil((right - left) / across) * Math.ceil((bottom - top) / down);
    means[4 * i] = r / count;
    means[4 * i + 1] = g / count;
    means[4 * i + 2] = b / count;
  }
}

/** From Y, Cb and Cr to RGB: BT.709 in limited range (ITU-R BT.709-6), the inverse of BT709 in pixels.ts. */
function addVideo(
  pixels: Uint8Array,
  [width, height]: readonly [number, number],
  means: Uint8ClampedArray,
): void {
  const bytes = width * height;
  const half: [number, number] = [width / 2, height / 2];
  const luma = meansOf(pixels.subarray(0, bytes), [width, height], SAMPLES);
  const blue = meansOf(pixels.subarray(bytes, 1.25 * bytes), half, COLOUR_SAMPLES);
  const red = meansOf(pixels.subarray(1.25 * bytes), half, COLOUR_SAMPLES);
  for (let i = 0; i < FLASH_BYTES; i++) {
    const [y, b, r] = [(255 / 219) * (luma[i] - 16), blue[i] - 128, red[i] - 128];
    means[4 * i] = y + 1.792741 * r;
    means[4 * i + 1] = y - 0.213249 * b - 0.532909 * r;
    means[4 * i + 2] = y + 2.112402 * b;
  }
}

/** The mean of a plane in each cell. */
function meansOf(plane: Uint8Array, size: readonly [number, number], samples: number): Float32Array {
  const [width] = size;
  const means = new Float32Array(FLASH_BYTES);
  const cells = cellsOf(size, samples);
  for (let i = 0; i < cells.length; i++) {
    const { left, right, top, bottom, across, down } = cells[i];
    let [sum, count] = [0, 0];
    for (let y = top; y < bottom; y += down) {
      const end = y * width + right;
      for (let at = y * width + left; at < end; at += across) {
        sum += plane[at];
        count++;
      }
    }
    means[i] = sum / count;
  }
  return means;
}

/** The part of a frame that becomes one pixel, and its pixels to look at: every second column, every third row. */
interface Cell {
  left: number;
  right: number;
  top: number;
  bottom: number;
  across: number;
  down: number;
}

const known = new Map<string, Cell[]>();

/** The cells of a frame, row by row. Those of a small frame share pixels. */
function cellsOf([width, height]: readonly [number, number], samples: number): Cell[] {
  const key = `${width}x${height} ${samples}`;
  const before = known.get(key);
  if (before) return before;
  const [columns, rows] = FLASH_SIZE;
  const part = (i: number, cells: number, pixels: number) => {
    const first = Math.floor((i * pixels) / cells);
    const end = Math.max(first + 1, Math.floor(((i + 1) * pixels) / cells));
    return { first, end, step: (end - first) / samples };
  };
  const cells = Array.from({ length: FLASH_BYTES }, (_, i) => {
    const { first: left, end: right, step: across } = part(i % columns, columns, width);
    const { first: top, end: bottom, step: down } = part(Math.floor(i / columns), rows, height);
    // One step is rounded down and the other up, so that there are about as many pixels as intended.
    return { left, right, top, bottom, across: Math.max(1, Math.floor(across)), down: Math.ceil(down) };
  });
  if (known.size > 8) known.clear(); // a film has one or two sizes of planes
  return known.set(key, cells).get(key)!;
}
