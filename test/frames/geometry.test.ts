/** A picture shows the window of its view, the right way up, in a frame of any shape. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { sampleOffsets } from '../../src/core/frame/geometry.js';
import { inputAt } from '../../src/core/frame/inputs.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { frameOf, gradient } from './compare.js';

const renderer = new CpuRenderer(1);
afterAll(() => renderer.close());

/** The red bytes of a picture, by column and row. */
async function reds(input: Parameters<typeof frameOf>[0]) {
  const [width] = input.size;
  const rgba = await renderer.render(frameOf(input));
  return (column: number, row: number) => rgba[4 * (row * width + column)];
}

describe('which way is up', () => {
  const view = { centre: [0, 0] as [number, number], halfWidth: 1 };

  test('y grows upwards, and row 0 is the top', async () => {
    const at = await reds({ network: gradient(0, 0.5, 0.5), view, size: [8, 8] });
    // The rows' centres are at y = 7/8, 5/8, ..., -7/8.
    const column = Array.from({ length: 8 }, (_, row) => at(3, row));
    expect(column).toEqual([239, 207, 175, 143, 112, 80, 48, 16]);
  });

  test('x grows to the right, and column 0 is the left', async () => {
    const at = await reds({ network: gradient(0.5, 0, 0.5), view, size: [8, 8] });
    const row = Array.from({ length: 8 }, (_, column) => at(column, 3));
    expect(row).toEqual([16, 48, 80, 112, 143, 175, 207, 239]);
  });

  test('rows are stored one after another, top first', async () => {
    const rgba = await renderer.render(frameOf({ network: gradient(0, 0.5, 0.5), view, size: [3, 2] }));
    // Two rows, the shorter side: their centres are at y = 1/2 and -1/2.
    const [high, low] = [
      [191, 191, 191, 255],
      [64, 64, 64, 255],
    ];
    expect([...rgba]).toEqual([high, high, high, low, low, low].flat());
  });

  test('the three outputs are red, green and blue, and a picture is opaque', async () => {
    const weights = [
      {
        w: [
          [0, 0],
          [0, 0],
          [0, 0],
        ],
        b: [0.2, 0.6, 1],
      },
    ];
    const rgba = await renderer.render(
      frameOf({ network: { outputActivation: 'identity', weights }, size: [2, 1] }),
    );
    expect([...rgba]).toEqual([51, 153, 255, 255, 51, 153, 255, 255]);
  });

  test('a single output is grey, and a single input is x', async () => {
    const weights = [{ w: [[0.5]], b: [0.5] }];
    const rgba = await renderer.render(
      frameOf({ network: { outputActivation: 'identity', weights }, view, size: [2, 2] }),
    );
    const [left, right] = [
      [64, 64, 64, 255],
      [191, 191, 191, 255],
    ];
    expect([...rgba]).toEqual([left, right, left, right].flat());
  });
});

