/** Text on pictures. */
import { expect, test } from 'vitest';
import { type Canvas, fitted, Lettering } from '../../src/jobs/lettering.js';

const WHITE = [255, 255, 255] as const;

function canvas(width: number, height: number): Canvas {
  return { width, height, rgba: new Uint8Array(4 * width * height) };
}

/** The area covered, in pixels, and its bounding box. */
function ink({ width, height, rgba }: Canvas) {
  let [all, left, right, top, bottom] = [0, width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = rgba[4 * (y * width + x)] / 255;
      all += value;
      if (value === 0) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
  }
  return { all, left, right, top, bottom };
}

test("a letter covers its outline: Inter's I is a bar as high as its capitals", () => {
  const drawn = canvas(100, 140);
  new Lettering('I', 100).draw(drawn, 20, 120, WHITE);
  const { all, left, right, top, bottom } = ink(drawn);
  const height = (100 * 1490) / 2048; // from the font's design units
  expect([bottom, bottom - top + 1]).toEqual([119, Math.ceil(height)]);
  const stem = all / height;
  expect(stem).toBeGreaterThan(right - left - 1);
  expect(stem).toBeLessThan(right - left + 1);
});

test('holes in letters stay open, and twice the size is four times the ink', () => {
  const [small, large] = [canvas(40, 40), canvas(80, 80)];
  new Lettering('o', 30).draw(small, 5, 30, WHITE);
  new Lettering('o', 60).draw(large, 10, 60, WHITE);
  expect(ink(large).all / ink(small).all).toBeCloseTo(4, 1);
  const { left, right, top, bottom } = ink(large);
  const middle = 4 * (Math.round((top + bottom) / 2) * 80 + Math.round((left + right) / 2));
  expect(large.rgba[middle]).toBe(0);
});

test('text is clipped to the canvas', () => {
  const tiny = canvas(8, 8);
  new Lettering('Wide words', 40).draw(tiny, -30, 6, WHITE);
  expect(tiny.rgba).toHaveLength(256);
  expect(ink(tiny).all).toBeGreaterThan(0);
});

test('text that is too wide is cut off with an ellipsis', () => {
  const whole = new Lettering('seed 123456789', 15);
  expect(fitted('seed 123456789', 15, whole.width + 1)!.width).toBe(whole.width);
  const cut = fitted('seed 123456789', 15, 60)!;
  expect(cut.width).toBeLessThanOrEqual(60);
  expect(cut.width).toBeGreaterThan(40);
  expect(fitted('seed 1', 15, 3)).toBeUndefined();
});
