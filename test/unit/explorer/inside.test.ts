/** What a network computes at a point of the picture, and the strip that shows it. */
import { describe, expect, test } from 'vitest';
import { sampleOffsets } from '../../../src/core/frame/geometry.js';
import { unitGrid } from '../../../src/core/frame/shown.js';
import { unitBrightness } from '../../../src/core/network/forward.js';
import { buildNetwork } from '../../../src/core/network/network.js';
import { documentOf, previewAt, withEntries } from '../../../src/explorer/state/document.js';
import {
  cellAt,
  cellBeside,
  decimated,
  greatestIn,
  insideAt,
  placeAt,
  shortened,
} from '../../../src/explorer/state/inside.js';
import { networks } from '../../../src/explorer/state/networks.js';
import { CpuRenderer } from '../../../src/renderers/cpu/renderer.js';

const [glass] = networks.map(({ document }) => document);
const SIZE = [60, 40] as const;

describe('a place', () => {
  const picture = previewAt(glass, 0);

  test('is where the pixel is sampled', () => {
    const { x, y } = sampleOffsets({ ...picture, size: [...SIZE], supersample: 1 });
    expect(placeAt(picture, SIZE, [7.5, 31.5])).toEqual({
      dx: expect.closeTo(x[7], 12),
      dy: expect.closeTo(y[31], 12),
    });
    expect(placeAt(picture, SIZE, [30, 20])).toEqual({ dx: 0, dy: 0 });
  });

  test('in a grid of units belongs to a unit, or lies between two', () => {
    const grid = { ...picture, shown: { layer: 2 } };
    const { place, cell } = unitGrid(SIZE, 16);
    const [left, top] = place(5);
    const [x, y] = [left + cell[0] / 2, top + cell[1] / 2];
    expect(placeAt(grid, SIZE, [x, y])).toEqual({ dx: 0, dy: 0, unit: 6 });
    expect(placeAt(grid, SIZE, [left - 0.5, y])).toBeUndefined();
    expect(placeAt({ ...picture, shown: { layer: 2, unit: 3 } }, SIZE, [30, 20])).toEqual({ dx: 0, dy: 0 });
  });
});

describe('inside', () => {
  test('are the inputs, the units, the norms, and the colour that the renderer draws', async () => {
    const document = withEntries(glass, [
      [['view', 'rotation'], 30],
      [
        ['network', 'features'],
        ['x', 'sin(y)'],
      ],
    ]);
    const picture = previewAt(document, 0);
    const network = buildNetwork(picture.network);
    const place = placeAt(picture, SIZE, [40.5, 10.5])!;
    const { point, inputs, layers, norms, outputs, colour } = insideAt(picture, network, place);
    expect(inputs.map(({ name }) => name)).toEqual(['x', 'sin(y)', 'x3', 'x4']);
    expect(inputs.map(({ value }) => value)).toEqual([point[0], Math.sin(point[1]), ...picture.slice]);
    expect(layers.map(({ length }) => length)).toEqual(new Array(19).fill(16));
    expect(norms[3]).toBeCloseTo(Math.sqrt(layers[3].reduce((sum, value) => sum + value ** 2, 0)), 12);
    expect(outputs).toHaveLength(3);
    const brightness = unitBrightness(
      network,
      inputs.map(({ value }) => value),
      19,
    );
    expect(brightness[4]).toBeCloseTo((layers[18][4] + 1) / 2, 12);

    const renderer = new CpuRenderer(1);
    const rgba = await renderer.render({ ...picture, size: [...SIZE], supersample: 1 });
    await renderer.close();
    const at = 4 * (10 * SIZE[0] + 40);
    for (const [i, part] of colour.entries())
      expect(Math.abs(255 * part - rgba[at + i])).toBeLessThanOrEqual(1);
  });

  test('of a network without hidden layers are its inputs and outputs', () => {
    const picture = previewAt(documentOf({ seconds: 1, network: { layers: 1 } }), 0);
    const { layers, norms, outputs } = insideAt(picture, buildNetwork(picture.network), { dx: 0, dy: 0 });
    expect([layers, norms, outputs.length]).toEqual([[], [], 3]);
  });
});

describe('a strip', () => {
  const widths = [4, 2, 3];

  test('has a cell below every position', () => {
    expect(cellAt(widths, 0.3, 0.1)).toEqual({ layer: 0, unit: 1 });
    expect(cellAt(widths, 0.6, 0.5)).toEqual({ layer: 1, unit: 1 });
    expect(cellAt(widths, 1.2, 1)).toEqual({ layer: 2, unit: 2 });
    expect(cellAt(widths, -0.1, -1)).toEqual({ layer: 0, unit: 0 });
  });

  test('can be walked with the arrow keys, and has ends', () => {
    const walk = (...keys: string[]) =>
      keys.reduce((cell, key) => cellBeside(widths, cell, key), { layer: 0, unit: 3 });
    expect(walk('ArrowRight')).toEqual({ layer: 0, unit: 3 });
    expect(walk('ArrowDown')).toEqual({ layer: 1, unit: 1 }); // a narrower layer
    expect(walk('ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowDown')).toEqual({ layer: 2, unit: 2 });
    expect(walk('ArrowLeft', 'ArrowUp')).toEqual({ layer: 0, unit: 2 });
  });

  test('of more units and layers than pixels shows means, and some of the layers', () => {
    const layers = Array.from({ length: 10 }, (_, k) => [k, 2 * k, 3 * k, 4 * k, 5 * k]);
    expect(decimated(layers, 5, 10)).toEqual(layers);
    expect(decimated(layers, 2, 5)).toEqual([0, 2, 4, 6, 8].map((k) => [1.5 * k, 4 * k]));
    expect(greatestIn(layers)).toBe(45);
    expect(greatestIn([[-0.5, 0.2]])).toBe(1);
  });

  test.each([
    [0.31415, '0.314'],
    [-12.54, '−12.5'],
    [1.22e-17, '0'],
    [0.00012345, '1.23e−4'],
    [3141592, '3.14e+6'],
  ])('writes %d as %s', (value, text) => expect(shortened(value)).toBe(text));
});
