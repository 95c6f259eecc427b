import { BBox, Vector2 } from '@motion-canvas/core';
import { describe, expect, test } from 'vitest';
import {
  aboveWords,
  boxOf,
  columnsFor,
  cut,
  emptySpace,
  planeIn,
  shapeOf,
  spiral,
  split,
  squareIn,
  surfaceIn,
  tiles,
} from '../../src/nodes/arrange.js';

import {
  activationBetween,
  paletteBetween,
  seedBetween,
  valueBetween,
  zoomBetween,
} from '../../src/nodes/between.js';
import { functionOf, graphBetween } from '../../src/nodes/graph.js';
import type { Theme } from '../../src/nodes/theme.js';

describe('layout', () => {
  const view = boxOf(new Vector2(1920, 1080), 60);

  test('a view is centred on the origin', () => {
    expect([view.left, view.right, view.top, view.bottom]).toEqual([-900, 900, -480, 480]);
  });

  test('parts and gaps add up to the whole', () => {
    const parts = split(view, 'columns', 3, 30);
    expect(parts.map(({ left, right }) => [left, right])).toEqual([
      [-900, -320],
      [-290, 290],
      [320, 900],
    ]);
    const [head, rest] = cut(view, 'rows', 100, 20);
    expect([head.bottom, rest.top, rest.bottom]).toEqual([-380, -360, 480]);
  });

  test('axes and their labels fill a box', () => {
    const theme = { small: 50 } as Theme;
    const { position, size } = planeIn(view, theme, { characters: 5 });
    expect(position.x + size.x / 2).toBeCloseTo(view.right);
    expect(view.width - size.x).toBeCloseTo(3.5 * theme.small);
    expect(position.y - size.y / 2 - view.top).toBeCloseTo(1.6 * theme.small);
    expect(view.bottom - position.y - size.y / 2).toBeCloseTo(1.5 * theme.small);
    const bare = planeIn(view, theme, { characters: 0, named: false });
    expect([bare.size.x, view.height - bare.size.y]).toEqual([view.width, 1.5 * theme.small]);
  });

  test('words keep a margin from the box above them, and a surface is centred', () => {
    const theme = { margin: 50, title: 40, small: 20, gap: 10 } as Theme;
    const size = new Vector2(400, 300);
    const [box, less] = [aboveWords(size, theme), aboveWords(size, theme, { note: true })];
    expect([box.top, box.bottom, less.bottom]).toEqual([-150, 62, 34]);
    const { position, size: side } = surfaceIn(box);
    expect([position.y, side]).toEqual([-44, 1.3 * box.height]);
  });

  test('a square is centred', () => {
    const { center, width, height } = squareIn(new BBox(0, 0, 300, 100));
    expect([center.x, center.y, width, height]).toEqual([150, 50, 100, 100]);
  });

  test.each([
    [1800, 840, 6],
    [950, 1500, 3],
    [620, 560, 5],
  ])('18 squares in %i x %i have %i columns', (width, height, columns) => {
    expect(columnsFor(18, new Vector2(width, height), 20)).toBe(columns);
  });

  test('and 3 if none may be missing from the last row', () => {
    expect(columnsFor(18, new Vector2(620, 720), 20)).toBe(4);
    expect(columnsFor(18, new Vector2(620, 720), 20, 0, true)).toBe(3);
  });

  test.each([
    [0, [0, 0, 6, 3]],
    [1, [1, 0, 5, 3]],
    [2, [2, 0, 4, 3]], // as large as the rows below, and nearer to a square
    [3, [0, 1, 6, 2]],
    [6, [0, 1, 6, 2]],
    [9, [3, 1, 3, 2]],
    [10, [0, 2, 6, 1]],
    [17, [5, 2, 1, 1]],
  ])('with %i of 18 cells taken, row by row, the empty space is %j', (taken, expected) => {
    const cells = Array.from({ length: 18 }, (_, i) => new BBox(i % 6, Math.floor(i / 6), 1, 1));
    const { x, y, width, height } = emptySpace(cells, taken);
    expect([x, y, width, height]).toEqual(expected);
  });

  test('the empty space is beside the columns that are taken', () => {
    const cells = Array.from({ length: 12 }, (_, i) => new BBox(Math.floor(i / 3), i % 3, 1, 1));
    const { x, y, width, height } = emptySpace(cells, 6);
    expect([x, y, width, height]).toEqual([2, 0, 2, 3]);
  });

  test.each([
    [1920, 1080, 'wide'],
    [1080, 1080, 'square'],
    [1080, 1350, 'square'],
    [1080, 1920, 'tall'],
  ])('%i x %i is %s', (width, height, shape) => {
    expect(shapeOf(new Vector2(width, height))).toBe(shape);
  });

  test.each([
    [5, 3],
    [3, 5],
    [4, 4],
    [1, 6],
  ])('a spiral visits each cell of %i x %i once, from the middle', (columns, rows) => {
    const cells = spiral(columns, rows);
    expect(cells[0]).toEqual([Math.floor((columns - 1) / 2), Math.floor((rows - 1) / 2)]);
    expect(new Set(cells.map(String)).size).toBe(columns * rows);
    expect(cells).toHaveLength(columns * rows);
  });

  test('a spiral in a square goes from neighbour to neighbour', () => {
    const cells = spiral(5, 5);
    for (const [i, [x, y]] of cells.slice(1).entries()) {
      expect(Math.abs(x - cells[i][0]) + Math.abs(y - cells[i][1])).toBe(1);
    }
  });

  test.each([1, 7, 24, 219])('%i tiles cover a box, and are almost square', (count) => {
    const covered = tiles(view, count);
    expect(covered).toHaveLength(count);
    const area = covered.reduce((sum, { width, height }) => sum + width * height, 0);
    expect(area).toBeCloseTo(view.width * view.height, 3);
    if (count > 20) {
      for (const { width, height } of covered) expect(Math.abs(Math.log(width / height))).toBeLessThan(0.4);
    }
  });
});

