/**
 * Dithers gradients of a frame's planes, in WebAssembly, so that encoding shows no bands. ffmpeg's gradfun does the
 * same, but also around letters and lines, which then cost bytes and time in every frame, even if nothing moves.
 *
 * A plane is divided into cells of 8 x 8 values. Each pixel moves towards the mean of its surroundings, plus an ordered
 * dither: the further it is from that mean, the less it moves. The means are those of squares of cells, interpolated
 * between the cells' centres. A cell with an edge is in no square, and nothing in it or in its neighbours changes: so
 * squares shrink near edges, and flat areas stay as they are. Around letters, chroma changes by only a few steps, so an
 * edge of luma is one of chroma, too. A frame is the same whether all of it is dithered or only what has changed, with
 * all that depends on it.
 */

import { bandRadius } from '../../../core/frame/bands.js';
import { BAYER } from '../../../core/frame/colour.js';
import {
  type Code,
  doWhile,
  FunctionBuilder,
  i8x16,
  i16x8,
  i32,
  i32x4,
  type Local,
  v128,
} from '../../../renderers/cpu/wasm.js';
import type { Runs } from './delta.js';

/** The side of a cell. */
const CELL = 8;
/** A range of values within a cell, or a step between neighbouring cells, that exceeds this is an edge. */
const EDGE = 6;
/** Changed cells with at most this many unchanged ones between them are one run. */
const GAP = 4;

/**
 * The ordered dither by row, in 128ths of a step: it leaves whole steps as they are. Bayer's matrix is transposed,
 * because that breaks up bands between horizontal neighbours best.
 */
export const DITHER = Array.from({ length: CELL }, (_, row) =>
  Array.from({ length: CELL }, (_, column) => 128 * BAYER[CELL * column + row] - 1),
);
/** How far pixels are from one of the two nearest centres of cells to the other, as fractions of 2^15. */
const TOWARDS = [9, 11, 13, 15, 1, 3, 5, 7].map((sixteenths) => sixteenths << 11);

/** The parameters are addresses, distances between rows in bytes, and counts of cells. */
export interface DebandExports {
  /** Writes the sum of each cell's values, as int32, and the difference between its greatest and smallest. */
  measure(from: number, stride: number, rows: number, sums: number, ranges: number, count: number): void;
  /**
   * Dithers cells. `means` has 3 x 3 around the first one, as int16 in 128ths of a step. Writes to `masks`, a byte for
   * each cell, which of its rows differ from what was there before.
   */
  dither: Write;
  /** The same for cells that do not change. */
  copy: Write;
}
type Write = (
  from: number,
  stride: number,
  to: number,
  toStride: number,
  means: number,
  meansStride: number,
  masks: number,
  count: number,
) => void;

/** Where a plane is in a frame. */
interface PlaneShape {
  width: number;
  height: number;
  /** In pixels. */
  radius: number;
  /** The address in the frame. */
  to: number;
}

const alignedTo16 = (bytes: number): number => 16 * Math.ceil(bytes / 16);

/** A box of cells, from the first column and row to those after the last. */
type Box = [left: number, top: number, right: number, bottom: number];

/** A plane, before and after it is dithered. Rows before are filled up to whole cells. */
export class DebandedPlane {
  /** The distance between rows before. */
  readonly stride: number;
  /** The bytes of memory that it needs, besides the frame. */
  readonly bytes: number;
  readonly #shape: PlaneShape;
  readonly #columns: number;
  readonly #rows: number;
  /** In cells. */
  readonly #radius: number;
  /** Cells whose values have changed, and those whose result may have. */
  readonly #dirty: Uint8Array;
  readonly #todo: Uint8Array;
  /** Whether a cell has an edge; and whether neither it nor a neighbour has one. */
  readonly #edges: Uint8Array;
  readonly #open: Uint8Array;
  /** While cells' means are found: their distances to the nearest edge, and sums of all cells above and to the left. */
  readonly #distances: Uint8Array;
  readonly #totals: Int32Array;
  /** The columns of a row's changed cells, while these are collected. */
  readonly #found: Uint16Array;
  #changed: Box | undefined;
  #exports!: DebandExports;
  #memory!: Uint8Array<ArrayBuffer>;
  #sums!: Int32Array;
  #ranges!: Uint8Array;
  #masks!: Uint8Array;
  #means!: Int16Array;
  #scratch = 0;
  /** The address of the plane before it is dithered. */
  from = 0;

