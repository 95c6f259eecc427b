/**
 * What every FrameRenderer must do: match the float64 reference for every activation, palette and kind of network; keep
 * frames in order; respect the caller's buffers and signals; close; and continue after errors.
 *
 * A new backend must pass all of it unchanged: see cpu.test.ts, gpu.test.ts and fallback.test.ts. Frames are small, and
 * networks share shapes where they can, since a software GPU takes half a second to compile a kernel.
 */
import { getEventListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toByte } from '../../src/core/frame/colour.js';
import { colourOf } from '../../src/core/frame/colouring.js';
import type { FrameDescription, FrameInput } from '../../src/core/frame/description.js';
import { colouringOf, type Palette } from '../../src/core/frame/palette.js';
import { frameBytes, type PixelFormat } from '../../src/core/frame/pixels.js';
import type { FrameRenderer } from '../../src/core/frame/renderer.js';
import { unitGrid } from '../../src/core/frame/shown.js';
import { type ActivationName, activationNames } from '../../src/core/network/activations.js';
import type { NetworkInput } from '../../src/core/network/spec.js';
import {
  expectReference,
  expectWithinOneStep,
  frameOf,
  furthest,
  gradient,
  largestDifference,
  meanColours,
  referenceColours,
  somePixels,
} from '../frames/compare.js';
import {
  argumentsOf,
  broughtBack,
  growing,
  mixes,
  nearZero,
  outputsOf,
  saturated,
} from '../frames/extremes.js';
import {
  activationKinds,
  hugeKinds,
  inputKinds,
  layerKinds,
  levelKinds,
  shownKinds,
} from '../frames/kinds.js';
import { curveOf, everywhere, isVivid, lookingAt } from '../frames/specs.js';
import { yuv420p } from '../video/yuv.js';

export interface Subject {
  /** Starts a renderer, which the tests close. */
  start(): Promise<FrameRenderer>;
  /** Why nothing can be tested here. */
  skip?: boolean;
  /** Leaves out networks whose kernels take a software GPU seconds each; gpu.long.test.ts has them. */
  quick?: boolean;
  /** Whether it is a software GPU, for which slow frames must be much smaller. */
  software?: boolean;
  /** Whether a renderer that passes the suite draws its frames: of pictures, palettes, samples and formats suffice. */
  passesOn?: boolean;
}

/** Declares the suite for a renderer. */
export function conformance(
  name: string,
  { start, skip = false, quick = false, software = false, passesOn = false }: Subject,
): void {
  describe.skipIf(skip)(name, () => {
    let renderer: FrameRenderer;
    beforeAll(async () => {
      renderer = await start();
    });
    afterAll(() => renderer?.close());
    const drawn = (frame: FrameDescription) => renderer.render(frame);

    if (!passesOn) {
      pictures(drawn, quick);
      kinds(drawn);
      symmetries(drawn);
      extremes(drawn, quick);
    }
    palettes(drawn);
    samples(drawn);
    describe('formats', () => {
      test('include rgba, and each has the size it states', async () => {
        expect(renderer.formats).toContain('rgba');
        for (const format of renderer.formats) {
          const pixels = await renderer.render(small(1), undefined, format);
          expect(pixels.length).toBe(frameBytes(small(1).size, format));
        }
      });

      test.each<[number, number]>([
        [44, 28],
        [22, 18], // planes that begin and end in the middle of four bytes
        [2, 2],
      ])(
        'yuv420p, %i x %i, matches the standard conversion of its rgba: each byte within one',
        async (width, height) => {
          if (!renderer.formats.includes('yuv420p')) {
            await expect(renderer.render(small(1), undefined, 'yuv420p')).rejects.toThrow(RangeError);
            return;
          }
          const frame = frameOf({ network: SHAPE, size: [width, height], dither: true });
          const [rgba, planes] = await Promise.all([
            renderer.render(frame),
            renderer.render(frame, undefined, 'yuv420p'),
          ]);
          const exact = yuv420p(rgba, width, height);
          expect(planes.length).toBe(exact.length);
          const apart = Array.from(planes, (byte, i) => Math.abs(byte - exact[i]));
          expect(Math.max(...apart)).toBeLessThanOrEqual(1);
          expect(apart.filter(Boolean).length).toBeLessThanOrEqual(0.01 * apart.length);
        },
      );
    });
    manners(() => renderer, start, software);
  });
}

