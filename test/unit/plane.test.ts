/** What the plane reuses: where pixels lie after a change of the view, how sharp they are, and what is drawn again. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { View } from '../../src/core/frame/description.js';
import { isGrainy } from '../../src/core/frame/digits.js';
import type { Part } from '../../src/core/frame/geometry.js';
import { Momentum } from '../../src/explorer/plane/glide.js';
import {
  boundsOf,
  coarser,
  fixedPoint,
  inverseOf,
  mapped,
  mappingBetween,
  overlapOf,
  shiftOf,
} from '../../src/explorer/plane/grid.js';
import { isSmooth, limitOf } from '../../src/explorer/plane/limits.js';
import { isSame } from '../../src/explorer/plane/same.js';
import { CELL, Sharpness } from '../../src/explorer/plane/sharpness.js';
import { nearestFirst, tilesOf } from '../../src/explorer/plane/tiles.js';
import { panned, pointAt, zoomed } from '../../src/explorer/state/view.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { frameOf } from '../frames/compare.js';

const SIZE = [200, 120] as const;
const view: View = { centre: [0.4, -0.3], halfWidth: 1.7, rotation: 0 };
const identity = { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };
const area = (parts: readonly Part[]) => parts.reduce((sum, { width, height }) => sum + width * height, 0);

describe('grids', () => {
  const changed = fc
    .tuple(
      fc.double({ min: -90, max: 90, noNaN: true }),
      fc.double({ min: -90, max: 90, noNaN: true }),
      fc.double({ min: 0.4, max: 2.5, noNaN: true }),
      fc.constantFrom(0, 17, -90),
    )
    .map(([dx, dy, factor, turn]) => {
      const moved = zoomed(panned(view, dx, dy, SIZE), factor, [30, 80], SIZE);
      return { ...moved, rotation: moved.rotation + turn };
    });

  test('a pixel lies where the other view shows the same point of the plane', () => {
    fc.assert(
      fc.property(changed, fc.tuple(fc.nat(200), fc.nat(120)), (other, place) => {
        const from = { view, size: SIZE };
        const to = { view: other, size: [90, 130] as const };
        const mapping = mappingBetween(from, to);
        const [x, y] = pointAt(view, place, SIZE);
        const [u, v] = pointAt(other, mapped(mapping, ...place), to.size);
        expect(Math.hypot(x - u, y - v)).toBeLessThan(1e-9);
        const [s, t] = mapped(inverseOf(mapping), ...mapped(mapping, ...place));
        expect(Math.hypot(s - place[0], t - place[1])).toBeLessThan(1e-6);
      }),
    );
  });

  test('only movements by whole pixels are shifts', () => {
    const shift = (dx: number, dy: number, other = view) =>
      shiftOf(mappingBetween({ view: other, size: SIZE }, { view: panned(other, dx, dy, SIZE), size: SIZE }));
    expect(shift(7, -3)).toEqual([7, -3]);
    expect(shift(7, -3, { ...view, rotation: 40 })).toEqual([7, -3]);
    expect(shift(7.01, 0)).toBeUndefined();
    const zoom = zoomed(view, 1.0001, [0, 0], SIZE);
    expect(shiftOf(mappingBetween({ view, size: SIZE }, { view: zoom, size: SIZE }))).toBeUndefined();
  });

  test('a thousand small drags still lie on whole pixels, also deep in a zoom', () => {
    let moved: View = { ...view, halfWidth: 1e-7, rotation: 12 };
    const start = moved;
    for (let i = 0; i < 1000; i++) moved = panned(moved, (i % 7) - 2, (i % 5) - 2, SIZE);
    const to = { view: moved, size: SIZE };
    expect(shiftOf(mappingBetween({ view: start, size: SIZE }, to))).toEqual([997, 0]);
  });

  test('coarser pixels begin at the same corner', () => {
    for (const scale of [0.25, 2 ** -1.75, 1 / 64]) {
      const coarse = coarser({ view: { ...view, rotation: 25 }, size: SIZE }, scale);
      const mapping = mappingBetween(coarse, { view: { ...view, rotation: 25 }, size: SIZE });
      expect(mapping.a).toBeCloseTo(1 / scale, 9);
      expect(mapping.b).toBeCloseTo(0, 9);
      expect(mapped(mapping, 0, 0)[0]).toBeCloseTo(0, 9);
      expect(mapped(mapping, 0, 0)[1]).toBeCloseTo(0, 9);
      const whole = boundsOf(mapping, { x: 0, y: 0, width: coarse.size[0], height: coarse.size[1] });
      expect(overlapOf(whole, { x: 0, y: 0, width: 200, height: 120 })).toMatchObject({
        width: 200,
        height: 120,
      });
    }
  });

  test('the fixed point of a zoom is the cursor', () => {
    const to = { view: zoomed(view, 1.3, [30, 80], SIZE), size: SIZE };
    const [x, y] = fixedPoint(mappingBetween({ view, size: SIZE }, to))!;
    expect([x, y].map(Math.round)).toEqual([30, 80]);
    expect(fixedPoint(identity)).toBeUndefined();
  });
});

describe('sharpness', () => {
  const whole = { x: 0, y: 0, width: 200, height: 120 };

  test('what is missing after a drag is the strips that came into view, and nothing is drawn twice', () => {
    const sharp = new Sharpness(whole);
    sharp.raise(identity, whole, 1);
    const moved = sharp.covering({ x: -5, y: 11, width: 200, height: 120 });
    const missing = moved.below(1, { x: -5, y: 11, width: 200, height: 120 });
    // A column of cells on the left, and two rows below.
    expect(area(missing)).toBe(8 * 128 + 16 * 200);
    expect(moved.least({ x: 0, y: 11, width: 195, height: 109 })).toBe(1);
  });

  test('pans, repaints and changes in any order: a cell counts as exact only if its newest pixels are there', () => {
    const step = fc.oneof(
      fc.record({ pan: fc.tuple(fc.integer({ min: -60, max: 60 }), fc.integer({ min: -60, max: 60 })) }),
      fc.record({ zoom: fc.double({ min: 0.6, max: 1.6, noNaN: true }) }),
      fc.record({ draw: fc.constantFrom(1, 2), first: fc.nat(3) }),
      fc.constant({ change: true } as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        let window: Part = { ...whole };
        let sharp = new Sharpness(window);
        /** The cells with exact pixels of this grid, by their corners. */
        let drawn = new Map<string, number>();
        for (const step of steps) {
          if ('pan' in step) {
            window = { ...window, x: window.x + step.pan[0], y: window.y + step.pan[1] };
            sharp = sharp.covering(window);
          } else if ('zoom' in step) {
            const to = zoomed(view, step.zoom, [30, 80], SIZE);
            const mapping = mappingBetween({ view, size: SIZE }, { view: to, size: SIZE });
            sharp = sharp.mapped(mapping, whole, 0.9);
            window = { ...whole };
            drawn = new Map();
          } else if ('change' in step) {
            sharp = new Sharpness(window);
            drawn = new Map();
          } else {
            for (const part of sharp.below(step.draw, window).slice(step.first)) {
              for (const cells of sharp.raise(identity, part, step.draw)) {
                for (let y = cells.y; y < cells.y + cells.height; y += CELL)
                  for (let x = cells.x; x < cells.x + cells.width; x += CELL)
                    drawn.set(`${x} ${y}`, step.draw);
              }
            }
          }
          const { x, y, width, height } = sharp.extent;
          for (let v = y; v < y + height; v += CELL) {
            for (let u = x; u < x + width; u += CELL) {
              const value = sharp.at(u, v);
              if (value >= 1) expect(drawn.get(`${u} ${v}`)).toBe(value);
            }
          }
        }
        // Drawing all that is missing makes all of the window exact.
        for (const part of sharp.below(2, window)) sharp.raise(identity, part, 2);
        expect(sharp.least(window)).toBe(2);
        expect(sharp.below(2, window)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('coarse pixels improve only what is worse', () => {
    const sharp = new Sharpness(whole);
    sharp.raise(identity, { x: 0, y: 0, width: 80, height: 120 }, 1);
    const coarse = { ...identity, a: 4, d: 4 };
    const raised = sharp.raise(coarse, { x: 0, y: 0, width: 50, height: 30 }, 0.25);
    expect(raised).toEqual([{ x: 80, y: 0, width: 120, height: 120 }]);
    expect(sharp.at(10, 10)).toBe(1);
    expect(sharp.at(100, 10)).toBe(0.25);
  });

  test('cells that a turned picture covers only partly stay as they are', () => {
    const sharp = new Sharpness(whole);
    const to = { view: { ...view, rotation: 45 }, size: SIZE };
    sharp.raise(mappingBetween({ view, size: SIZE }, to), whole, 0.5);
    expect(sharp.at(100, 60)).toBe(0.5);
    expect(sharp.at(2, 2)).toBe(0);
  });
});

