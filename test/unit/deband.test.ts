/** Tests the dithering of gradients in the planes of a composed scene's frames. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bandRadius } from '../../src/core/frame/bands.js';
import { frameBytes } from '../../src/core/frame/pixels.js';
import { Converter } from '../../src/sources/composed/page/convert.js';
import { DITHER } from '../../src/sources/composed/page/deband.js';
import { applyDelta, deltaOf } from '../../src/sources/composed/page/delta.js';

type Size = [width: number, height: number];

/** A picture of grey pixels. */
function picture([width, height]: Size, level: (x: number, y: number) => number): Uint8Array {
  const rgba = new Uint8Array(4 * width * height).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      rgba.fill(Math.round(level(x, y)), 4 * (y * width + x), 4 * (y * width + x) + 3);
  return rgba;
}

/** Converts pictures one after another. */
function conversion(size: Size, deband: boolean) {
  const converter = new Converter(size, 'yuv420p', 'rgb', deband);
  return (rgba: Uint8Array) => {
    converter.pixels.set(rgba);
    converter.compare();
    const { frame, runs } = converter.convert();
    const bytes = new Uint8Array(frame.buffer, frame.byteOffset, frameBytes(size, 'yuv420p')).slice();
    return { bytes, frame, runs };
  };
}

const plain = (size: Size, rgba: Uint8Array) => conversion(size, false)(rgba).bytes;
const debanded = (size: Size, rgba: Uint8Array) => conversion(size, true)(rgba).bytes;

/** Much faster than toEqual(). */
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

/** The share of luma in horizontal runs of more than 8 equal values, as in docs/performance.md. */
function flat(frame: Uint8Array, [width, height]: Size): number {
  let pixels = 0;
  for (let y = 0; y < height; y++) {
    for (let from = 0, to = 0; from < width; from = to) {
      while (to < width && frame[y * width + to] === frame[y * width + from]) to++;
      if (to - from > 8) pixels += to - from;
    }
  }
  return pixels / (width * height);
}

const gradient = (x: number, y: number) => 20 + x / 24 + y / 50;

test('a gradient is dithered around its own values', () => {
  const size: Size = [960, 540];
  const rgba = picture(size, gradient);
  const [before, after] = [plain(size, rgba), debanded(size, rgba)];
  expect(flat(before, size)).toBeGreaterThan(0.9);
  expect(flat(after, size)).toBeLessThan(0.55);
  expect(before.every((value, i) => Math.abs(value - after[i]) <= 2)).toBe(true);
  // The mean of a large area stays within a tenth of a step.
  const mean = (frame: Uint8Array) =>
    Array.from({ length: 200 }, (_, y) => frame.subarray((y + 160) * 960 + 320, (y + 160) * 960 + 640))
      .flatMap((row) => [...row])
      .reduce((sum, value, _, { length }) => sum + value / length, 0);
  expect(Math.abs(mean(after) - mean(before))).toBeLessThan(0.1);
});

test('flat areas, and letters and lines on them, keep their bytes', () => {
  const size: Size = [320, 180];
  const shapes: ((x: number, y: number) => number)[] = [
    () => 17,
    (x, y) => (x % 40 < 3 || y % 50 < 2 ? 220 : 17), // lines
    (x, y) => (x >= 64 && x < 128 && y >= 64 && y < 128 ? 40 : 17), // with the edges of cells
    (x, y) => 17 + 200 * Math.max(0, Math.min(1, 20.5 - Math.hypot(x - 150, y - 80))), // with a soft edge
  ];
  for (const shape of shapes) {
    const rgba = picture(size, shape);
    expect(same(debanded(size, rgba), plain(size, rgba))).toBe(true);
  }
});

test('a line on a gradient keeps its bytes, and those of its surroundings', () => {
  const size: Size = [320, 180];
  const isLine = (x: number) => x >= 160 && x < 164;
  const rgba = picture(size, (x, y) => (isLine(x) ? 230 : gradient(x, y)));
  const [before, after] = [plain(size, rgba), debanded(size, rgba)];
  expect(same(before.slice(0, 320 * 180), after.slice(0, 320 * 180))).toBe(false);
  for (let y = 0; y < 180; y++)
    expect(same(before.slice(y * 320 + 152, y * 320 + 176), after.slice(y * 320 + 152, y * 320 + 176))).toBe(
      true,
    );
});

