import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Layer } from '../../src/core/network/layers.js';
import { buildNetwork } from '../../src/core/network/network.js';
import { networkSchema } from '../../src/core/network/spec.js';
import {
  createRenderer,
  type FrameInput,
  type FrameRenderer,
  frameAt,
  frameSchema,
  sweep,
} from '../../src/index.js';
import { largestDifference } from '../frames/compare.js';
import type { Moment } from './page.js';
import { expectPicture } from './pictures.js';
import { paced } from './scenes/paced-sweep.js';
import { type DrawnPixels, openStage, type TestStage } from './stage.js';

/** All composed scenes. */
const scenes = readdirSync('scenes')
  .filter((file) => file.endsWith('.tsx'))
  .map((file) => basename(file, '.tsx'));
const small = [
  'field',
  'paced',
  'shown',
  'palettes',
  'above',
  'surface',
  'curve',
  'chaos',
  'grid',
  'light',
  'overlay',
  'part',
  'played',
  'misspelt',
  'typeface',
  'wrong',
];

let stage: TestStage;
let renderer: FrameRenderer;

beforeAll(async () => {
  stage = await openStage([
    ...small.map((name) => `test/browser/scenes/${name}.tsx`),
    ...scenes.map((name) => `scenes/${name}.tsx`),
  ]);
  renderer = await createRenderer({ backend: 'cpu' });
});
afterAll(async () => {
  await stage?.close();
  await renderer?.close();
});

/** Type is at least 11 pixels high on a phone that is 375 pixels wide. */
function expectReadable({ smallest }: DrawnPixels): void {
  expect(smallest?.pixels ?? 11, smallest?.text).toBeGreaterThan(10.99);
}

/** At least half of the frame differs from the background: the squares of a raster with 32 columns. */
function expectFilled({ width, height, rgba }: DrawnPixels): void {
  const side = width / 32;
  const used = new Set<number>();
  for (let i = 0; i < width * height; i++) {
    let [fromBackground, brightest] = [0, 0];
    for (let k = 0; k < 3; k++) {
      fromBackground = Math.max(fromBackground, Math.abs(rgba[4 * i + k] - rgba[k]));
      brightest = Math.max(brightest, rgba[4 * i + k]);
    }
    const [x, y] = [i % width, Math.floor(i / width)];
    if (fromBackground > 8 || brightest >= 32) used.add(32 * Math.floor(y / side) + Math.floor(x / side));
  }
  expect(used.size / ((32 * height) / side)).toBeGreaterThan(0.5);
}

type Size = [width: number, height: number];
const SIZE: Size = [160, 90];

const draw = (scene: string, frame: number, size = SIZE) => stage.draw({ scene, size, fps: 10, frame });
const drawAll = (scene: string, frames: readonly Moment[], size = SIZE) =>
  stage.drawAll({ scene, size, fps: 10, frames });
/** The picture that Node draws. */
const drawInNode = (frame: Omit<FrameInput, 'size'>, size = SIZE) =>
  renderer.render(frameSchema.parse({ ...frame, size }));

/** A part of a picture, its full height. */
function columns({ width, height, rgba }: DrawnPixels, from: number, to: number): Uint8Array {
  const part = new Uint8Array(4 * (to - from) * height);
  for (let y = 0; y < height; y++) {
    part.set(rgba.subarray(4 * (y * width + from), 4 * (y * width + to)), 4 * y * (to - from));
  }
  return part;
}