/** The network of all tests that need no special one. */
const SHAPE: NetworkInput = { layers: 3, width: 8, weightScale: 1.5 };
const small = (seed: number): FrameDescription => frameOf({ network: { ...SHAPE, seed }, size: [26, 14] });

type Drawn = (frame: FrameDescription) => Promise<Uint8Array>;

function pictures(drawn: Drawn, quick: boolean): void {
  describe('pictures', () => {
    test.each(activationNames)('a hidden %s from -1000 to 1000, and its kink at 0', async (name) => {
      for (const halfWidth of [1000 / 999, 0.001, 1e-6]) {
        const frame = frameOf(curveOf(name, halfWidth));
        expectWithinOneStep(await drawn(frame), frame);
      }
      if (quick) return;
      const wide = { activation: name, layers: 3, width: 57, weightScale: 0.2 };
      const frame = frameOf({ network: wide, size: [37, 23] });
      expectReference(await drawn(frame), frame);
    });

    test.each(activationNames)('an output of %s matches brightness()', async (name) => {
      for (const halfWidth of [2 / 333, 30 / 333, 3]) {
        const weights = [{ w: [[1, 0.2]], b: [0.3] }];
        const frame = frameOf({
          network: { outputActivation: name, weights },
          view: { centre: [0, 0], halfWidth },
          size: [999, 3],
        });
        expectWithinOneStep(await drawn(frame), frame);
      }
    });

    test.each([-1e30, 1e30])('output sums of %d, in every activation', async (huge) => {
      for (const name of activationNames) {
        if (name === 'sin') continue; // the sine of 1e30 is noise in float32
        const weights = [{ w: [[1e-9, 0]], b: [huge] }];
        const frame = frameOf({ network: { outputActivation: name, weights }, size: [8, 1] });
        expectWithinOneStep(await drawn(frame), frame);
      }
    });

    test.each<[ActivationName, ActivationName, number]>([
      ['tanh', 'sin', 0.3],
      ['relu', 'softplus', 0.8],
      ['sigmoid', 'gelu', 0.5],
      ['identity', 'tanh', 0.5],
    ])('a mix of %s and %s, %d of it', async (from, to, fraction) => {
      const activation = { from, to, fraction };
      for (const [width, weightScale] of quick
        ? [[2, 1.2]]
        : [
            [8, 0.8],
            [57, 0.25],
          ]) {
        const frame = frameOf({ network: { activation, layers: 4, width, weightScale }, size: [23, 17] });
        expectReference(await drawn(frame), frame);
      }
    });

    const slow: [string, FrameInput, number?][] = [
      ["the article's network", { network: { weightScale: 0.8 }, size: [64, 64] }, 600],
      ['27.4 layers of 29.5', { network: { layers: 27.4, width: 29.5 }, size: [23, 17] }],
      [
        '60 layers of 30, in four parts',
        { network: { layers: 60, width: 30, weightScale: 0.5 }, size: [23, 17] },
      ],
      [
        '5.3 layers of 48, the widest narrow layers',
        { network: { layers: 5.3, width: 48, weightScale: 0.3 }, size: [23, 17] },
      ],
      [
        '3.5 layers of 128.5',
        { network: { layers: 3.5, width: 128.5, weightScale: 0.2 }, size: [23, 17] },
        300,
      ],
      [
        '130, 3.2 and 70.5 units',
        { network: { layers: 4, width: [130, 3.2, 70.5], weightScale: 0.25 }, size: [23, 17] },
        300,
      ],
      ['1100 units', { network: { layers: 3, width: 1100, weightScale: 0.05 }, size: [17, 9] }, 20],
    ];
    test.each<[string, FrameInput, number?]>([
      ...(quick ? [] : slow),
      ['4.4 layers of 7.5', { network: { ...SHAPE, layers: 4.4, width: 7.5 }, size: [23, 17] }],
      ['1.5 layers of 6', { network: { layers: 1.5, width: 6, outputs: 1 }, size: [23, 17] }],
      [
        '1.5 layers of 60, fading from no hidden layer',
        { network: { layers: 1.5, width: 60, outputs: 1 }, size: [23, 17] },
      ],
      [
        'a unit fading in where wide networks start, 48.01',
        { network: { layers: 3, width: 48.01, weightScale: 0.3 }, size: [23, 17] },
      ],
      ['1024 layers of 3', { network: { layers: 1024, width: 3, weightScale: 1 }, size: [23, 17] }, 60],
      ['one input and one output', { network: { layers: 1, inputs: 1, outputs: 1 }, size: [23, 17] }],
      [
        '64 inputs',
        {
          network: { ...SHAPE, inputs: 64 },
          slice: Array.from({ length: 62 }, (_, i) => i / 31 - 1),
          size: [23, 17],
        },
      ],
      [
        'a mix of two seeds',
        { network: { ...SHAPE, layers: 5, seed: { from: 'a', to: 7, fraction: 0.4 } }, size: [23, 17] },
      ],
      [
        'a wide mix of two seeds',
        {
          network: { layers: 3, width: 57, weightScale: 0.3, seed: { from: 'a', to: 7, fraction: 0.4 } },
          size: [23, 17],
        },
      ],
      ['one pixel', { network: SHAPE, size: [1, 1] }],
      ['a column', { network: SHAPE, size: [1, 1000] }],
      ['a row', { network: SHAPE, size: [5000, 1] }, 600],
    ])('%s', async (_, input, pixels) => {
      const frame = frameOf(input);
      const rgba = await drawn(frame);
      expectReference(rgba, frame, pixels ? somePixels(frame, pixels) : undefined);
      expect(rgba.every((byte, i) => i % 4 < 3 || byte === 255)).toBe(true);
    });

    test.each([
      [0.31, -0.2, 1e-6],
      [0.31, -0.2, 1e-9],
      [1e5, -3e6, 1],
      [1e9, 1e9, 1000],
      [0, 0, 1e9],
      [-1e9, 1e9, 1e9],
    ])('the view at (%d, %d), half-width %d, is the ordinary picture: one step', async (x, y, halfWidth) => {
      const frame = frameOf(lookingAt(x, y, halfWidth));
      expect(isVivid(frame)).toBe(true);
      const rgba = await drawn(frame);
      expectWithinOneStep(rgba, frame);
      expect(largestDifference(rgba, await drawn(frameOf(lookingAt(0, 0, 1))))).toBeLessThanOrEqual(1);
    });

    test('huge numbers that cancel leave black, or white where a fused multiply-add leaves a rest', async () => {
      const w = [
        [1e30, 1e30],
        [1e30, 1e30],
      ];
      const weights = [{ w: w.map(([a]) => [a, 0]) }, { w }, { w: [[1e30, -1e30]] }];
      const frame = frameOf({
        network: { activation: 'relu', outputActivation: 'identity', weights },
        view: { centre: [5, 0], halfWidth: 1 },
        size: [9, 3],
      });
      const rgba = await drawn(frame);
      for (let at = 0; at < rgba.length; at += 4) {
        const grey = rgba[at] > 127 ? 255 : 0;
        expect([...rgba.subarray(at, at + 4)]).toEqual([grey, grey, grey, 255]);
      }
    });
  });
}