describe('tiles', () => {
  test('cover a part once, within their limit, nearest first', () => {
    const parts = [
      { x: 8, y: 16, width: 152, height: 104 },
      { x: 160, y: 16, width: 8, height: 104 },
    ];
    const tiles = nearestFirst(tilesOf(parts, 1000), [100, 50]);
    expect(area(tiles)).toBe(area(parts));
    const seen = new Set<string>();
    for (const { x, y, width, height } of tiles) {
      expect(width * height).toBeLessThanOrEqual(1000);
      expect([x % 8, y % 8]).toEqual([0, 0]);
      for (let v = y; v < y + height; v += 8) for (let u = x; u < x + width; u += 8) seen.add(`${u} ${v}`);
    }
    expect(seen.size).toBe(area(parts) / 64);
    const distances = tiles.map((tile) =>
      Math.hypot(tile.x + tile.width / 2 - 100, tile.y + tile.height / 2 - 50),
    );
    expect(distances).toEqual(distances.toSorted((one, other) => one - other));
  });

  test('are never smaller than a cell, or a pixel', () => {
    const part = { x: 0, y: 0, width: 24, height: 16 };
    expect(tilesOf([part], 1)).toHaveLength(6);
    expect(tilesOf([part], 0.1, 1)).toHaveLength(24 * 16);
  });
});

