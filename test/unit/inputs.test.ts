/** What a network receives of a point: features, folds, rotation. And what is shown of it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FrameInput } from '../../src/core/frame/description.js';
import { inputAt, inputsAt, inputWriter, planeCount } from '../../src/core/frame/inputs.js';
import { colouringShown, unitGrid } from '../../src/core/frame/shown.js';
import { featureNames } from '../../src/core/network/features.js';
import { inSector, tiled } from '../../src/core/network/fold.js';
import type { NetworkInput } from '../../src/core/network/spec.js';
import { frameOf } from '../frames/compare.js';

const frame = (network: NetworkInput, rest: Partial<FrameInput> = {}) =>
  frameOf({ network, size: [8, 6], view: { centre: [0, 0], halfWidth: 3 }, ...rest });

/** All planes of a frame, (rows * columns) each. */
function planesOf(described: ReturnType<typeof frame>): Float32Array[] {
  const { size, supersample } = described;
  const writer = inputWriter(described);
  return Array.from({ length: writer.planes }, (_, plane) => {
    const values = new Float32Array(size[0] * size[1] * supersample ** 2);
    const rows = size[1] * supersample;
    const half = Math.floor(rows / 2);
    const columns = size[0] * supersample;
    writer.write(plane, 0, half, values.subarray(0, half * columns));
    writer.write(plane, half, rows - half, values.subarray(half * columns));
    return values;
  });
}

const coordinate = fc.integer({ min: -9000, max: 9000 }).map((thousandths) => thousandths / 1000);
const point = fc.tuple(coordinate, coordinate);

describe('features', () => {
  test('have their values at the point, before the slice', () => {
    const network = { features: ['y', 'r', 'angle', 'abs(x)', 'square(y)', 'cos(x)', 'x*y'], inputs: 8 };
    const at = inputAt(frame(network, { slice: [7], view: { centre: [-3, 0], halfWidth: 1 } }), 0, 4);
    for (const [i, value] of [4, 5, Math.atan2(4, -3), 3, 16, Math.cos(-3), -12, 7].entries()) {
      expect(at[i], network.features[i]).toBeCloseTo(value, 12);
    }
  });

  test('decide the number of inputs, and one input alone is x', () => {
    expect(frame({ features: ['x', 'y', 'r'] }).network.inputs).toBe(3);
    expect(frame({ inputs: 1 }).network.features).toEqual(['x']);
    expect(frame({ features: ['r'], inputs: 2 }).slice).toEqual([0]);
    const { network } = frame({ weights: [{ w: [[1, 2, 3]] }], features: ['x', 'y', 'r'] });
    expect([network.inputs, network.features.length]).toEqual([3, 3]);
  });

  test('are written as differences from the centre, by band, as at single points', () => {
    const features = [...featureNames];
    for (const view of [{ centre: [0.3, -0.2] as [number, number], halfWidth: 2, rotation: 25 }, undefined]) {
      for (const fold of ['none', { kaleidoscope: 5 }, { tile: 1.5 }] as const) {
        const described = frame({ features, fold }, { supersample: 2, ...(view && { view }) });
        const planes = planesOf(described);
        expect(planes).toHaveLength(planeCount(described.network));
        const columns = 16;
        const halfPixel = (2 * described.view.halfWidth) / 6 / 2;
        const x = Float32Array.from(planes[0], (_, i) => halfPixel * ((i % columns) + 0.5 - 8));
        const y = Float32Array.from(planes[0], (_, i) => halfPixel * (6 - Math.floor(i / columns) - 0.5));
        const alone = inputsAt(described, x, y);
        for (const [plane, values] of planes.entries()) {
          const name = features[plane];
          const apart = values.filter((value, i) => Math.abs(value - alone[plane][i]) > 1e-5);
          // On the seam of `angle`, a difference in the last bit makes a whole turn.
          expect(apart.length / values.length, name).toBeLessThanOrEqual(name === 'angle' ? 0.05 : 0);
        }
      }
    }
  });
});