function kinds(drawn: Drawn): void {
  describe.each([
    ['activations', activationKinds],
    ['residuals and normalisation', layerKinds],
    ['features, folds and rotation', inputKinds],
    ['shown', shownKinds],
    ['levels', levelKinds],
  ])('%s:', (_, list) => {
    test.each(list)('%s', async (_, input) => {
      const frame = frameOf({ size: [23, 17], ...input });
      expectReference(await drawn(frame), frame);
    });
  });

  test('the samples and the dither of a grid are those of its pictures', async () => {
    const shown = { layer: 2 };
    const input: FrameInput = { network: SHAPE, shown, size: [64, 48], palette: 'viridis' };
    const { cell, place } = unitGrid(input.size, 8);
    for (const sampling of [{ supersample: 2 }, { dither: true }] as const) {
      const grid = await drawn(frameOf({ ...input, ...sampling }));
      for (const unit of [1, 8]) {
        const [left, top] = place(unit - 1);
        const alone = await drawn(frameOf({ ...input, ...sampling, shown: { ...shown, unit }, size: cell }));
        for (let i = 0; i < cell[0] * cell[1]; i++) {
          const [x, y] = [i % cell[0], Math.floor(i / cell[0])];
          const at = 4 * ((top + y) * input.size[0] + left + x);
          for (const channel of [0, 1, 2]) {
            // The dither continues across the pictures of a grid.
            const most = 'dither' in sampling ? 1 : 0;
            expect(Math.abs(grid[at + channel] - alone[4 * i + channel])).toBeLessThanOrEqual(most);
          }
        }
      }
    }
  });
}