  /** @param luma - The plane of luma, for a plane of chroma: this has an edge where luma has one. */
  constructor(
    shape: PlaneShape,
    private readonly luma?: DebandedPlane,
  ) {
    this.#shape = shape;
    this.#columns = Math.ceil(shape.width / CELL);
    this.#rows = Math.ceil(shape.height / CELL);
    this.#radius = Math.max(1, Math.round(shape.radius / CELL));
    this.stride = CELL * this.#columns;
    const cells = this.#columns * this.#rows;
    this.#dirty = new Uint8Array(cells);
    this.#todo = new Uint8Array(cells);
    this.#edges = new Uint8Array(cells);
    this.#open = new Uint8Array(cells);
    this.#distances = new Uint8Array((this.#columns + 2) * (this.#rows + 2));
    this.#totals = new Int32Array((this.#columns + 1) * (this.#rows + 1));
    this.#found = new Uint16Array(this.#columns);
    this.bytes = this.#parts().reduce((sum, bytes) => sum + bytes, 0);
  }

  /** @param from - The address of the memory for it. */
  place(from: number, memory: Uint8Array<ArrayBuffer>, exports: DebandExports): void {
    const cells = this.#columns * this.#rows;
    let at = from;
    const [plane, sums, ranges, masks, means, scratch] = this.#parts().map((bytes) => {
      at += bytes;
      return at - bytes;
    });
    this.from = plane;
    this.#exports = exports;
    this.#memory = memory;
    this.#sums = new Int32Array(memory.buffer, sums, cells);
    this.#ranges = new Uint8Array(memory.buffer, ranges, cells);
    this.#masks = new Uint8Array(memory.buffer, masks, cells);
    this.#means = new Int16Array(memory.buffer, means, (this.#columns + 2) * (this.#rows + 2));
    this.#scratch = scratch;
  }

  /** The sizes in bytes of the plane (padded to whole cells), of the data about its cells, and of one scratch cell. */
  #parts(): number[] {
    const [columns, rows] = [this.#columns, this.#rows];
    const cells = alignedTo16(columns * rows);
    const padded = 2 * (columns + 2) * (rows + 2) + 16;
    return [CELL * rows * this.stride, 4 * cells, cells, cells, padded, CELL * CELL].map(alignedTo16);
  }

  /** Notes that values have changed in some rows (all within one row of cells), in columns `from` to `to - 1`. */
  change(row: number, rows: number, from: number, to: number): void {
    const { width } = this.#shape;
    if (to === width && this.stride > width) {
      for (let i = row; i < row + rows; i++) {
        const start = this.from + i * this.stride;
        this.#memory.fill(this.#memory[start + width - 1], start + width, start + this.stride);
      }
    }
    const [first, last, y] = [Math.floor(from / CELL), Math.ceil(to / CELL), Math.floor(row / CELL)];
    this.#dirty.fill(1, y * this.#columns + first, y * this.#columns + last);
    const [left, top, right, bottom] = this.#changed ?? [first, y, last, y + 1];
    this.#changed = [Math.min(left, first), Math.min(top, y), Math.max(right, last), Math.max(bottom, y + 1)];
  }

  /** Dithers what has changed. @param runs - Receives what is different in the frame. */
  write(frame: number, runs: Runs): void {
    const changed = this.#changed;
    if (!changed) return;
    this.#changed = undefined;
    this.#measure(changed);
    this.#findEdges(this.#grown(changed, 1));
    const around = this.#grown(changed, this.#radius + 1);
    this.#findMeans(around);
    const box = this.#grown(around, 1);
    this.#apply(box);
    this.#collect(box, this.#shape.to - frame, runs);
  }

  #grown([left, top, right, bottom]: Box, by: number): Box {
    return [
      Math.max(0, left - by),
      Math.max(0, top - by),
      Math.min(this.#columns, right + by),
      Math.min(this.#rows, bottom + by),
    ];
  }

  /** Measures the changed cells. */
  #measure([left, top, right, bottom]: Box): void {
    const columns = this.#columns;
    const dirty = this.#dirty;
    for (let y = top; y < bottom; y++) {
      const rows = Math.min(CELL, this.#shape.height - CELL * y);
      for (let x = left; x < right; ) {
        const cell = dirty.indexOf(1, y * columns + x);
        if (cell < 0 || cell >= y * columns + right) break;
        x = cell - y * columns;
        let count = 0;
        while (x + count < right && dirty[cell + count]) count++;
        dirty.fill(0, cell, cell + count);
        this.#todo.fill(1, cell, cell + count);
        const from = this.from + CELL * (y * this.stride + x);
        const [sums, ranges] = [this.#sums.byteOffset + 4 * cell, this.#ranges.byteOffset + cell];
        this.#exports.measure(from, this.stride, rows, sums, ranges, count);
        x += count;
        if (rows === CELL) continue;
        // As if the cells were whole.
        for (let i = cell; i < cell + count; i++) this.#sums[i] = Math.floor((this.#sums[i] * CELL) / rows);
      }
    }
  }

  #findEdges([left, top, right, bottom]: Box): void {
    const [columns, rows] = [this.#columns, this.#rows];
    const [sums, ranges] = [this.#sums, this.#ranges];
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const cell = y * columns + x;
        const edge =
          ranges[cell] > EDGE ||
          (x > 0 && areApart(sums, ranges, cell, cell - 1)) ||
          (x < columns - 1 && areApart(sums, ranges, cell, cell + 1)) ||
          (y > 0 && areApart(sums, ranges, cell, cell - columns)) ||
          (y < rows - 1 && areApart(sums, ranges, cell, cell + columns)) ||
          this.luma?.hasEdge(2 * x, 2 * y);
        this.#edges[cell] = edge ? 1 : 0;
      }
    }
  }

  /** Whether one of 2 x 2 cells has an edge. */
  private hasEdge(left: number, top: number): boolean {
    for (let y = top; y < Math.min(this.#rows, top + 2); y++)
      for (let x = left; x < Math.min(this.#columns, left + 2); x++)
        if (this.#edges[y * this.#columns + x]) return true;
    return false;
  }

  /** Finds the means of cells, and whether they are dithered. Marks those whose result may be different. */
  #findMeans(around: Box): void {
    const radius = this.#radius;
    const columns = this.#columns;
    const [left, top, right, bottom] = around;
    const [l, t, r, b] = this.#grown(around, radius);
    const width = r - l + 1; // of the totals, which begin with a row and a column of 0
    this.#findDistances([l, t, r, b]);
    const totals = this.#totals;
    const sums = this.#sums;
    totals.fill(0, 0, width);
    for (let y = t; y < b; y++) {
      let at = (y - t + 1) * width;
      let row = 0;
      totals[at++] = 0;
      for (let cell = y * columns + l; cell < y * columns + r; cell++, at++) {
        row += sums[cell];
        totals[at] = totals[at - width] + row; // may overflow, since only differences count
      }
    }
    const distances = this.#distances;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const cell = y * columns + x;
        const distance = distances[(y - t + 1) * (width + 1) + x - l + 1];
        let mean = 0;
        if (distance > 0) {
          const rx = Math.min(radius, distance - 1, x, columns - 1 - x);
          const ry = Math.min(radius, distance - 1, y, this.#rows - 1 - y);
          const above = (y - ry - t) * width + x - l;
          const below = (y + ry + 1 - t) * width + x - l;
          const sum =
            totals[below + rx + 1] - totals[below - rx] - totals[above + rx + 1] + totals[above - rx];
          const count = (2 * rx + 1) * (2 * ry + 1);
          mean = ((4 * (sum | 0) + count) / (2 * count)) | 0; // 64 values, so twice the sum is in 128ths
        }
        const open = distance > 1 ? 1 : 0;
        if (open !== this.#open[cell]) {
          this.#open[cell] = open;
          this.#todo[cell] = 1;
        }
        if (mean !== this.#means[(y + 1) * (columns + 2) + x + 1]) this.#setMean(x, y, mean);
      }
    }
  }

  #setMean(x: number, y: number, mean: number): void {
    const [columns, rows] = [this.#columns, this.#rows];
    const todo = this.#todo;
    const cell = y * columns + x;
    if (x > 0 && y > 0 && x < columns - 1 && y < rows - 1) {
      this.#means[(y + 1) * (columns + 2) + x + 1] = mean;
      for (let at = cell - columns - 1; at < cell + 2 * columns - 1; at += columns)
        todo[at] = todo[at + 1] = todo[at + 2] = 1;
      return;
    }
    // What is outside has the mean of the nearest cell.
    const [left, right] = [x === 0 ? 0 : x + 1, x === columns - 1 ? columns + 1 : x + 1];
    const [top, bottom] = [y === 0 ? 0 : y + 1, y === rows - 1 ? rows + 1 : y + 1];
    for (let row = top; row <= bottom; row++)
      this.#means.fill(mean, row * (columns + 2) + left, row * (columns + 2) + right + 1);
    const [first, last] = [Math.max(0, x - 1), Math.min(columns - 1, x + 1)];
    for (let row = Math.max(0, y - 1); row <= Math.min(rows - 1, y + 1); row++)
      todo.fill(1, row * columns + first, row * columns + last + 1);
  }

  /** The distance of each cell to the nearest edge, in cells and at most the radius + 1; 0 at an edge. */
  #findDistances([left, top, right, bottom]: Box): void {
    const distances = this.#distances;
    const columns = this.#columns;
    const most = this.#radius + 1;
    const width = right - left + 2; // with a border on each side
    distances.fill(most, 0, width);
    for (let y = top; y < bottom; y++) {
      let at = (y - top + 1) * width;
      distances[at++] = most;
      for (let x = left; x < right; x++, at++) {
        if (this.#edges[y * columns + x]) {
          distances[at] = 0;
          continue;
        }
        const above = Math.min(distances[at - width - 1], distances[at - width], distances[at - width + 1]);
        distances[at] = Math.min(most, 1 + Math.min(above, distances[at - 1]));
      }
      distances[at] = most;
    }
    const last = (bottom - top + 1) * width;
    distances.fill(most, last, last + width);
    for (let y = bottom - 1; y >= top; y--) {
      let at = (y - top + 2) * width - 2;
      for (let x = right - 1; x >= left; x--, at--) {
        const below = Math.min(distances[at + width - 1], distances[at + width], distances[at + width + 1]);
        distances[at] = Math.min(distances[at], 1 + Math.min(below, distances[at + 1]));
      }
    }
  }

  /** Writes the marked cells. */
  #apply([left, top, right, bottom]: Box): void {
    const columns = this.#columns;
    const [todo, open] = [this.#todo, this.#open];
    const wholeColumns = Math.floor(this.#shape.width / CELL);
    const wholeRows = Math.floor(this.#shape.height / CELL);
    this.#masks.fill(0, top * columns, bottom * columns);
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; ) {
        const cell = todo.indexOf(1, y * columns + x);
        if (cell < 0 || cell >= y * columns + right) break;
        x = cell - y * columns;
        let count = 0;
        while (x + count < right && todo[cell + count] && open[cell + count] === open[cell]) count++;
        todo.fill(0, cell, cell + count);
        const whole = y < wholeRows ? Math.min(count, wholeColumns - x) : 0;
        if (whole > 0) this.#writeCells(x, y, whole, this.#addressOf(x, y), this.#shape.width);
        for (let i = whole; i < count; i++) this.#writePartly(x + i, y);
        x += count;
      }
    }
  }

  /** The address of a cell in the frame. */
  #addressOf(x: number, y: number): number {
    return this.#shape.to + CELL * (y * this.#shape.width + x);
  }

  #writeCells(x: number, y: number, count: number, to: number, toStride: number): void {
    const columns = this.#columns;
    const cell = y * columns + x;
    const from = this.from + CELL * (y * this.stride + x);
    const means = this.#means.byteOffset + 2 * (y * (columns + 2) + x);
    const write = this.#open[cell] ? this.#exports.dither : this.#exports.copy;
    const masks = this.#masks.byteOffset + cell;
    write(from, this.stride, to, toStride, means, 2 * (columns + 2), masks, count);
  }

  /** Writes a cell that is partly outside the frame. */
  #writePartly(x: number, y: number): void {
    const { width, height } = this.#shape;
    this.#writeCells(x, y, 1, this.#scratch, CELL);
    let mask = 0;
    for (let row = 0; row < Math.min(CELL, height - CELL * y); row++) {
      for (let column = 0; column < Math.min(CELL, width - CELL * x); column++) {
        const value = this.#memory[this.#scratch + CELL * row + column];
        const to = this.#addressOf(x, y) + row * width + column;
        if (this.#memory[to] === value) continue;
        this.#memory[to] = value;
        mask |= 1 << row;
      }
    }
    this.#masks[y * this.#columns + x] = mask;
  }

  /** Adds what has changed in the frame, row by row. @param first - The offset of the plane in the frame. */
  #collect([left, top, right, bottom]: Box, first: number, runs: Runs): void {
    const { width, height } = this.#shape;
    const masks = this.#masks;
    const found = this.#found;
    for (let y = top; y < bottom; y++) {
      const start = y * this.#columns;
      let all = 0;
      let count = 0;
      for (let x = left; x < right; x++) {
        if (masks[start + x] === 0) continue;
        all |= masks[start + x];
        found[count++] = x;
      }
      for (let row = 0; all >> row > 0; row++) {
        const bit = 1 << row;
        if (!(all & bit) || CELL * y + row >= height) continue;
        const offset = first + (CELL * y + row) * width;
        let from = -1;
        let to = 0;
        for (let i = 0; i < count; i++) {
          const x = found[i];
          if (!(masks[start + x] & bit)) continue;
          if (from >= 0 && x > to + GAP) {
            runs.add(offset + CELL * from, offset + CELL * to);
            from = -1;
          }
          if (from < 0) from = x;
          to = x + 1;
        }
        runs.add(offset + CELL * from, offset + Math.min(width, CELL * to));
      }
    }
  }
}