describe('a field is the picture that Node draws', () => {
  test('before a tween', async () => {
    const expected = await drawInNode({ network: { seed: 18, layers: 9, weightScale: 0.4 } });
    expect(largestDifference((await draw('field', 0)).rgba, expected)).toBeLessThanOrEqual(1);
  });

  test('after a tween', async () => {
    const expected = await drawInNode({ network: { seed: 18, layers: 9, weightScale: 0.8 } });
    const { rgba } = await draw('field', 9);
    // The tenth frame is the tween's second to last step: close to its end, and far from its beginning.
    expect(mean(rgba, expected)).toBeLessThan(6);
  });

  test('at the end of a played sweep', async () => {
    const network = { seed: 3, layers: 6, activation: 'sin', weightScale: 0.5 } as const;
    const expected = await drawInNode({ network, view: { centre: [0, 0], halfWidth: 4 } });
    expect(largestDifference((await draw('field', -1)).rgba, expected)).toBeLessThanOrEqual(1);
  });

  test('during and after sweeps that leave what they do not name', async () => {
    const frame = (seed: unknown, layers: number, weightScale: number, centre: [number, number]) =>
      drawInNode({
        network: { seed: seed as number, layers, width: 8, weightScale },
        view: { centre, halfWidth: 2 },
        palette: 'viridis',
      });
    const half = await draw('played', 2);
    expect(half.frames).toBe(14); // 0.4 s, and 4 s in one, at 10 fps
    const expected = await frame({ from: 3, to: 4, fraction: 0.5 }, 5, 0.65, [1, 0]);
    expect(largestDifference(half.rgba, expected)).toBeLessThanOrEqual(1);
    expect(
      largestDifference((await draw('played', -1)).rgba, await frame(4, 4, 0.9, [2, -1])),
    ).toBeLessThanOrEqual(1);
  });

  test('at an even pace', async () => {
    const { network, view } = frameAt(sweep(paced), 1);
    const expected = await drawInNode({ network: { ...network }, view });
    expect(largestDifference((await draw('paced', 10)).rgba, expected)).toBeLessThanOrEqual(1);
    const otherwise = frameAt(sweep({ ...paced, pace: 'tracks' }), 1).network;
    expect(mean(await drawInNode({ network: otherwise, view }), expected)).toBeGreaterThan(10);
  });

  test('of one output, as grey', async () => {
    const colour = await drawInNode({ network: { seed: 18, layers: 4, width: 8 } }, [80, 90]);
    const expected = colour.map((byte, i) => (i % 4 === 3 ? byte : colour[4 * Math.floor(i / 4) + 1]));
    expect(largestDifference(columns(await draw('shown', 0), 0, 80), expected)).toBeLessThanOrEqual(1);
  });

  test('in a palette', async () => {
    const network = { seed: 18, layers: 4, width: 8 };
    const size: Size = [60, 90];
    const drawn = await draw('palettes', -1, [180, 90]);
    const [all, one, unit] = [0, 60, 120].map((from) => columns(drawn, from, from + 60));
    const expected = await drawInNode({ network, palette: 'oklch' }, size);
    expect(largestDifference(all, expected)).toBeLessThanOrEqual(1);
    const map = { map: 'magma', output: 2 } as const;
    expect(largestDifference(one, await drawInNode({ network, palette: map }, size))).toBeLessThanOrEqual(1);
    const weights = weightsToUnit();
    const mapped = await drawInNode(
      { network: { weights, outputActivation: 'tanh' }, palette: 'turbo' },
      size,
    );
    expect(largestDifference(unit, mapped)).toBeLessThanOrEqual(1);
  });

  test('of one unit of one layer', async () => {
    const weights = weightsToUnit();
    const expected = await drawInNode({ network: { weights, outputActivation: 'tanh' } }, [80, 90]);
    expect(largestDifference(columns(await draw('shown', 0), 80, 160), expected)).toBeLessThanOrEqual(1);
  });

  /** The third unit of the second layer of the network in these scenes, as a network. */
  function weightsToUnit() {
    const { hidden } = buildNetwork(networkSchema.parse({ seed: 18, layers: 4, width: 8 }));
    const explicit = ({ inputs, weights, biases }: Layer, unit?: number) => {
      const units = unit === undefined ? [...biases.keys()] : [unit];
      return {
        w: units.map((i) => Array.from(weights.subarray(i * inputs, (i + 1) * inputs))),
        b: units.map((i) => biases[i]),
      };
    };
    return [explicit(hidden[0]), explicit(hidden[1], 2)];
  }
});

test('a flat surface seen from above is its picture', async () => {
  const drawn = await draw('above', 0, [320, 160]);
  const [left, right] = [columns(drawn, 0, 160), columns(drawn, 160, 320)];
  const inside = (part: Uint8Array) => part.filter((_, i) => isInside(Math.floor(i / 4), 160, 50));
  expect(mean(inside(left), inside(right))).toBeLessThan(2);
});

test('while the editor plays a picture may be coarse; at rest it is whole', async () => {
  const size: Size = [640, 480];
  const request = { scene: 'field', size, fps: 10, frame: 0 };
  const expected = await drawInNode({ network: { seed: 18, layers: 9, weightScale: 0.4 } }, size);
  for (const frame of [3, 4]) await stage.draw({ ...request, frame }); // the page measures the time of a frame
  const { rgba } = await stage.draw({ ...request, playing: true });
  expect(mean(rgba, expected)).toBeLessThan(4);
  expect(largestDifference((await stage.draw(request)).rgba, expected)).toBeLessThanOrEqual(1);
});

