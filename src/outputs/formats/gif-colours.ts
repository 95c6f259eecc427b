/** Finds the palette that fits a picture best. ffmpeg's palettegen only splits the picture's colours into boxes;
 *  we then refine the result by Lloyd's algorithm ("Least Squares Quantization in PCM", 1982). It gains 1 dB, see
 *  docs/performance.md. */

import { promises as fs } from 'node:fs';
import { writeError } from '../opened.js';

/** Rounds of Lloyd's algorithm; not tuned. */
const ROUNDS = 4;

/** Pictures with at most this many distinct colours in 6 bits per component are counted in 6 bits, others in 5. For the
 *  latter, that halves the time and costs less than 0.1 dB; smooth pictures would lose 0.4. */
const MOST_COUNTED = 8000;

/** Roughly how many pixels of a picture to count: enough to know its colours. */
const MOST_PIXELS = 57_600;

/** The number of RGBA colours in a palette for ffmpeg. */
const ENTRIES = 256;

/** A file of palettes, one for each picture added. The last of a palette's 256 colours is the transparent one. */
export class PaletteFile {
  private readonly picture: Uint8Array;
  private filled = 0;

  private constructor(
    private readonly file: fs.FileHandle,
    pixels: number,
    private readonly colours: number,
  ) {
    this.picture = new Uint8Array(4 * pixels);
  }

  /**
   * Creates the file.
   * @param pixels - The number of pixels in a picture.
   * @param colours - How many to use, including the transparent one.
   * @throws RenderError, here and later, if the file cannot be written.
   */
  static async create(path: string, pixels: number, colours: number): Promise<PaletteFile> {
    const file = await fs.open(path, 'w').catch(refuse);
    return new PaletteFile(file, pixels, colours);
  }

  /** Adds RGBA pictures, one after another, in pieces of any length. A piece may be reused when this resolves. */
  async add(piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + this.picture.length - this.filled);
      this.picture.set(part, this.filled);
      this.filled += part.length;
      at += part.length;
      if (this.filled < this.picture.length) return;
      this.filled = 0;
      await this.file.writeFile(this.palette()).catch(refuse);
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  private palette(): Uint8Array {
    const palette = new Uint8Array(4 * ENTRIES);
    const chosen = paletteOf(this.picture, this.colours - 1);
    for (let i = 0; i < ENTRIES - 1; i++) {
      const [r, g, b] = chosen[Math.min(i, chosen.length - 1)];
      palette.set([Math.round(r), Math.round(g), Math.round(b), 255], 4 * i);
    }
    return palette;
  }
}

function refuse(error: unknown): never {
  throw writeError("The GIF's palettes", error);
}

type Colour = [r: number, g: number, b: number];

/** Distinct colours, and how many pixels have each. The components of colour i begin at 3 i. */
interface Counted {
  count: number;
  parts: Float32Array;
  weights: Float32Array;
}

/**
 * Between one and `most` colours that approximately minimise the sum of squared distances from each pixel to the
 * nearest.
 * @param rgba - Pixels; those with less than half opacity are ignored.
 */
export function paletteOf(rgba: Uint8Array, most: number): Colour[] {
  const finely = counted(rgba, 6);
  const colours = finely.count <= MOST_COUNTED ? finely : counted(rgba, 5);
  if (colours.count === 0) return [[0, 0, 0]];
  let palette = divided(colours, most);
  for (let round = 0; round < ROUNDS; round++) palette = moved(palette, colours);
  return palette;
}

/** Counts colours. Those with the same first `bits` of 8 count as one: the mean of their pixels. */
function counted(rgba: Uint8Array, bits: number): Counted {
  const rest = 8 - bits;
  let opaque = 0;
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at] >= 128) opaque++;
  const every = Math.max(1, Math.floor(opaque / MOST_PIXELS));
  let seen = 0;
  const sums = new Map<number, [r: number, g: number, b: number, pixels: number]>();
  for (let at = 0; at < rgba.length; at += 4) {
    if (rgba[at + 3] < 128 || seen++ % every !== 0) continue;
    const key =
      ((rgba[at] >> rest) << (2 * bits)) | ((rgba[at + 1] >> rest) << bits) | (rgba[at + 2] >> rest);
    const sum = sums.get(key) ?? [0, 0, 0, 0];
    if (sum[3] === 0) sums.set(key, sum);
    for (let part = 0; part < 3; part++) sum[part] += rgba[at + part];
    sum[3]++;
  }
  const parts = new Float32Array(3 * sums.size);
  const weights = new Float32Array(sums.size);
  for (const [i, [r, g, b, pixels]] of [...sums.values()].entries()) {
    parts.set([r / pixels, g / pixels, b / pixels], 3 * i);
    weights[i] = pixels;
  }
  return { count: sums.size, parts, weights };
}