describe('interpolation', () => {
  test('between two seeds is a mix of both', () => {
    expect(seedBetween(1, 2, 0)).toBe(1);
    expect(seedBetween(1, 2, 0.25)).toEqual({ from: 1, to: 2, fraction: 0.25 });
    expect(seedBetween(1, 2, 1)).toBe(2);
  });

  test('an activation that is itself a mix counts as its `to`', () => {
    const mix = { from: 'tanh', to: 'sin', fraction: 0.5 } as const;
    expect(activationBetween(mix, 'relu', 0.5)).toEqual({ from: 'sin', to: 'relu', fraction: 0.5 });
  });

  test('a palette switches to another half-way', () => {
    expect([0, 0.4, 0.5, 1].map((u) => paletteBetween('rgb', 'viridis', u))).toEqual([
      'rgb',
      'rgb',
      'viridis',
      'viridis',
    ]);
  });

  test('numbers, lists and tiles blend, and other values switch half-way', () => {
    const at = <T>(from: T, to: T) => [0, 0.4, 0.5, 1].map((u) => valueBetween<unknown>(from, to, u));
    expect(at([2, 4], [4, 14])).toEqual([
      [2, 4],
      [2.8, 8],
      [3, 9],
      [4, 14],
    ]);
    expect(at({ tile: 1 }, { tile: 2 })[1]).toEqual({ tile: 1.4 });
    const layers = (w: number) => [{ w: [[w, 0]], b: [w] }];
    expect(valueBetween(layers(1), layers(3), 0.5)).toEqual(layers(2));
    const [fold, unit] = [{ kaleidoscope: 5 }, { layer: 1, unit: 2 }];
    for (const [from, to] of [
      ['none', fold],
      [fold, { kaleidoscope: 8 }],
      [[3, 10], 4],
      [null, 0.5],
      ['colour', unit],
    ]) {
      expect(at<unknown>(from, to)).toEqual([from, from, to, to]);
    }
  });

  test('a zoom proceeds by equal factors', () => {
    expect(zoomBetween(8, 2, 0.5)).toBeCloseTo(4);
    expect([zoomBetween(8, 2, 0), zoomBetween(8, 2, 1)]).toEqual([8, 2]);
  });
});

describe('graphs', () => {
  test('of a network with one input', () => {
    const f = functionOf({ network: { weights: [{ w: [[2]], b: [1] }] } });
    expect(f(0.5)).toBeCloseTo(1 / (1 + Math.exp(-2)));
  });

  test('of one function can be blended into another', () => {
    expect(functionOf(graphBetween('identity', { f: (x) => 3 * x }, 0.5))(2)).toBe(4);
  });

  test('of a network with two inputs are refused', () => {
    const network = { weights: [{ w: [[1, 1]] }] };
    expect(() => functionOf({ network })).toThrow('cannot be drawn as a curve');
  });
});