// Sizes with cells that are partly outside the frame, to the right and below, of luma and of chroma; the least size;
// and one with the largest radius.
test.each<Size>([
  [320, 180],
  [182, 102],
  [22, 18],
  [8, 2],
  [1200, 1120],
])('of %i x %i, a change gives the frame that the whole picture would give', (width, height) => {
  const size: Size = [width, height];
  const change = fc.record({
    x: fc.nat(width - 1),
    y: fc.nat(height - 1),
    side: fc.integer({ min: 1, max: 60 }),
    level: fc.constantFrom(0, 1, 3, 200), // a change of the gradient, or an edge
  });
  let differences = 0;
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 3 }), (steps) => {
      const levels = Float64Array.from({ length: width * height }, (_, i) =>
        gradient(i % width, Math.floor(i / width)),
      );
      const convert = conversion(size, true);
      const received = new Uint8Array(4 * Math.ceil(frameBytes(size, 'yuv420p') / 4));
      for (const changes of [[], ...steps]) {
        for (const { x, y, side, level } of changes)
          for (let row = y; row < Math.min(height, y + side); row++)
            for (let column = x; column < Math.min(width, x + side); column++)
              levels[row * width + column] = Math.min(255, levels[row * width + column] + level);
        const rgba = picture(size, (x, y) => levels[y * width + x]);
        const { bytes, frame, runs } = convert(rgba);
        const delta = deltaOf(frame, runs);
        applyDelta(new Uint8Array(delta.buffer, delta.byteOffset, delta.byteLength), received);
        expect(same(bytes, debanded(size, rgba))).toBe(true);
        expect(same(bytes, received.subarray(0, bytes.length))).toBe(true);
        differences += same(bytes, plain(size, rgba)) ? 0 : 1;
      }
    }),
    { seed: 1, numRuns: width > 1000 ? 4 : 25 },
  );
  if (width > 100) expect(differences).toBeGreaterThan(0);
});

test('a picture that stays as it is changes nothing', () => {
  const size: Size = [320, 180];
  const convert = conversion(size, true);
  const rgba = picture(size, gradient);
  const { bytes } = convert(rgba);
  const { bytes: again, runs } = convert(rgba);
  expect(runs).toEqual([]);
  expect(same(bytes, again)).toBe(true);
});

test('the radius grows with the frame, within bounds', () => {
  const sizes: Size[] = [
    [160, 90],
    [540, 540],
    [1920, 1080],
    [2160, 3840],
  ];
  expect(sizes.map((size) => bandRadius(...size))).toEqual([8, 16, 32, 32]);
});

/** A plane, cell by cell, as the comment in deband.ts describes it. */
class Plain {
  readonly columns: number;
  readonly rows: number;
  readonly cells: { mean: number; range: number; edge: boolean }[];

  constructor(
    readonly values: Uint8Array,
    readonly width: number,
    readonly height: number,
    private readonly radius: number,
    luma?: Plain,
  ) {
    this.columns = Math.ceil(width / 8);
    this.rows = Math.ceil(height / 8);
    const measured = Array.from({ length: this.columns * this.rows }, (_, i) => {
      const [left, top] = [8 * (i % this.columns), 8 * Math.floor(i / this.columns)];
      const ys = Array.from({ length: Math.min(8, height - top) }, (_, y) => top + y);
      const xs = Array.from({ length: 8 }, (_, x) => Math.min(width - 1, left + x));
      const inside = ys.flatMap((y) => xs.map((x) => values[y * width + x]));
      const sum = inside.reduce((a, b) => a + b, 0);
      return {
        mean: Math.floor((64 * sum) / inside.length),
        range: Math.max(...inside) - Math.min(...inside),
      };
    });
    this.cells = measured.map(({ mean, range }, i) => {
      const [x, y] = [i % this.columns, Math.floor(i / this.columns)];
      const step = (dx: number, dy: number) => {
        if (x + dx < 0 || y + dy < 0 || x + dx >= this.columns || y + dy >= this.rows) return 0;
        const other = measured[i + dx + dy * this.columns];
        return Math.abs(mean - other.mean) / 64 - (range + other.range) / 2;
      };
      const steps = [step(-1, 0), step(1, 0), step(0, -1), step(0, 1)];
      const inLuma = luma?.around(2 * x, 2 * y, 0, 1).some(({ edge }) => edge);
      return { mean, range, edge: range > 6 || Math.max(...steps) > 6 || inLuma === true };
    });
  }

