/** Tests the conversion of a canvas's pixels to frames, from both byte orders. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frameBytes, type PixelFormat } from '../../src/core/frame/pixels.js';
import { type ByteOrder, Converter, canBe } from '../../src/sources/composed/page/convert.js';
import { applyDelta, deltaOf, longestDelta } from '../../src/sources/composed/page/delta.js';
import { yuv420p } from '../video/yuv.js';

const ORDERS: ByteOrder[] = ['rgb', 'bgr'];

/** Varying bytes, including 0 and 255. */
function picture(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: 4 * width * height }, (_, i) =>
    Math.min(255, Math.max(0, Math.round(127.5 + 160 * Math.sin(i * i + i / 7)))),
  );
}

/** A canvas's pixels. */
const ordered = (rgba: Uint8Array, order: ByteOrder) =>
  order === 'rgb' ? rgba : rgba.map((byte, i) => (i % 4 === 3 ? byte : rgba[i + 2 - 2 * (i % 4)]));

type Size = [width: number, height: number];

/** Much faster than toEqual(). */
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

/** A function that converts pictures one after another: to the bytes of a frame, and its delta to the one before. */
function conversion(size: Size, format: PixelFormat, order: ByteOrder) {
  const converter = new Converter(size, format, order);
  return (rgba: Uint8Array) => {
    converter.pixels.set(ordered(rgba, order));
    converter.compare();
    const { frame, runs } = converter.convert();
    const delta = deltaOf(frame, runs);
    return {
      frame: new Uint8Array(frame.buffer, frame.byteOffset, frameBytes(size, format)).slice(),
      delta: new Uint8Array(delta.buffer, 0, delta.byteLength),
    };
  };
}

// 22 and 14 are not multiples of the pixels converted at a time; the planes of 10 x 2 end in the middle of a word.
test.each<Size>([
  [64, 48],
  [22, 18],
  [14, 6],
  [10, 2],
  [8, 2],
])('%i x %i to planes: each byte within one of the exact value, nearly all the same', (width, height) => {
  const rgba = picture(width, height);
  const exact = yuv420p(rgba, width, height);
  for (const order of ORDERS) {
    const { frame: planes } = conversion([width, height], 'yuv420p', order)(rgba);
    expect(planes.length).toBe(exact.length);
    const apart = Array.from(planes, (byte, i) => Math.abs(byte - exact[i]));
    expect(Math.max(...apart)).toBeLessThanOrEqual(1);
    expect(apart.filter(Boolean).length).toBeLessThanOrEqual(0.01 * apart.length);
  }
});

test('pixels are unchanged as RGBA', () => {
  const rgba = picture(5, 3);
  for (const order of ORDERS) expect(conversion([5, 3], 'rgba', order)(rgba).frame).toEqual(rgba);
});

// 5000 pixels are more than are compared at a time as RGBA.
test.each<[Size, PixelFormat]>([
  [[64, 6], 'yuv420p'],
  [[202, 4], 'yuv420p'],
  [[10, 2], 'yuv420p'],
  [[67, 5], 'rgba'],
  [[100, 50], 'rgba'],
])('of %j as %s, what has changed is converted and sent, and little else', (size, format) => {
  const [width, height] = size;
  const changes = fc.array(fc.tuple(fc.nat(width - 1), fc.nat(height - 1), fc.nat(255)), { maxLength: 5 });
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 4 }), fc.constantFrom(...ORDERS), (steps, order) => {
      const rgba = picture(width, height);
      const convert = conversion(size, format, order);
      const received = new Uint8Array(4 * Math.ceil(frameBytes(size, format) / 4));
      applyDelta(convert(rgba).delta, received);
      for (const pixels of steps) {
        for (const [x, y, value] of pixels) rgba.fill(value, 4 * (y * width + x), 4 * (y * width + x) + 3);
        const { frame, delta } = convert(rgba);
        expect(same(frame, conversion(size, format, order)(rgba).frame)).toBe(true);
        expect(delta.length).toBeLessThanOrEqual(longestDelta(received.length / 4));
        // For each pixel at most 8, in two rows of Y and in both of Cb and Cr, after a gap of four times as many.
        expect(delta.length).toBeLessThanOrEqual(4 + pixels.length * 4 * (8 + 4 * 8 * 5 + 8));
        applyDelta(delta, received);
        expect(same(frame, received.subarray(0, frame.length))).toBe(true);
      }
    }),
    { seed: 1, numRuns: 20 },
  );
});

test('a picture is opaque if all of its pixels are', () => {
  for (const format of ['rgba', 'yuv420p'] as const) {
    const rgba = picture(22, 18).map((byte, i) => (i % 4 === 3 ? 255 : byte));
    const converter = new Converter([22, 18], format, 'rgb');
    const opaque = [
      [0, 255],
      [395, 254],
      [20, 0],
      [20, 255],
    ].map(([pixel, alpha]) => {
      converter.pixels.set(rgba.map((byte, i) => (i === 4 * pixel + 3 ? alpha : byte)));
      const all = converter.compare();
      converter.convert();
      return all;
    });
    expect(opaque).toEqual([true, false, false, true]);
  }
});

test('odd sizes, and sizes narrower than a step, cannot be converted to planes', () => {
  const sizes: [number, number][] = [
    [8, 2],
    [9, 2],
    [8, 3],
    [6, 2],
  ];
  expect(sizes.map((size) => canBe('yuv420p', size))).toEqual([true, false, false, false]);
  expect(sizes.every((size) => canBe('rgba', size))).toBe(true);
});