/** The pixel that is shown at a column and a row, by the column and the row it is compared with. */
type Motion = (column: number, row: number, size: number) => [column: number, row: number];

function symmetries(drawn: Drawn): void {
  describe('symmetries', () => {
    const view = { centre: [0, 0] as [number, number] };
    const picture = async (network: NetworkInput, size: number, more: Partial<FrameInput> = {}) =>
      drawn(frameOf({ network: { ...SHAPE, ...network }, view, size: [size, size], ...more }));
    /** The largest difference between a picture and another one that is moved. */
    const apart = (a: Uint8Array, b: Uint8Array, size: number, motion: Motion) => {
      let most = 0;
      for (let i = 0; i < size * size; i++) {
        const [column, row] = motion(i % size, Math.floor(i / size), size);
        for (const channel of [0, 1, 2]) {
          const other = b[4 * (row * size + column) + channel];
          most = Math.max(most, Math.abs(a[4 * i + channel] - other));
        }
      }
      return most;
    };
    const across: Motion = (column, row, size) => [size - 1 - column, row];
    const upDown: Motion = (column, row, size) => [column, size - 1 - row];
    const quarter: Motion = (column, row, size) => [row, size - 1 - column];

    test.each<[string, NetworkInput, Motion]>([
      ['a mirror', { fold: 'mirror' }, across],
      ['a mirror with features', { fold: 'mirror', features: ['x', 'r', 'angle'] }, across],
      ['abs(x)', { features: ['abs(x)', 'y'] }, across],
      ['the cosines of x and y', { features: ['cos(x)', 'cos(y)'] }, upDown],
      ['six sectors', { fold: 'kaleidoscope' }, across],
      ['six sectors, up and down', { fold: 'kaleidoscope' }, upDown],
      ['five sectors, up and down', { fold: { kaleidoscope: 5 } }, upDown],
      ['four sectors, a quarter turn', { fold: { kaleidoscope: 4 } }, quarter],
      ['eight sectors, a quarter turn', { fold: { kaleidoscope: 8 }, features: ['x', 'y', 'r'] }, quarter],
      ['r, a quarter turn', { features: ['r', 'gaussian(r)'] }, quarter],
    ])('%s: equal to the bit, about a pixel and between pixels', async (_, network, motion) => {
      for (const size of [24, 25]) {
        const rgba = await picture(network, size);
        expect(new Set(rgba).size, 'there is something to see').toBeGreaterThan(10);
        expect(apart(rgba, rgba, size, motion)).toBe(0);
      }
    });

    test('tiles repeat and are mirrored at their borders to the bit, wherever these are on the pixel grid', async () => {
      const size = 40; // a pixel is 0.1 wide, so two tiles of 0.8 are 16 pixels
      const around = { view: { centre: [0.3, -0.7] as [number, number], halfWidth: 2 } };
      const rgba = await picture({ fold: { tile: 0.8 } }, size, around);
      const within = (motion: (place: number) => number) => (place: number) => {
        const moved = motion(place);
        return moved < 0 || moved >= size ? place : moved;
      };
      const repeated = within((place) => place + 16);
      expect(apart(rgba, rgba, size, (column, row) => [repeated(column), repeated(row)])).toBe(0);
      // The border at x = 0.4 is between the columns 20 and 21.
      const mirrored = within((place) => 41 - place);
      expect(apart(rgba, rgba, size, (column, row) => [mirrored(column), row])).toBe(0);
    });

    test.each<[string, NetworkInput, number]>([
      ['six sectors', { fold: 'kaleidoscope' }, 60],
      ['seven sectors', { fold: { kaleidoscope: 7 } }, 360 / 7],
      ['r', { features: ['r'] }, 47],
    ])('%s: other turns are equal within one step', async (_, network, rotation) => {
      const [still, turned] = [
        await picture(network, 24),
        await picture(network, 24, { view: { ...view, rotation } }),
      ];
      expect(largestDifference(still, turned)).toBeLessThanOrEqual(1);
    });

    test('a rotation turns the picture counter-clockwise about the centre', async () => {
      const at = { centre: [1, 0.5] as [number, number] };
      const still = await picture({}, 24, { view: at });
      const turned = await picture({}, 24, { view: { ...at, rotation: 90 } });
      // What is at the top of the turned picture was at the right before.
      expect(apart(turned, still, 24, (column, row, size) => [size - 1 - row, column])).toBeLessThanOrEqual(
        1,
      );
      const around = await picture({}, 24, { view: { ...at, rotation: -360 } });
      expect(largestDifference(around, still)).toBe(0);
    });
  });
}

