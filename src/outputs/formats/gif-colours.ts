/** Finds the palette that fits pictures best, and the colour in it that is nearest to a pixel. Colours are first divided
 *  into boxes, whose means are then refined by Lloyd's algorithm ("Least Squares Quantization in PCM", 1982). */

/** Rounds of Lloyd's algorithm; not tuned. */
const ROUNDS = 4;

/** Pictures with at most this many distinct colours in 6 bits per component are counted in 6 bits, others in 5. For the
 *  latter, that halves the time and costs less than 0.1 dB; smooth pictures would lose 0.4. */
const MOST_COUNTED = 8000;

/** Roughly how many pixels of a picture to count: enough to know its colours. */
const MOST_PIXELS = 57_600;

type Colour = [r: number, g: number, b: number];

/** Distinct colours, and how many pixels have each. The components of colour i begin at 3 i. */
interface Counted {
  count: number;
  parts: Float32Array;
  weights: Float32Array;
}

/** Counts the colours of pictures. Those with the same first 6 of 8 bits count as one: the mean of their pixels. */
export class Colours {
  /** The sums of red, green, blue, and the number of pixels, of each. */
  private readonly sums = new Float64Array(4 << 18);
  /** Those that occur, in the order in which they were found. */
  private readonly found: number[] = [];
  private coarse: Colours | undefined;

  /** Counts a picture's colours. @param rgba - Pixels; those with less than half opacity are ignored. */
  add(rgba: Uint8Array): void {
    const { sums, found } = this;
    let opaque = 0;
    for (let at = 3; at < rgba.length; at += 4) if (rgba[at] >= 128) opaque++;
    const every = Math.max(1, Math.floor(opaque / MOST_PIXELS));
    let next = 0;
    for (let at = 0; at < rgba.length; at += 4) {
      if (rgba[at + 3] < 128 || next-- > 0) continue;
      next = every - 1;
      const key = ((rgba[at] >> 2) << 12) | ((rgba[at + 1] >> 2) << 6) | (rgba[at + 2] >> 2);
      if (sums[4 * key + 3] === 0) found.push(key);
      for (let part = 0; part < 3; part++) sums[4 * key + part] += rgba[at + part];
      sums[4 * key + 3]++;
    }
  }

  /** Forgets all colours. */
  clear(): void {
    for (const key of this.found) this.sums.fill(0, 4 * key, 4 * key + 4);
    this.found.length = 0;
  }

  /**
   * Between one and `most` colours that approximately minimise the sum of squared distances from each pixel to the
   * nearest.
   */
  palette(most: number): Colour[] {
    const colours = this.found.length <= MOST_COUNTED ? this.counted() : this.coarser().counted();
    if (colours.count === 0) return [[0, 0, 0]];
    let palette = divided(colours, most);
    for (let round = 0; round < ROUNDS; round++) palette = moved(palette, colours);
    return palette;
  }

  private counted(): Counted {
    const { sums, found } = this;
    const parts = new Float32Array(3 * found.length);
    const weights = new Float32Array(found.length);
    for (const [i, key] of found.entries()) {
      const [r, g, b, pixels] = sums.subarray(4 * key, 4 * key + 4);
      parts.set([r / pixels, g / pixels, b / pixels], 3 * i);
      weights[i] = pixels;
    }
    return { count: found.length, parts, weights };
  }

  /** The same with 5 bits per component. */
  private coarser(): Colours {
    this.coarse ??= new Colours();
    const { coarse } = this;
    coarse.clear();
    for (const key of this.found) {
      const to = key & 0b111110_111110_111110;
      if (coarse.sums[4 * to + 3] === 0) coarse.found.push(to);
      for (let part = 0; part < 4; part++) coarse.sums[4 * to + part] += this.sums[4 * key + part];
    }
    return coarse;
  }
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

/** The bits of a component that choose a cell: cells have 16 or 8 values of each component. */
const [COARSE, FINE] = [4, 5];

/** Finds the colour of a palette that is nearest to a pixel; of several, the first. */
export class NearestColours {
  /** For each cell, the colours that may be the nearest to any of its pixels. */
  private readonly coarse: (Uint8Array | undefined)[] = new Array(1 << (3 * COARSE));
  private readonly fine: (Uint8Array | undefined)[] = new Array(1 << (3 * FINE));
  private readonly all: Uint8Array;

  /** @param palette - R, G and B of 1 to 256 colours. */
  constructor(private readonly palette: Uint8Array) {
    this.all = Uint8Array.from({ length: palette.length / 3 }, (_, i) => i);
  }

  /** The index of the colour that is nearest to a pixel. */
  find(r: number, g: number, b: number): number {
    const { palette } = this;
    const cell = cellOf(r, g, b, FINE);
    this.fine[cell] ??= this.near(r, g, b, FINE, this.near16(r, g, b));
    const candidates = this.fine[cell];
    let nearest = candidates[0];
    if (candidates.length === 1) return nearest;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < candidates.length; i++) {
      const at = 3 * candidates[i];
      const [dr, dg, db] = [palette[at] - r, palette[at + 1] - g, palette[at + 2] - b];
      const distance = dr * dr + dg * dg + db * db;
      if (distance < least) {
        least = distance;
        nearest = candidates[i];
      }
    }
    return nearest;
  }

  private near16(r: number, g: number, b: number): Uint8Array {
    const cell = cellOf(r, g, b, COARSE);
    this.coarse[cell] ??= this.near(r, g, b, COARSE, this.all);
    return this.coarse[cell];
  }

  /** Those of some colours that may be the nearest to a pixel in the cell of this one: whose least distance from the
   *  cell is at most the greatest distance of some other. */
  private near(r: number, g: number, b: number, bits: number, among: Uint8Array): Uint8Array {
    const last = (1 << (8 - bits)) - 1; // the last value of a cell, counted from its first
    const firsts = [r, g, b].map((part) => part & ~last);
    let reach = Number.POSITIVE_INFINITY;
    const distances = Array.from(among, (colour) => {
      let [least, most] = [0, 0];
      for (let part = 0; part < 3; part++) {
        const [from, to] = [firsts[part], firsts[part] + last];
        const value = this.palette[3 * colour + part];
        const outside = value < from ? from - value : value > to ? value - to : 0;
        least += outside ** 2;
        most += Math.max(value - from, to - value) ** 2;
      }
      reach = Math.min(reach, most);
      return least;
    });
    return among.filter((_, i) => distances[i] <= reach);
  }
}

function cellOf(r: number, g: number, b: number, bits: number): number {
  const rest = 8 - bits;
  return ((r >> rest) << (2 * bits)) | ((g >> rest) << bits) | (b >> rest);
}