/** Whether there is an edge between neighbouring cells: their means differ by more than their own values explain. */
function areApart(sums: Int32Array, ranges: Uint8Array, a: number, b: number): boolean {
  const difference = sums[a] - sums[b];
  const explained = 32 * (ranges[a] + ranges[b]) + 64 * EDGE; // half of the ranges; sums are of 64 values
  return difference > explained || difference < -explained;
}

/** The planes of a frame, luma first. @param to - The address of the frame. */
export function debandedPlanes([width, height]: readonly [number, number], to: number): DebandedPlane[] {
  const radius = bandRadius(width, height);
  const luma = new DebandedPlane({ width, height, radius, to });
  const half = { width: width / 2, height: height / 2, radius: radius / 2 };
  const chroma = [0, 1].map((i) => {
    const before = width * height + i * half.width * half.height;
    return new DebandedPlane({ ...half, to: to + before }, luma);
  });
  return [luma, ...chroma];
}

/** Collects constants, eight int16 each, and returns code that loads them. */
export type Constant = (lanes: number[]) => Code;

export function emitDeband(constant: Constant): Record<keyof DebandExports, FunctionBuilder> {
  return { measure: emitMeasure(constant), dither: emitWrite(constant), copy: emitWrite(undefined) };
}

function emitMeasure(constant: Constant): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [from, stride, rows, sums, ranges, count] = [0, 1, 2, 3, 4, 5].map((i) => f.parameter(i));
  const [at, left] = [f.local('i32'), f.local('i32')];
  const [values, least, most, sum] = [f.local('v128'), f.local('v128'), f.local('v128'), f.local('v128')];
  const ones = constant(Array<number>(8).fill(-1));
  /** The greatest of both halves, at the beginning of each. */
  const folded = (by: number): Code => {
    const order = Array.from({ length: 16 }, (_, i) => (i % 8 < by ? i + by : i));
    return most.set(i8x16.maxUnsigned(most.get, i8x16.shuffle(most.get, most.get, order)));
  };
  f.body = doWhile(
    [
      at.set(from.get),
      left.set(rows.get),
      least.set(v128.load64Zero(from.get)),
      most.set(least.get),
      sum.set(v128.xor(sum.get, sum.get)),
      doWhile(
        [
          values.set(v128.load64Zero(at.get)),
          least.set(i8x16.minUnsigned(least.get, values.get)),
          most.set(i8x16.maxUnsigned(most.get, values.get)),
          sum.set(i16x8.add(sum.get, i16x8.extendLow(values.get))),
          at.set(i32.add(at.get, stride.get)),
        ],
        left.tee(i32.sub(left.get, i32.const(1))),
      ),
      // The greatest, and 255 - the smallest, are found together.
      most.set(i8x16.shuffle(most.get, v128.xor(least.get, ones), [...upTo8(0), ...upTo8(16)])),
      [4, 2, 1].map(folded),
      i32.store8(
        ranges.get,
        i32.add(i8x16.laneUnsigned(most.get, 0), i32.sub(i8x16.laneUnsigned(most.get, 8), i32.const(255))),
      ),
      sum.set(i32x4.addPairs(sum.get)),
      i32.store(
        sums.get,
        [1, 2, 3].reduce((all, i) => i32.add(all, i32x4.lane(sum.get, i)), i32x4.lane(sum.get, 0) as Code),
      ),
      advance(from, i32.const(CELL)),
      advance(sums, i32.const(4)),
      advance(ranges, i32.const(1)),
    ],
    count.tee(i32.sub(count.get, i32.const(1))),
  );
  return f;
}