function extremes(drawn: Drawn, quick: boolean): void {
  describe('values that are tiny, huge, or beyond float32', () => {
    test.each([...activationNames, ...mixes])('hidden %j of tiny and huge arguments', async (activation) => {
      for (const [, frame] of argumentsOf(activation)) {
        expect(referenceColours(frame).flat().some(Number.isNaN), 'there is a reference').toBe(false);
        expectReference(await drawn(frame), frame);
      }
    });

    test.each(activationNames)('output %s of tiny and huge arguments', async (activation) => {
      for (const [, frame] of outputsOf(activation)) expectReference(await drawn(frame), frame);
    });

    test.each(quick ? [] : nearZero)('near 0, %s: within one step', async (_, frame) => {
      expectWithinOneStep(await drawn(frame), frame);
    });

    test.each(growing)('beyond float32 and back, %j', async (activation) => {
      const narrow = { layers: 40, width: quick ? 2 : 8, weightScale: quick ? 40 : 20 };
      for (const network of quick ? [narrow] : [narrow, { layers: 15, width: 50, weightScale: 2000 }]) {
        const frame = broughtBack(activation, network);
        if (!quick) {
          const colours = new Set(referenceColours(frame).map(([r]) => toByte(r)));
          expect(colours.size, 'there is something to see').toBeGreaterThan(10);
        }
        expectReference(await drawn(frame), frame);
      }
    });

    test.each(quick ? [] : saturated)('%s', async (_, frame) => {
      expectReference(await drawn(frame), frame);
    });

    test.each(hugeKinds)('beyond float32: %s', async (_, input) => {
      const frame = frameOf({ size: [12, 9], ...input });
      expectReference(await drawn(frame), frame);
    });
  });
}

function palettes(drawn: Drawn): void {
  describe('palettes', () => {
    const own: Palette = { colours: ['#012', '#ffaa33', '#FFF'], output: 2 };
    test.each<Palette>(['rgb', 'oklab', 'oklch', 'turbo', 'sinebow', { map: 'RdBu', output: 3 }, own])(
      'all of %j: samples, and their mean in linear light, are within one step',
      async (palette) => {
        const frame = frameOf({ ...everywhere, palette });
        expectWithinOneStep(await drawn(frame), frame);
        const worst = furthest(
          await drawn(frameOf({ ...everywhere, palette, supersample: 2 })),
          frame,
          meanColours({ ...everywhere, palette }, 2),
        );
        expect(worst.steps, worst.text).toBeLessThanOrEqual(1);
      },
    );

    test('one after another, of narrow, wide and grey networks', async () => {
      const pairs = ['#000', '#00f'].map((colour): Palette => ({ colours: [colour, '#fa3'], output: 1 }));
      const palettes: Palette[] = ['rgb', 'viridis', 'oklch', ...pairs, 'viridis', 'rgb'];
      for (const network of [
        SHAPE,
        { layers: 2, width: 57, weightScale: 0.3 },
        { ...SHAPE, outputs: 1 as const },
      ]) {
        for (const palette of palettes) {
          if (palette === 'oklch' && 'outputs' in network) continue;
          const frame = frameOf({ network, palette, size: [23, 17] });
          expectReference(await drawn(frame), frame);
        }
      }
    });

    test('dither applies to the colours of a map, per pixel', async () => {
      const frame = frameOf({
        network: gradient(0, 0, 0.3),
        palette: 'plasma',
        size: [16, 16],
        dither: true,
      });
      const rgba = await drawn(frame);
      const exact = colourOf(colouringOf('plasma'), [Math.fround(0.3)]);
      for (const channel of [0, 1, 2]) {
        const sum = rgba.reduce((all, byte, i) => (i % 4 === channel ? all + byte : all), 0);
        expect(sum / 256).toBeCloseTo(255 * exact[channel], 1);
      }
    });
  });
}

