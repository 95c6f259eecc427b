/** Brightness becomes the right byte: rounding, means of samples in linear light, and dither. */
import { afterAll, describe, expect, test } from 'vitest';
import { BAYER, fromLinear, toByte, toLinear } from '../../src/core/frame/colour.js';
import type { FrameInput } from '../../src/core/frame/description.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { frameOf, furthest, gradient, meanColours } from './compare.js';

const renderer = new CpuRenderer(2);
afterAll(() => renderer.close());

describe('toByte', () => {
  test.each([
    [0, 0],
    [1, 255],
    [-0.1, 0],
    [1.1, 255],
    [Number.POSITIVE_INFINITY, 255],
    [Number.NEGATIVE_INFINITY, 0],
    [Number.NaN, 0],
    [0.5, 128],
    [0.4999 / 255, 0],
    [0.5001 / 255, 1],
    [254.4999 / 255, 254],
    [254.5001 / 255, 255],
  ])('of %d is %i', (value, byte) => {
    expect(toByte(value)).toBe(byte);
  });

  test('a threshold decides which fractions round up', () => {
    expect(toByte(100.3 / 255, 0.69)).toBe(100);
    expect(toByte(100.3 / 255, 0.71)).toBe(101);
    expect(toByte(1, 63.5 / 64)).toBe(255);
    expect(toByte(0, 63.5 / 64)).toBe(0);
  });
});

describe('sRGB', () => {
  // IEC 61966-2-1: the curve's two pieces meet at 0.04045, and 0.5 is 0.214 in linear light.
  test.each([
    [0, 0],
    [1, 1],
    [0.5, 0.21404114048223255],
    [0.04045, 0.0031308049535603713],
    [0.02, 0.02 / 12.92],
  ])('%d is %d in linear light, and back', (value, light) => {
    expect(toLinear(value)).toBeCloseTo(light, 14);
    expect(fromLinear(light)).toBeCloseTo(value, 7);
  });
});

describe('supersampling', () => {
  const pictures: [string, FrameInput][] = [
    [
      'a busy network',
      { network: { layers: 12, width: 20, weightScale: 0.8 }, view: { halfWidth: 8 }, size: [37, 23] },
    ],
    ['a grey step', { network: gradient(60, 41, 0), view: { centre: [0, 0], halfWidth: 1 }, size: [29, 31] }],
    [
      'near black',
      { network: gradient(0.02, 0.011, 0.01), view: { centre: [0, 0], halfWidth: 1 }, size: [33, 33] },
    ],
    [
      'fractional layers',
      {
        network: { layers: 3.5, weightScale: 1.5, inputs: 3 },
        slice: [0.5],
        view: { halfWidth: 9 },
        size: [16, 5],
      },
    ],
  ];

  for (const n of [2, 3, 4] as const) {
    test.each(pictures)(
      `${n} x ${n} samples of %s are their mean in linear light, within one step`,
      async (_, input) => {
        const frame = frameOf({ ...input, supersample: n });
        const worst = furthest(await renderer.render(frame), frame, meanColours(input, n));
        expect(worst.steps, worst.text).toBeLessThanOrEqual(1);
        expect(worst.steps, 'as accurate as rounding and the tables allow').toBeLessThan(0.6);
      },
    );
  }

  test('half black and half white is 188, half of the light, and not 128', async () => {
    // A step at x = 0, through the middle of three pixels.
    const input: FrameInput = {
      network: gradient(1e4, 0, 0),
      view: { centre: [0, 0], halfWidth: 3 },
      size: [3, 3],
    };
    for (const supersample of [2, 4] as const) {
      const rgba = await renderer.render(frameOf({ ...input, supersample }));
      expect([rgba[0], rgba[4], rgba[8]]).toEqual([0, 188, 255]);
    }
  });
});

describe('dither', () => {
  test('has 64 thresholds, evenly from 1/128 to 127/128', () => {
    const sorted = [...BAYER].sort((a, b) => a - b);
    expect(sorted).toEqual(Array.from({ length: 64 }, (_, i) => (i + 0.5) / 64));
  });

  test("is Bayer's matrix: its first two rows as printed", () => {
    const ranks = Array.from(BAYER, (threshold) => 64 * threshold - 0.5);
    expect(ranks.slice(0, 8)).toEqual([0, 32, 8, 40, 2, 34, 10, 42]);
    expect(ranks.slice(8, 16)).toEqual([48, 16, 56, 24, 50, 18, 58, 26]);
  });

  const flat = (value: number) => gradient(0, 0, value);
  const greys = [0, 0.003, 0.1, 0.2503, 0.5, 0.777, 0.9991, 1];

  test.each(greys)('is off by default: a flat %d is one byte everywhere', async (value) => {
    const rgba = await renderer.render(frameOf({ network: flat(value), size: [16, 16] }));
    expect(new Set(rgba.filter((_, i) => i % 4 < 3))).toEqual(new Set([toByte(Math.fround(value))]));
  });

  for (const supersample of [1, 2] as const) {
    test.each(greys)(
      `every 8 x 8 block of a flat %d has its mean, with ${supersample} x ${supersample} samples`,
      async (value) => {
        const rgba = await renderer.render(
          frameOf({ network: flat(value), size: [24, 16], dither: true, supersample }),
        );
        for (const [left, top] of [
          [0, 0],
          [8, 0],
          [16, 8],
          [3, 5],
        ]) {
          let sum = 0;
          for (let i = 0; i < 64; i++) sum += rgba[4 * ((top + (i >> 3)) * 24 + left + (i & 7))];
          // 64 thresholds resolve 1/64 of a step; the tables of supersampling are accurate to 0.03.
          const allowed = 1 / 128 + (supersample > 1 ? 0.04 : 1e-4);
          const distance = Math.abs(sum / 64 - 255 * value);
          expect(
            distance,
            `block at ${left}, ${top}: mean ${sum / 64}, not ${255 * value}`,
          ).toBeLessThanOrEqual(allowed);
        }
      },
    );
  }

  test('the pattern continues across bands: each pixel is floor(255 v + its threshold)', async () => {
    // 700 columns make bands of 23 rows, which is not a multiple of 8.
    const value = 100.4 / 255;
    const rgba = await renderer.render(frameOf({ network: flat(value), size: [700, 60], dither: true }));
    for (let i = 0; i < 700 * 60; i++) {
      const [x, y] = [i % 700, Math.floor(i / 700)];
      const expected = toByte(value, BAYER[8 * (y % 8) + (x % 8)]);
      if (rgba[4 * i] !== expected) expect.fail(`column ${x}, row ${y}: ${rgba[4 * i]}, not ${expected}`);
    }
  });
});
