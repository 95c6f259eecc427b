/** The colours that suit a picture best, few as they may be. ffmpeg's palettegen divides the colours there are and stops; these
 *  then move to where they are needed, by Lloyd's algorithm, "Least Squares Quantization in PCM", 1982. It is worth 1 dB, see
 *  docs/performance.md. */

import { promises as fs } from 'node:fs';

/** Rounds of moving; not tuned. */
const ROUNDS = 4;

/** Colours that are told apart in 6 bits, where there are no more; 5 bits halve the time of pictures that have more, for less
 *  than 0.1 dB, where smooth ones would lose 0.4. */
const MOST_COUNTED = 8000;

/** Pixels that are counted, about, where more of a picture change: so many tell its colours. */
const MOST_PIXELS = 57_600;

/** A palette as ffmpeg takes it: RGBA of so many colours. */
const ENTRIES = 256;

/** A file of palettes, one for each of the pictures that are added. The last of its 256 colours is none, for what is
 *  transparent. */
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
   * @param pixels - Of a picture. @param colours - How many to use, with the one that is none.
   */
  static async create(path: string, pixels: number, colours: number): Promise<PaletteFile> {
    return new PaletteFile(await fs.open(path, 'w'), pixels, colours);
  }

  /** Adds pictures in RGBA, one after another, in pieces of any length. A piece may be used again when this resolves. */
  async add(piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + this.picture.length - this.filled);
      this.picture.set(part, this.filled);
      this.filled += part.length;
      at += part.length;
      if (this.filled < this.picture.length) return;
      this.filled = 0;
      await this.file.writeFile(this.palette());
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

type Colour = [r: number, g: number, b: number];

/** Different colours, and how many pixels have each. `at` is where the parts of colour i are: 3 i. */
interface Counted {
  count: number;
  parts: Float32Array;
  weights: Float32Array;
}

/**
 * At most `most` colours for a picture, so that the squares of its pixels' distances to the nearest are few. At least one.
 * @param rgba - Pixels; those of less than half opacity do not count.
 */
export function paletteOf(rgba: Uint8Array, most: number): Colour[] {
  const finely = counted(rgba, 6);
  const colours = finely.count <= MOST_COUNTED ? finely : counted(rgba, 5);
  if (colours.count === 0) return [[0, 0, 0]];
  let palette = divided(colours, most);
  for (let round = 0; round < ROUNDS; round++) palette = moved(palette, colours);
  return palette;
}

/** Colours that are the same in their first bits, so many of 8, are one, in the middle of its pixels. */
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

/** A part of the colours: those of `order` from `start` up to `end`. */
interface Box {
  start: number;
  end: number;
  mean: Colour;
  /** The squares of the distances to the mean, over all pixels, and the part of a colour that has most of it. */
  spread: number;
  axis: number;
}

/** The means of boxes: that with the largest spread is divided at its mean, until there are enough. */
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

/** Each colour of a palette in the middle of what is nearest to it; one that is nearest to nothing stays. */
function moved(palette: Colour[], { count, parts, weights }: Counted): Colour[] {
  const sorted = palette.toSorted((a, b) => a[1] - b[1]);
  const [reds, greens, blues] = [0, 1, 2].map((part) => Float32Array.from(sorted, (colour) => colour[part]));
  const sums = new Float64Array(4 * sorted.length);
  for (let i = 0; i < count; i++) {
    const [r, g, b] = [parts[3 * i], parts[3 * i + 1], parts[3 * i + 2]];
    // Outward from the first that is as green, as long as green alone is not too far.
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