describe('a scene within another', () => {
  test('begins where it should, keeps its pace, and ends', async () => {
    for (const frame of [0, 2, 5]) {
      const { rgba, frames } = await draw('part', frame);
      expect(frames).toBe(6); // (1.6 - 0.4) s at double speed, at 10 fps
      const alone = await draw('field', 4 + 2 * frame);
      expect(largestDifference(rgba, alone.rgba)).toBeLessThanOrEqual(1);
    }
  });

  test('is laid out anew in its part of the view', async () => {
    const { rgba } = await draw('part', 0, [80, 80]);
    expect(largestDifference(rgba, (await draw('field', 4, [80, 80])).rgba)).toBeLessThanOrEqual(1);
  });
});

test('a value that cannot be is named, with its rule', async () => {
  await expect(draw('wrong', 0)).rejects.toThrow(
    'wrong/NetworkField[1]: weightScale is -1 but must be at least 0.',
  );
});

test('a property that a node does not have is a warning with its place', async () => {
  const logged = async () => (await draw('misspelt', -1)).logged;
  const first = await logged();
  expect(first.map(({ message }) => message)).toMatchSnapshot();
  expect(first.map(({ node }) => node).join('')).toBe('aaabceg');
  for (const { stack } of first) expect(stack).toMatch(/stage\.js:\d+/);
  expect(await logged()).toEqual([]); // an editor makes nodes many times
});

test('a typeface is that of all text, tick labels included', async () => {
  const { fonts } = await draw('typeface', 0);
  expect(fonts.length).toBeGreaterThan(4);
  for (const font of fonts) expect(font).toMatch(/ monospace$/);
});

describe('frames are the stored pictures', () => {
  test.each([
    ['surface', 5],
    ['curve', 15],
    ['chaos', 0],
    ['grid', 10],
    ['light', 0],
  ])('%s', async (scene, frame) => {
    expectPicture(scene, await draw(scene, frame, [320, 180]));
  });

  test.each(scenes)('%s: first, middle and last', async (scene) => {
    const [first, middle, last] = await (scene === 'tour'
      ? tour()
      : drawAll(scene, [0, 'middle', -1], [320, 180]));
    expect(last.logged.filter(({ message }) => message.includes('is not a property'))).toEqual([]);
    expectPicture(`${scene}-first`, first);
    expectPicture(`${scene}-middle`, middle);
    expectPicture(`${scene}-last`, last);
    for (const drawn of [first, middle, last]) expectReadable(drawn);
    for (const drawn of [first, last]) expectFilled(drawn);
  });

  test.each([
    ['wide', [320, 180]],
    ['tall', [180, 320]],
  ] as const)('overlay, %s: the first frame is the last', async (shape, size) => {
    const [first, within, last] = await drawAll('overlay', [0, 9, -1], [...size]);
    expect(largestDifference(first.rgba, last.rgba)).toBeLessThanOrEqual(1);
    expectPicture(`overlay-${shape}`, last);
    expect(mean(within.rgba, last.rgba)).toBeGreaterThan(1.5);
  });

  /** Seconds of the tour. */
  const STATIONS = [12, 30, 51, 75, 93, 110];
  let toured: Promise<DrawnPixels[]> | undefined;
  /** The tour's first, middle and last frame, and its stations: drawn once. */
  function tour(): Promise<DrawnPixels[]> {
    const stations = STATIONS.map((seconds) => 10 * seconds);
    toured ??= drawAll('tour', [0, 'middle', -1, ...stations], [320, 180]);
    return toured;
  }

  test.each(STATIONS.map((seconds, i) => [seconds, i]))('tour: at %i seconds', async (seconds, i) => {
    expectPicture(`tour-${seconds}`, (await tour())[3 + i]);
  });

  test.each(scenes)('%s: last, in portrait', async (scene) => {
    const last = await draw(scene, -1, [180, 320]);
    expectPicture(`${scene}-portrait`, last);
    expectReadable(last);
    expectFilled(last);
  });
});

test('two runs give identical frames', async () => {
  const some = async () => {
    const frames: DrawnPixels[] = [];
    for (const scene of ['single-unit', 'adding-layers', 'growing-weights'])
      frames.push(await draw(scene, 60));
    return frames;
  };
  const before = await some();
  await stage.reload();
  const after = await some();
  for (const [i, { rgba }] of before.entries()) expect(largestDifference(rgba, after[i].rgba)).toBe(0);
});

/** The mean difference of two pictures' bytes, in steps. */
function mean(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, byte, i) => sum + Math.abs(byte - b[i]), 0) / a.length;
}

/** Whether a pixel is in the central square of a square picture, which extends `half` pixels to each side. */
function isInside(pixel: number, side: number, half: number): boolean {
  const [x, y] = [pixel % side, Math.floor(pixel / side)];
  return Math.max(Math.abs(x - side / 2), Math.abs(y - side / 2)) < half;
}