describe('folds', () => {
  test('a mirror and tiles on the pixel grid are equal to the bit', () => {
    const [x] = planesOf(frame({ features: ['x', 'y', 'sin(x)'], fold: 'mirror' }, { size: [480, 2] }));
    for (let i = 0; i < 240; i++) expect(x[i]).toBe(x[479 - i]);
    // A pixel is 0.05, and the centre is not a float64 multiple of it.
    const view = { centre: [0.35, 0.1] as [number, number], halfWidth: 6 };
    const tiles = planesOf(frame({ features: ['x', 'y'], fold: { tile: 2 } }, { size: [240, 240], view }));
    for (const [plane, apart] of [
      [tiles[0], 1],
      [tiles[1], 240],
    ] as const) {
      for (let i = 0; i < 100 * apart; i += 7) expect(plane[i + 80 * apart]).toBe(plane[i]); // four units on
    }
  });

  test('quarter turns of a kaleidoscope are equal to the bit, and other turns nearly', () => {
    fc.assert(
      fc.property(point, fc.constantFrom(4, 8, 12), ([x, y], n) => {
        expect(inSector(-y, x, n)).toEqual(inSector(x, y, n));
        expect(inSector(x, -y, n)).toEqual(inSector(x, y, n));
      }),
    );
    fc.assert(
      fc.property(point, fc.integer({ min: 2, max: 64 }), fc.nat({ max: 64 }), ([x, y], n, k) => {
        const angle = (2 * Math.PI * k) / n;
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        const [u, v] = inSector(x, y, n);
        const [s, t] = inSector(cos * x - sin * y, sin * x + cos * y, n);
        expect(Math.hypot(u - s, v - t)).toBeLessThan(1e-11);
        expect(Math.hypot(u, v)).toBeCloseTo(Math.hypot(x, y), 10);
        expect(Math.atan2(v, u)).toBeLessThanOrEqual(Math.PI / n + 1e-9);
      }),
    );
  });

  test('tiles are a seamless repeat', () => {
    expect([-1, 0, 0.75, 1, 1.25, 2, 3, 4, -1.25].map((x) => tiled(x, 1))).toEqual([
      -1, 0, 0.75, 1, 0.75, 0, -1, 0, -0.75,
    ]);
  });
});

test('rotation turns the picture counter-clockwise, exactly by quarter turns', () => {
  const at = (rotation: number) =>
    inputAt(frame({}, { view: { centre: [1, 2], halfWidth: 1, rotation } }), 0, 1);
  expect(at(90)).toEqual([2, 2]); // what was on the right is at the top
  expect(at(-270)).toEqual([2, 2]);
  expect(at(180)).toEqual([1, 1]);
  expect(at(45)[0]).toBeCloseTo(1 + Math.SQRT1_2, 12);
});

describe('the units of a layer', () => {
  test('have the cells nearest to squares, apart from each other and within the frame', () => {
    const sizes = fc.tuple(fc.integer({ min: 64, max: 2000 }), fc.integer({ min: 64, max: 2000 }));
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 60 }), (size, count) => {
        const { columns, rows, cell, place } = unitGrid(size, count);
        expect(columns * rows).toBeGreaterThanOrEqual(count);
        const [x, y] = place(count - 1);
        expect([x >= 0, y >= 0, x + cell[0] <= size[0], y + cell[1] <= size[1]]).toEqual(Array(4).fill(true));
        if (columns > 1) expect(place(1)[0] - place(0)[0]).toBeGreaterThan(cell[0]);
        if (columns < count) expect(place(columns)[1] - place(0)[1]).toBeGreaterThan(cell[1]);
      }),
    );
    const { columns, rows } = unitGrid([480, 480], 30);
    expect([columns, rows]).toEqual([5, 6]);
    expect(unitGrid([1920, 1080], 8)).toMatchObject({ columns: 4, rows: 2 });
  });

  test.each<[string, FrameInput['shown'], RegExp]>([
    ['too many for the size', { layer: 1 }, /has 30 units.*under 8 pixels.*size at least \d+x\d+/],
    ['a layer that does not exist', { layer: 4, unit: 1 }, /is 4 but .* layers 1 to 3/],
    ['a unit that does not exist', { layer: 2, unit: 31 }, /is 31 but layer 2 has the units 1 to 30/],
    ['an output that does not exist', { output: 4 }, /is 4 but the network has 3 outputs/],
    ['half a layer', { layer: 1.5, unit: 1 }, /./],
  ])('%s is refused', (_, shown, message) => {
    expect(() => frame({ layers: 4 }, { shown, size: [40, 40] })).toThrow(message);
  });

  test('the size that a message names is enough', () => {
    const sizeIn = (text: string) =>
      /at least (\d+)x(\d+)/.exec(text)!.slice(1).map(Number) as [number, number];
    let size: [number, number] = [40, 30];
    try {
      frame({ units: 200 }, { shown: { layer: 1 }, size });
    } catch (error) {
      size = sizeIn((error as Error).message);
    }
    expect(frame({ units: 200 }, { shown: { layer: 1 }, size }).size).toEqual(size);
  });

  test('a single output is grey, or in the colours of a map', () => {
    expect(colouringShown({ palette: 'oklch', shown: { output: 2 } })).toMatchObject({ output: 1 });
    expect(colouringShown({ palette: 'rgb', shown: { layer: 1, unit: 1 } })).toBe('rgb');
    expect(colouringShown({ palette: { map: 'magma', output: 3 }, shown: { layer: 1 } })).toMatchObject({
      output: 0,
    });
  });
});