/** Some of the colours: those in `order` from `start` up to `end`, exclusive. */
interface Box {
  start: number;
  end: number;
  mean: Colour;
  /** The sum of all pixels' squared distances to the mean, and the component that contributes most. */
  spread: number;
  axis: number;
}

/** The means of boxes of colours: the box with the largest spread is split at its mean until there are enough. */
function divided({ count, parts, weights }: Counted, most: number): Colour[] {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const box = (start: number, end: number): Box => {
    let pixels = 0;
    const sums = [0, 0, 0];
    const squares = [0, 0, 0];
    for (const i of order.subarray(start, end)) {
      pixels += weights[i];
      for (let part = 0; part < 3; part++) {
        sums[part] += weights[i] * parts[3 * i + part];
        squares[part] += weights[i] * parts[3 * i + part] ** 2;
      }
    }
    const spreads = squares.map((square, part) => square - sums[part] ** 2 / pixels);
    const [r, g, b] = sums.map((sum) => sum / pixels);
    const axis = spreads.indexOf(Math.max(...spreads));
    return { start, end, mean: [r, g, b], spread: spreads[0] + spreads[1] + spreads[2], axis };
  };
  const boxes = [box(0, count)];
  while (boxes.length < Math.min(most, count)) {
    const dividable = boxes.filter(({ start, end }) => end - start > 1);
    const widest = dividable.reduce((a, b) => (b.spread > a.spread ? b : a));
    const { start, end, axis, mean } = widest;
    order.subarray(start, end).sort((a, b) => parts[3 * a + axis] - parts[3 * b + axis]);
    let middle = start + 1;
    while (middle < end - 1 && parts[3 * order[middle] + axis] < mean[axis]) middle++;
    boxes[boxes.indexOf(widest)] = box(start, middle);
    boxes.push(box(middle, end));
  }
  return boxes.map(({ mean }) => mean);
}

/** Moves each colour of a palette to the mean of the pixels nearest to it. One without such pixels stays. */
function moved(palette: Colour[], { count, parts, weights }: Counted): Colour[] {
  const sorted = palette.toSorted((a, b) => a[1] - b[1]);
  const [reds, greens, blues] = [0, 1, 2].map((part) => Float32Array.from(sorted, (colour) => colour[part]));
  const sums = new Float64Array(4 * sorted.length);
  for (let i = 0; i < count; i++) {
    const [r, g, b] = [parts[3 * i], parts[3 * i + 1], parts[3 * i + 2]];
    // Search outward from the first with as much green, until the distance in green alone is too large.
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (greens[middle] < g) low = middle + 1;
      else high = middle;
    }
    let least = Number.POSITIVE_INFINITY;
    let nearest = 0;
    for (const step of [1, -1]) {
      for (let at = step > 0 ? low : low - 1; at >= 0 && at < sorted.length; at += step) {
        const green = (greens[at] - g) ** 2;
        if (green >= least) break;
        const distance = green + (reds[at] - r) ** 2 + (blues[at] - b) ** 2;
        if (distance < least) [least, nearest] = [distance, at];
      }
    }
    for (let part = 0; part < 3; part++) sums[4 * nearest + part] += weights[i] * parts[3 * i + part];
    sums[4 * nearest + 3] += weights[i];
  }
  return sorted.map((colour, i) => {
    const [r, g, b, pixels] = sums.subarray(4 * i, 4 * i + 4);
    return pixels > 0 ? [r / pixels, g / pixels, b / pixels] : colour;
  });
}