  /** The cells from `before` columns and rows before a cell to `after` after it, as far as they exist. */
  around(x: number, y: number, before: number, after: number, rows = { before, after }) {
    const found: Plain['cells'] = [];
    for (let row = Math.max(0, y - rows.before); row <= Math.min(this.rows - 1, y + rows.after); row++)
      for (let column = Math.max(0, x - before); column <= Math.min(this.columns - 1, x + after); column++)
        found.push(this.cells[row * this.columns + column]);
    return found;
  }

  /** How many rings of cells around a cell have no edge; -1 if it has one itself. */
  rings(x: number, y: number, most: number): number {
    let rings = -1;
    while (rings < most && !this.around(x, y, rings + 1, rings + 1).some(({ edge }) => edge)) rings++;
    return rings;
  }

  /** In 128ths of a step. */
  mean(column: number, row: number): number {
    const [x, y] = [
      Math.min(this.columns - 1, Math.max(0, column)),
      Math.min(this.rows - 1, Math.max(0, row)),
    ];
    const rings = this.rings(x, y, this.radius);
    const [rx, ry] = [Math.min(rings, x, this.columns - 1 - x), Math.min(rings, y, this.rows - 1 - y)];
    const square = this.around(x, y, rx, rx, { before: ry, after: ry });
    return Math.floor((2 * square.reduce((sum, { mean }) => sum + mean, 0)) / square.length + 0.5);
  }

  value(x: number, y: number): number {
    const value = this.values[y * this.width + x];
    const [column, row] = [Math.floor(x / 8), Math.floor(y / 8)];
    if (this.rings(column, row, 1) < 1) return value;
    const product = (a: number, b: number) => Math.floor((a * b + 2 ** 14) / 2 ** 15);
    const between = (a: number, b: number, position: number) =>
      a + product(b - a, ((2 * position + 9) % 16) * 2 ** 11);
    const [left, top] = [x % 8 < 4 ? column - 1 : column, y % 8 < 4 ? row - 1 : row];
    const inRow = (row: number) => between(this.mean(left, row), this.mean(left + 1, row), x % 8);
    const apart = between(inRow(top), inRow(top + 1), y % 8) - 128 * value;
    const weight = Math.max(0, 127 - Math.floor(Math.abs(apart) / 4)) ** 2;
    return Math.min(255, Math.floor((128 * value + product(2 * weight, apart) + DITHER[y % 8][x % 8]) / 128));
  }
}

test.each<Size>([
  [160, 96],
  [86, 70],
])('of %i x %i, all values are those of a plain implementation', (width, height) => {
  const rgba = picture([width, height], (x, y) =>
    Math.hypot(x - 50, y - 30) < 6 ? 90 : gradient(2 * x, 9 * y) + (x > 100 ? 3 : 0),
  );
  for (let i = 0; i < width * height; i++) rgba[4 * i + 2] = Math.min(255, rgba[4 * i] + (i % width) / 5);
  const before = plain([width, height], rgba);
  const after = debanded([width, height], rgba);
  const luma = new Plain(before.subarray(0, width * height), width, height, 1);
  const chroma = [0, 1].map((i) => {
    const from = width * height * (1 + i / 4);
    return new Plain(before.subarray(from, from + (width * height) / 4), width / 2, height / 2, 1, luma);
  });
  const expected = [luma, ...chroma].flatMap((plane) =>
    Array.from(plane.values, (_, i) => plane.value(i % plane.width, Math.floor(i / plane.width))),
  );
  expect([...after]).toEqual(expected);
  expect(same(before, after)).toBe(false);
});