describe('the window', () => {
  // Columns and rows, and the half-width and half-height shown for a `halfWidth` of 2.
  test.each([
    [9, 9, 2, 2],
    [18, 9, 4, 2],
    [9, 18, 2, 4],
    [27, 1, 54, 2],
    [1, 27, 2, 54],
    [1, 1, 2, 2],
    [7, 3, 14 / 3, 2],
  ])(
    '%i x %i pixels show %d to each side and %d up and down',
    async (width, height, halfWidth, halfHeight) => {
      const across = 0.3 / halfWidth;
      const up = 0.15 / halfHeight;
      const at = await reds({
        network: gradient(across, up, 0.5 - 5 * across + 3 * up),
        view: { centre: [5, -3], halfWidth: 2 },
        size: [width, height],
      });
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          // The pixel's centre, from -1 to 1 across the picture.
          const [u, v] = [(2 * column + 1) / width - 1, 1 - (2 * row + 1) / height];
          const expected = 255 * (0.5 + 0.3 * u + 0.15 * v);
          const distance = Math.abs(at(column, row) - expected);
          expect(distance, `column ${column}, row ${row}: ${at(column, row)}, not ${expected}`).toBeLessThan(
            0.501,
          );
        }
      }
    },
  );

  test('by default it is centred on (1, 0) and 2.6 to each side', async () => {
    const at = await reds({ network: gradient(0.11, 0.05, 0.4), size: [25, 25] });
    for (const [column, row] of [
      [12, 12],
      [0, 0],
      [24, 0],
      [0, 24],
      [7, 20],
    ]) {
      const x = 1 + 2.6 * ((column - 12) / 12.5);
      const y = 2.6 * ((12 - row) / 12.5);
      const expected = 255 * (0.11 * x + 0.05 * y + 0.4);
      expect(Math.abs(at(column, row) - expected), `${at(column, row)}, not ${expected}`).toBeLessThan(0.501);
    }
  });

  test('the middle pixel of an odd frame is at the centre', () => {
    const { x, y } = sampleOffsets({ size: [5, 3], supersample: 1, view: { halfWidth: 3 } });
    expect([...x]).toEqual([-4, -2, 0, 2, 4]);
    expect([...y].map((v) => v + 0)).toEqual([2, 0, -2]);
  });

  test("n x n samples are at the centres of each pixel's parts, and average to its centre", () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }));
    fc.assert(
      fc.property(
        sizes,
        fc.constantFrom(2, 3, 4),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (size, n, halfWidth) => {
          const view = { halfWidth };
          const single = sampleOffsets({ size, supersample: 1, view });
          const many = sampleOffsets({ size, supersample: n as 2 | 3 | 4, view });
          const pixel = (2 * halfWidth) / Math.min(...size);
          for (const axis of ['x', 'y'] as const) {
            const sign = axis === 'x' ? 1 : -1;
            expect(many[axis].length).toBe(n * single[axis].length);
            for (const [i, offset] of many[axis].entries()) {
              const part = ((i % n) + 0.5) / n - 0.5;
              expect(offset).toBeCloseTo(single[axis][Math.floor(i / n)] + sign * part * pixel, 9);
            }
          }
        },
      ),
      { seed: 4, numRuns: 50 },
    );
  });

  test('the slice follows x and y, and is all zero by default', async () => {
    const w = [[0, 0, 0.1, 0.01]];
    const network = { outputActivation: 'identity' as const, weights: [{ w, b: [0.2] }] };
    const frame = frameOf({ network, slice: [3, -4], size: [1, 1] });
    expect(inputAt(frame, 0.5, 0.25)).toEqual([1.5, 0.25, 3, -4]);
    expect((await reds({ network, slice: [3, -4], size: [1, 1] }))(0, 0)).toBe(117); // 255 (0.2 + 0.3 - 0.04) = 117.3
    expect((await reds({ network, size: [1, 1] }))(0, 0)).toBe(51);
  });

  test('a billionfold zoom keeps its precision: the gradient over the whole frame is the same', async () => {
    const at = await reds({
      network: gradient(5e8, 0, 0.5 - 5e8 * 0.75),
      view: { centre: [0.75, 0.5], halfWidth: 1e-9 },
      size: [8, 8],
    });
    expect(Array.from({ length: 8 }, (_, column) => at(column, 0))).toEqual([
      16, 48, 80, 112, 143, 175, 207, 239,
    ]);
  });

  test.each([
    [{ size: [0, 3] }, 'size.0', />=1/],
    [{ size: [3, 20000] }, 'size.1', /<=16384/],
    [{ size: [3, 3], view: { halfWidth: 0 } }, 'view.halfWidth', />=/],
    [{ size: [3, 3], view: { centre: [0, Number.NaN] } }, 'view.centre.1', /NaN/],
    [{ size: [3, 3], supersample: 5 }, 'supersample', /must be 1, 2, 3 or 4/],
    [
      { size: [3, 3], network: { inputs: 4 }, slice: [1] },
      'slice',
      /has 1 values.*4 inputs has 2 beyond x and y: give 2/,
    ],
  ])('%j is refused', (input, field, message) => {
    const attempt = () => frameOf({ network: {}, ...(input as object) } as Parameters<typeof frameOf>[0]);
    expect(attempt).toThrow(message);
    try {
      attempt();
    } catch (error) {
      expect((error as { issues: { path: unknown[] }[] }).issues[0].path.join('.')).toBe(field);
    }
  });
});
