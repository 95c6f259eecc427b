/** Tests the dithering of gradients in the planes of a composed scene's frames. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bandRadius } from '../../src/core/frame/bands.js';
import { frameBytes } from '../../src/core/frame/pixels.js';
import { Converter } from '../../src/sources/composed/page/convert.js';
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