function samples(drawn: Drawn): void {
  describe('samples and dither', () => {
    for (const supersample of [2, 3, 4] as const) {
      test(`${supersample} x ${supersample} samples are their mean in linear light, within one step`, async () => {
        for (const outputs of [1, 3] as const) {
          const input: FrameInput = {
            network: { ...SHAPE, outputs },
            view: { halfWidth: 8 },
            size: [29, 11],
          };
          const frame = frameOf({ ...input, supersample });
          const worst = furthest(await drawn(frame), frame, meanColours(input, supersample));
          expect(worst.steps, worst.text).toBeLessThanOrEqual(1);
        }
      });
    }

    test('half black and half white is 188, half of the light', async () => {
      const view = { centre: [0, 0] as [number, number], halfWidth: 3 };
      const input: FrameInput = { network: gradient(1e4, 0, 0), view, size: [3, 3] };
      const rgba = await drawn(frameOf({ ...input, supersample: 2 }));
      expect([rgba[0], rgba[4], rgba[8]]).toEqual([0, 188, 255]);
    });

    test.each([1, 2] as const)('dither averages to the brightness, %i x %i samples', async (supersample) => {
      const network = gradient(0, 0, 100.3 / 255);
      const rgba = await drawn(frameOf({ network, size: [64, 64], dither: true, supersample }));
      let sum = 0;
      for (let i = 0; i < rgba.length; i += 4) sum += rgba[i];
      expect(sum / 4096).toBeCloseTo(100.3, 1);
      expect(new Set(rgba.filter((_, i) => i % 4 === 0))).toEqual(new Set([100, 101]));
      const flat = await drawn(frameOf({ network, size: [64, 64], supersample }));
      expect(new Set(flat.filter((_, i) => i % 4 === 0))).toEqual(new Set([100]));
    });
  });
}

