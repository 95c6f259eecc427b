/** Views that move: the point under the cursor stays there, pixels stay on pixels, and nothing leaves its limits. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { View } from '../../src/core/frame/description.js';
import { panned, pixelSize, pointAt, wheelFactor, zoomed } from '../../src/explorer/state/view.js';

const SIZE = [1280, 720] as const;
const views: fc.Arbitrary<View> = fc.record({
  centre: fc.tuple(fc.double({ min: -5, max: 5, noNaN: true }), fc.double({ min: -5, max: 5, noNaN: true })),
  halfWidth: fc.double({ min: 1e-4, max: 50, noNaN: true }),
  rotation: fc.constantFrom(0, 90, 30, -200),
});
const places = fc.tuple(fc.integer({ min: 0, max: 1280 }), fc.integer({ min: 0, max: 720 }));

/** The distance of two points on the picture, in pixels. */
const apart = (view: View, [x, y]: readonly number[], [u, v]: readonly number[]) =>
  Math.hypot(x - u, y - v) / pixelSize(view, SIZE);

test('a drag moves the point under the cursor along with it', () => {
  fc.assert(
    fc.property(views, places, places, (view, from, to) => {
      const moved = panned(view, to[0] - from[0], to[1] - from[1], SIZE);
      expect(apart(view, pointAt(moved, to, SIZE), pointAt(view, from, SIZE))).toBeLessThan(1e-6);
    }),
  );
});

test('to the right and down, as seen', () => {
  const view: View = { centre: [0, 0], halfWidth: 1, rotation: 0 };
  expect(panned(view, 360, 0, SIZE).centre).toEqual([-1, 0]);
  expect(panned(view, 0, 360, SIZE).centre).toEqual([0, 1]);
  // Turned by 90 degrees counter-clockwise, what is on the right was below.
  const [x, y] = panned({ ...view, rotation: 90 }, 360, 0, SIZE).centre;
  expect([x, y]).toEqual([0, 1]);
});

test('a zoom keeps the point under the cursor', () => {
  fc.assert(
    fc.property(views, places, fc.double({ min: 0.3, max: 3, noNaN: true }), (view, at, factor) => {
      const after = zoomed(view, factor, at, SIZE);
      expect(after.halfWidth).toBeCloseTo(view.halfWidth / factor, 10);
      expect(apart(after, pointAt(after, at, SIZE), pointAt(view, at, SIZE))).toBeLessThan(1e-6);
    }),
  );
});

test('zooming and panning end at the limits of the parameters', () => {
  const view: View = { centre: [1e9, 0], halfWidth: 2e-9, rotation: 0 };
  expect(zoomed(view, 8, [0, 0], SIZE).halfWidth).toBe(1e-9);
  expect(zoomed({ ...view, halfWidth: 9e8 }, 0.1, [0, 0], SIZE).halfWidth).toBe(1e9);
  expect(panned({ ...view, halfWidth: 10 }, -500, 0, SIZE).centre[0]).toBe(1e9);
});

test('a wheel zooms by 2^(-deltaY / 240), at most 1.5 times, whatever its unit', () => {
  expect(wheelFactor({ deltaY: -120 })).toBeCloseTo(Math.SQRT2, 12);
  expect(wheelFactor({ deltaY: 60 })).toBeCloseTo(2 ** -0.25, 12);
  expect(wheelFactor({ deltaY: -1000 })).toBe(1.5);
  expect(wheelFactor({ deltaY: 1000 })).toBeCloseTo(1 / 1.5, 12);
  expect(wheelFactor({ deltaY: 3, deltaMode: 1 })).toBeCloseTo(wheelFactor({ deltaY: 100 }), 12);
  expect(wheelFactor({ deltaY: -1, deltaMode: 2 })).toBe(1.5);
  expect(wheelFactor({ deltaY: -10, ctrlKey: true })).toBeGreaterThan(wheelFactor({ deltaY: -10 }));
});