/** @param constant - Undefined for cells that are copied. */
function emitWrite(constant: Constant | undefined): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const parameters = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => f.parameter(i));
  const [from, stride, to, toStride, means, meansStride, masks, count] = parameters;
  const [source, target, mask, row] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')];
  const vector = () => f.local('v128');
  const [value, left, right, difference, weight] = [vector(), vector(), vector(), vector(), vector()];
  const [above, below] = [vector(), vector()]; // the means of rows of cells, interpolated for each column of pixels
  const zero = vector(); // as all locals at first

  /** Reads the means of three cells, and interpolates them from centre to centre. */
  const interpolated = (towards: Code): Code => [
    value.set(v128.load64Zero(row.get)),
    left.set(i8x16.shuffle(value.get, value.get, [0, 0, 0, 0, 1, 1, 1, 1].flatMap(int16))),
    right.set(i8x16.shuffle(value.get, value.get, [1, 1, 1, 1, 2, 2, 2, 2].flatMap(int16))),
    i16x8.add(left.get, i16x8.mulQ15(i16x8.sub(right.get, left.get), towards)),
  ];
  /** Moves eight pixels, in 128ths of a step, towards the mean, but not if it is 4 or more steps away. */
  const dithered = (y: number, constant: Constant): Code => {
    const all = (number: number) => constant(Array<number>(8).fill(number));
    return [
      value.set(i16x8.shl(v128.load8x8Unsigned(source.get), 7)),
      right.set(i16x8.add(above.get, i16x8.mulQ15(difference.get, all(TOWARDS[y])))),
      right.set(i16x8.sub(right.get, value.get)),
      weight.set(i16x8.subSaturatedUnsigned(all(127), i16x8.shrUnsigned(i16x8.abs(right.get), 2))),
      weight.set(i16x8.shl(i16x8.mul(weight.get, weight.get), 1)),
      value.set(i16x8.add(value.get, i16x8.mulQ15(weight.get, right.get))),
      value.set(i16x8.shrUnsigned(i16x8.addSaturated(value.get, constant(DITHER[y])), 7)),
      value.set(i8x16.narrow(value.get, zero.get)),
    ];
  };
  const nextMeans = (constant: Constant): Code => [
    below.set(interpolated(constant(TOWARDS))),
    difference.set(i16x8.sub(below.get, above.get)),
    advance(row, meansStride.get),
  ];
  const rowOf = (y: number): Code => [
    constant && y === 4 ? [above.set(below.get), nextMeans(constant)] : [],
    constant ? dithered(y, constant) : value.set(v128.load64Zero(source.get)),
    left.set(v128.xor(value.get, v128.load64Zero(target.get))),
    mask.set(i32.or(mask.get, i32.shl(v128.anyTrue(left.get), i32.const(y)))),
    v128.store64(target.get, value.get),
    advance(source, stride.get),
    advance(target, toStride.get),
  ];
  f.body = doWhile(
    [
      [source.set(from.get), target.set(to.get), mask.set(i32.const(0))],
      constant
        ? [
            row.set(means.get),
            above.set(interpolated(constant(TOWARDS))),
            advance(row, meansStride.get),
            nextMeans(constant),
          ]
        : [],
      [0, 1, 2, 3, 4, 5, 6, 7].map(rowOf),
      i32.store8(masks.get, mask.get),
      [from, to].map((address) => advance(address, i32.const(CELL))),
      advance(means, i32.const(2)),
      advance(masks, i32.const(1)),
    ],
    count.tee(i32.sub(count.get, i32.const(1))),
  );
  return f;
}

const advance = (pointer: Local, by: Code): Code => pointer.set(i32.add(pointer.get, by));

const upTo8 = (first: number): number[] => Array.from({ length: 8 }, (_, i) => first + i);

/** The bytes of an int16 of a vector. */
const int16 = (lane: number): number[] => [2 * lane, 2 * lane + 1];