test('a picture is smooth if it is an even gradient, apart from rounding', () => {
  const picture = (at: (x: number, y: number) => number) =>
    Uint8Array.from({ length: 4 * 32 * 18 }, (_, i) => at((i >> 2) % 32, Math.floor((i >> 2) / 32)));
  expect(
    isSmooth(
      picture(() => 130),
      32,
    ),
  ).toBe(true);
  expect(
    isSmooth(
      picture((x, y) => Math.round(60 + 2.3 * x + 1.7 * y)),
      32,
    ),
  ).toBe(true);
  expect(
    isSmooth(
      picture((x) => Math.round(120 + 8 * Math.sin(x / 3))),
      32,
    ),
  ).toBe(false);
  expect(
    isSmooth(
      picture((x, y) => (x === 9 && y === 5 ? 140 : 130)),
      32,
    ),
  ).toBe(false);
});

test('grain is found where float32 differs from float64, without comparing with it', async () => {
  const renderer = new CpuRenderer(1);
  try {
    for (const [weightScale, halfWidth] of [
      [1.5, 1e-3],
      [1.5, 1e-7],
      [3, 1e-6],
      [0.8, 1e-7],
    ]) {
      const view = { centre: [0.31, 0.2] as [number, number], halfWidth };
      const frame = frameOf({ network: { seed: 5, weightScale }, view, size: [200, 120] });
      const limit = await limitOf(frame, renderer, new AbortController().signal);
      expect(limit === 'grainy', `${weightScale} at ${halfWidth}`).toBe(isGrainy(frame, evaluate));
    }
  } finally {
    await renderer.close();
  }
});

test('plain data is compared by value', () => {
  expect(isSame({ a: [1, { b: 2 }], c: undefined }, { a: [1, { b: 2 }], c: undefined })).toBe(true);
  expect(isSame({ a: [1, 2] }, { a: [1, 3] })).toBe(false);
  expect(isSame({ a: 1 }, { b: 1 })).toBe(false);
  expect(isSame([], {})).toBe(false);
  expect(isSame(null, {})).toBe(false);
});

test('momentum: of a quick drag, but not of a slow one, nor after a pause', () => {
  const drag = (perMove: number) => {
    const momentum = new Momentum();
    for (let i = 0; i < 6; i++) momentum.note(perMove, 0, 10 * i);
    return momentum;
  };
  expect(drag(12).velocity(52)).toEqual([1.2, 0]);
  expect(drag(100).velocity(52)).toEqual([4, 0]);
  expect(drag(1).velocity(52)).toBeUndefined();
  expect(drag(12).velocity(130)).toBeUndefined();
});
