/** Tests the conversion of a canvas's pixels to frames, from both byte orders. */
import { expect, test } from 'vitest';
import { type ByteOrder, Converter, canBe } from '../../src/sources/composed/page/convert.js';
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

// 22 and 14 are not multiples of the pixels converted at a time; the planes of 10 x 2 end in the middle of a word.
test.each<[number, number]>([
  [64, 48],
  [22, 18],
  [14, 6],
  [10, 2],
  [8, 2],
])('%i x %i to planes: each byte within one of the exact value, nearly all the same', (width, height) => {
  const rgba = picture(width, height);
  const exact = yuv420p(rgba, width, height);
  for (const order of ORDERS) {
    const converter = new Converter([width, height], 'yuv420p', order, 2);
    converter.pixels.set(ordered(rgba, order));
    const words = converter.convert(1);
    const planes = new Uint8Array(words.buffer, words.byteOffset, exact.length);
    const apart = Array.from(planes, (byte, i) => Math.abs(byte - exact[i]));
    expect(Math.max(...apart)).toBeLessThanOrEqual(1);
    expect(apart.filter(Boolean).length).toBeLessThanOrEqual(0.01 * apart.length);
  }
});

test('pixels are unchanged as RGBA, and a frame stays in its buffer while the next one is converted', () => {
  const [first, second] = [picture(5, 3), picture(5, 4).subarray(20)];
  for (const order of ORDERS) {
    const converter = new Converter([5, 3], 'rgba', order, 2);
    const frames = [first, second].map((rgba, room) => {
      converter.pixels.set(ordered(rgba, order));
      return converter.convert(room);
    });
    expect(frames.map((words) => new Uint8Array(words.buffer, words.byteOffset, 60))).toEqual([
      first,
      second,
    ]);
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
