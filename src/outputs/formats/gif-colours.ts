/** Finds the palette that fits pictures best, and the colour in it that is nearest to a pixel. Colours are first
 *  divided into boxes, whose means are then refined by Lloyd's algorithm ("Least Squares Quantization in PCM",
 *  1982). */

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
    const { sums } = this;
    for (const key of this.found)
      sums[4 * key] = sums[4 * key + 1] = sums[4 * key + 2] = sums[4 * key + 3] = 0;
    this.found.length = 0;
  }

  /**
   * Between one and `most` colours that approximately minimise the sum of squared distances from each pixel to the
   * nearest.
   */
  palette(most: number): Colour[] {
    const colours = this.found.length <= MOST_COUNTED ? this.counted() : this.coarser().counted();
    if (colours.count === 0) return [[0, 0, 0]];
    let chosen = divided(colours, most);
    for (let round = 0; round < ROUNDS; round++) chosen = moved(chosen, colours);
    return chosen.palette;
  }

  private counted(): Counted {
    const { sums, found } = this;
    const parts = new Float32Array(3 * found.length);
    const weights = new Float32Array(found.length);
    for (let i = 0; i < found.length; i++) {
      const at = 4 * found[i];
      weights[i] = sums[at + 3];
      for (let part = 0; part < 3; part++) parts[3 * i + part] = sums[at + part] / sums[at + 3];
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

/** Colours of a palette, and which of them each counted colour has. */
interface Chosen {
  palette: Colour[];
  of: Uint8Array;
}

/** The means of boxes of colours: the box with the largest spread is split at its mean until there are enough. */
function divided({ count, parts, weights }: Counted, most: number): Chosen {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const spare = new Uint32Array(count);
  const box = (start: number, end: number): Box => {
    let pixels = 0;
    const sums = [0, 0, 0];
    const squares = [0, 0, 0];
    for (let at = start; at < end; at++) {
      const i = order[at];
      pixels += weights[i];
      for (let part = 0; part < 3; part++) {
        const value = parts[3 * i + part];
        sums[part] += weights[i] * value;
        squares[part] += weights[i] * value * value;
      }
    }
    const spreads = squares.map((square, part) => square - sums[part] ** 2 / pixels);
    const [r, g, b] = sums.map((sum) => sum / pixels);
    const axis = spreads.indexOf(Math.max(...spreads));
    return { start, end, mean: [r, g, b], spread: spreads[0] + spreads[1] + spreads[2], axis };
  };
  const boxes = [box(0, count)];
  while (boxes.length < Math.min(most, count)) {
    let widest = -1;
    for (const [i, { start, end, spread }] of boxes.entries())
      if (end - start > 1 && (widest < 0 || spread > boxes[widest].spread)) widest = i;
    const { start, end, axis, mean } = boxes[widest];
    let [low, high] = [start, 0];
    for (let at = start; at < end; at++) {
      const i = order[at];
      if (parts[3 * i + axis] < mean[axis]) order[low++] = i;
      else spare[high++] = i;
    }
    order.set(spare.subarray(0, high), low);
    const middle = Math.min(end - 1, Math.max(start + 1, low)); // rounding may put all on one side
    boxes[widest] = box(start, middle);
    boxes.push(box(middle, end));
  }
  const of = new Uint8Array(count);
  for (const [number, { start, end }] of boxes.entries())
    for (let at = start; at < end; at++) of[order[at]] = number;
  return { palette: boxes.map(({ mean }) => mean), of };
}

/**
 * Moves each colour of a palette to the mean of the pixels nearest to it. One without such pixels stays.
 * @param chosen - The palette; which colour each counted one has only makes the search faster.
 */
function moved({ palette, of }: Chosen, { count, parts, weights }: Counted): Chosen {
  const order = palette.map((_, i) => i).sort((a, b) => palette[a][1] - palette[b][1]);
  const places = new Uint8Array(palette.length); // of each colour in that order
  for (const [place, i] of order.entries()) places[i] = place;
  const [reds, greens, blues] = [0, 1, 2].map((part) => Float64Array.from(order, (i) => palette[i][part]));
  const sums = new Float64Array(4 * palette.length);
  const nearest = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const [r, g, b] = [parts[3 * i], parts[3 * i + 1], parts[3 * i + 2]];
    let best = places[of[i]];
    let least = (greens[best] - g) ** 2 + (reds[best] - r) ** 2 + (blues[best] - b) ** 2;
    // Search outward from the first with as much green, until the distance in green alone is too large.
    let [low, high] = [0, palette.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (greens[middle] < g) low = middle + 1;
      else high = middle;
    }
    for (let at = low; at < palette.length; at++) {
      const green = (greens[at] - g) ** 2;
      if (green >= least) break;
      const distance = green + (reds[at] - r) ** 2 + (blues[at] - b) ** 2;
      if (distance < least) [least, best] = [distance, at];
    }
    for (let at = low - 1; at >= 0; at--) {
      const green = (greens[at] - g) ** 2;
      if (green >= least) break;
      const distance = green + (reds[at] - r) ** 2 + (blues[at] - b) ** 2;
      if (distance < least) [least, best] = [distance, at];
    }
    const sum = 4 * best;
    sums[sum] += weights[i] * r;
    sums[sum + 1] += weights[i] * g;
    sums[sum + 2] += weights[i] * b;
    sums[sum + 3] += weights[i];
    nearest[i] = best;
  }
  const better = order.map((i, place): Colour => {
    const [r, g, b, pixels] = sums.subarray(4 * place, 4 * place + 4);
    return pixels > 0 ? [r / pixels, g / pixels, b / pixels] : palette[i];
  });
  return { palette: better, of: nearest };
}

/** The bits of a component that choose a cell: cells have 16 or 8 values of each component. */
const [COARSE, FINE] = [4, 5];

/** Finds the colour of a palette that is nearest to a pixel; of several, the first. */
export class NearestColours {
  /** For each cell, the colours that may be the nearest to any of its pixels. */
  private readonly coarse: (Uint8Array | undefined)[] = new Array(1 << (3 * COARSE));
  private readonly fine: (Uint8Array | undefined)[] = new Array(1 << (3 * FINE));
  private readonly all: Uint8Array;
  // Reused.
  private readonly distances = new Int32Array(256);
  private readonly close = new Uint8Array(256);

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
    const { palette, distances } = this;
    const last = (1 << (8 - bits)) - 1; // the last value of a cell, counted from its first
    const [red, green, blue] = [r & ~last, g & ~last, b & ~last];
    let reach = Number.POSITIVE_INFINITY;
    for (let i = 0; i < among.length; i++) {
      const at = 3 * among[i];
      const [dr, dg, db] = [palette[at] - red, palette[at + 1] - green, palette[at + 2] - blue];
      distances[i] = outside(dr, last) + outside(dg, last) + outside(db, last);
      const most = farthest(dr, last) + farthest(dg, last) + farthest(db, last);
      if (most < reach) reach = most;
    }
    let count = 0;
    for (let i = 0; i < among.length; i++) if (distances[i] <= reach) this.close[count++] = among[i];
    return this.close.slice(0, count);
  }
}

/** The squared distance of a value from the range from 0 to `last`. */
function outside(value: number, last: number): number {
  const distance = value < 0 ? value : value > last ? value - last : 0;
  return distance * distance;
}

/** The squared distance of a value from the farther end of the range from 0 to `last`. */
function farthest(value: number, last: number): number {
  const distance = 2 * value > last ? value : last - value;
  return distance * distance;
}

function cellOf(r: number, g: number, b: number, bits: number): number {
  const rest = 8 - bits;
  return ((r >> rest) << (2 * bits)) | ((g >> rest) << bits) | (b >> rest);
}