function manners(current: () => FrameRenderer, start: () => Promise<FrameRenderer>, slow: boolean): void {
  describe('behaviour', () => {
    const frames = [1, 2, 3, 4, 5, 6, 7].map(small);
    /** A frame that takes long enough to be cancelled, or interrupted by close(). */
    const long = frameOf({
      network: { ...SHAPE, layers: slow ? 40 : 1000 },
      size: slow ? [120, 90] : [400, 400],
    });
    let pictures: Uint8Array[];
    beforeAll(async () => {
      pictures = [];
      for (const frame of frames) pictures.push(await current().render(frame));
    });
    const expectToGoOn = async (renderer = current()) =>
      expect(await renderer.render(frames[0])).toEqual(pictures[0]);

    test('describes itself', () => {
      const { backend, description, arithmetic, framesInFlight } = current();
      expect(['cpu', 'gpu']).toContain(backend);
      for (const text of [description, arithmetic]) expect(text.trim()).not.toBe('');
      expect(framesInFlight).toBeGreaterThanOrEqual(2);
    });

    test('the pictures to compare are not blank, and differ', () => {
      for (const rgba of pictures)
        expect(new Set(rgba.filter((_, i) => i % 4 === 0)).size).toBeGreaterThan(15);
      expect(new Set(pictures.map((rgba) => Buffer.from(rgba).toString('latin1'))).size).toBe(frames.length);
    });

    test('frames requested at once are the same as one by one', async () => {
      expect(await Promise.all(frames.map((frame) => current().render(frame)))).toEqual(pictures);
    });

    test('frames start in the order requested: a short one does not wait for a long one after it', async () => {
      const order: string[] = [];
      const short = current().render(frames[0]);
      const after = current().render(frameOf({ network: SHAPE, size: [160, 90] }));
      await Promise.all([short.then(() => order.push('short')), after.then(() => order.push('long'))]);
      expect(order).toEqual(['short', 'long']);
    });

    test("a frame is written to the caller's buffer, or else to its own array", async () => {
      const rooms = frames.map(() => new Uint8Array(pictures[0].length).fill(77));
      const drawn = await Promise.all(frames.map((frame, i) => current().render(frame, rooms[i])));
      expect(drawn.every((rgba, i) => rgba === rooms[i])).toBe(true);
      expect(rooms).toEqual(pictures);
      const [first, second] = [await current().render(frames[0]), await current().render(frames[1])];
      expect([first, second]).toEqual(pictures.slice(0, 2));
    });

    test('the buffer may be part of a larger one', async () => {
      const whole = new Uint8Array(pictures[0].length + 20).fill(77);
      const part = whole.subarray(10, 10 + pictures[0].length);
      expect(await current().render(frames[0], part)).toBe(part);
      expect(part).toEqual(pictures[0]);
      expect([...whole.subarray(0, 10), ...whole.subarray(-10)]).toEqual(new Array(20).fill(77));
    });

    test.each([0, 4, 4 * 26 * 14 + 1])(
      'a buffer of %i bytes is a RangeError with both sizes',
      async (bytes) => {
        const attempt = current().render(frames[0], new Uint8Array(bytes));
        await expect(attempt).rejects.toThrow(RangeError);
        await expect(attempt).rejects.toThrow(`has ${bytes} bytes but must have 1456`);
        await expectToGoOn();
      },
    );

    test('a frame whose buffer is detached meanwhile rejects, and the next frame is drawn', async () => {
      const into = new Uint8Array(frameBytes(long.size));
      const attempt = current().render(long, into);
      const outcome = attempt.catch((error) => error);
      structuredClone(into.buffer, { transfer: [into.buffer] });
      expect(await outcome).toBeInstanceOf(Error);
      await expectToGoOn();
    });

    test('a frame that is cancelled before it starts rejects with the reason', async () => {
      const stop = new AbortController();
      stop.abort(new Error('Stopped.'));
      const into = new Uint8Array(pictures[0].length).fill(77);
      const attempt = current().render(frames[0], into, 'rgba', stop.signal);
      await expect(attempt).rejects.toBe(stop.signal.reason);
      expect(into.every((byte) => byte === 77)).toBe(true);
      expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
      await expectToGoOn();
    });

    test.each([0, 5])(
      'so does one cancelled %i ms later; its buffer is left alone, and other frames are complete',
      async (delay) => {
        const stop = new AbortController();
        const into = new Uint8Array(frameBytes(long.size));
        const around = [current().render(frames[1])];
        const outcome = current()
          .render(long, into, 'rgba', stop.signal)
          .catch((error) => error);
        around.push(current().render(frames[2]));
        if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
        stop.abort(new Error('Stopped.'));
        expect(await outcome).toBe(stop.signal.reason);
        into.fill(77); // it is the caller's again
        expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
        expect(await Promise.all(around)).toEqual(pictures.slice(1, 3));
        await expectToGoOn();
        expect(into.every((byte) => byte === 77)).toBe(true);
      },
    );

    test('a long-lived signal keeps no listeners of finished frames', async () => {
      const { signal } = new AbortController();
      const drawn = frames.map((frame) => current().render(frame, undefined, 'rgba', signal));
      expect(await Promise.all(drawn)).toEqual(pictures);
      const failing = current().render(frames[0], new Uint8Array(1), 'rgba', signal);
      await expect(failing).rejects.toThrow(RangeError);
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    });

    test('close() rejects current and later frames; closing twice is harmless', async () => {
      const renderer = await start();
      const { signal } = new AbortController();
      const into = new Uint8Array(frameBytes(long.size));
      const unfinished = [0, 1, 2, 3].map((i) =>
        renderer.render(long, i === 0 ? into : undefined, 'rgba', signal),
      );
      const outcomes = Promise.allSettled(unfinished);
      await Promise.all([renderer.close(), renderer.close()]);
      await renderer.close();
      for (const outcome of await outcomes) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'RenderError' } });
        expect((outcome as PromiseRejectedResult).reason.message).toMatch(/closed/);
      }
      into.fill(77);
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
      await expect(renderer.render(frames[0])).rejects.toThrow(/closed/);
      expect(into.every((byte) => byte === 77)).toBe(true);
    });

    test('a renderer that has drawn nothing can be closed', async () => {
      const renderer = await start();
      await renderer.close();
      await expect(renderer.render(frames[0])).rejects.toThrow(/closed/);
    });

    test('an unsupported format is refused', async () => {
      const attempt = current().render(frames[0], undefined, 'nv12' as PixelFormat);
      await expect(attempt).rejects.toThrow(RangeError);
      await expectToGoOn();
    });
  });
}
