/** The player's WebGL2 renderer draws frames like the reference. It needs dist/. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FrameDescription, FrameInput } from '../../src/core/frame/description.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import {
  allPixels,
  expectReference,
  frameOf,
  furthest,
  jumps,
  largestDifference,
  referenceColours,
} from '../frames/compare.js';
import { type BuiltPage, openBuiltPage } from './built-page.js';
import { SOFTWARE_WEBGL } from './shader-page.js';

const ENTRY = `
import { WebGlRenderer } from './dist/player/webgl/renderer.js';
const canvas = document.createElement('canvas');
const renderer = WebGlRenderer.start(canvas, { software: true });
window.webgl = {
  renderer, canvas, start: (options) => WebGlRenderer.start(document.createElement('canvas'), options),
  draw: async (frame) => Array.from(await renderer.render(frame)),
};
window.ready = true;
`;

interface TestWindow {
  webgl: {
    renderer: import('../../src/player/webgl/renderer.js').WebGlRenderer;
    canvas: HTMLCanvasElement;
    start(options?: object): unknown;
    draw(frame: FrameDescription): Promise<number[]>;
  };
}

let built: BuiltPage;
beforeAll(async () => {
  built = await openBuiltPage(ENTRY, SOFTWARE_WEBGL);
});
afterAll(() => built.close());

async function draw(frame: FrameDescription): Promise<Uint8Array> {
  const drawn = await built.page.evaluate((it) => (window as unknown as TestWindow).webgl.draw(it), frame);
  return Uint8Array.from(drawn);
}

const size: [number, number] = [24, 20];
const cases: Record<string, FrameInput> = {
  'the article’s network': { network: { layers: 27, units: 30, seed: 4, weightScale: 0.4 }, size },
  'one layer': { network: { layers: 1, seed: 3, outputActivation: 'sigmoid' }, size },
  'sines in OKLCh, turned': {
    network: { layers: 6, units: 9, activation: 'sin', seed: 'a' },
    view: { rotation: 33, halfWidth: 2 },
    palette: 'oklch',
    size,
  },
  'units by layer, a colour map, levels, slices': {
    network: { layers: 5, units: [20, 3, 14], activation: ['relu', 'tanh', 'elu'], inputs: 4, seed: 2 },
    palette: { map: 'viridis', output: 2 },
    levels: [0.2, 0.9],
    slice: [0.5, -1],
    size,
  },
  'normalised, a residual and a unit that fades in': {
    network: { layers: 8, units: 10.5, activation: 'gelu', normalisation: 'layer', residual: 0.7, seed: 5 },
    size,
  },
  'a fractional number of layers': { network: { layers: 4.3, units: 8, residual: 1, seed: 6 }, size },
  'the least fractional number of layers': { network: { layers: 1.4, units: 8, seed: 6 }, size },
  'activations by unit between two seeds, and a mixed output': {
    network: {
      layers: 4,
      units: 12,
      activation: { perUnit: ['tanh', 'gaussian', 'abs', 'softplus', 'silu', 'leakyRelu'] },
      outputActivation: { from: 'sigmoid', to: 'sin', fraction: 0.3 },
      seed: { from: 1, to: 2, fraction: 0.4 },
    },
    size,
  },
  'features in a kaleidoscope': {
    network: {
      layers: 4,
      units: 10,
      features: ['x', 'y', 'r', 'cos(angle)', 'gaussian(x)', 'x*y'],
      fold: { kaleidoscope: 7 },
      seed: 7,
    },
    view: { centre: [0.2, 0.1], rotation: 10 },
    palette: 'oklab',
    size,
  },
  tiles: {
    network: { layers: 3, units: 6, features: ['x', 'y', 'sin(x)'], fold: { tile: 1.3 }, seed: 8 },
    size,
  },
  'a deep zoom': {
    network: { layers: 6, units: 16, seed: 9 },
    view: { centre: [0.7, 0.3], halfWidth: 1e-7 },
    size,
  },
  'a deep zoom into features': {
    network: { layers: 4, units: 10, features: ['r', 'x', 'angle'], fold: 'mirror', weightScale: 3, seed: 9 },
    view: { centre: [0.7, 0.3], halfWidth: 1e-6 },
    size,
  },
  'the units of a layer': {
    network: { layers: 4, units: 10, residual: 0.5, activation: { perUnit: ['tanh', 'relu'] }, seed: 3 },
    shown: { layer: 3 },
    size: [60, 50],
  },
  'one unit of the first layer': {
    network: { layers: 3, units: 5, activation: 'gaussian', seed: 3 },
    shown: { layer: 1, unit: 4 },
    palette: { colours: ['#103', '#fa8', '#fff'] },
    size,
  },
  'more weights than uniform blocks hold': {
    network: { layers: 3, units: 130, activation: 'sin', residual: 0.4, seed: 3, initialisation: 'lecun' },
    size,
  },
  'many units': {
    network: {
      layers: 5,
      units: 70,
      normalisation: 'layer',
      residual: 0.3,
      seed: 1,
      initialisation: 'lecun',
    },
    size,
  },
};

test.each(Object.entries(cases))('%s', async (_, input) => {
  const frame = frameOf(input);
  const rgba = await draw(frame);
  expectReference(rgba, frame);
  if (frame.network.layers > 8 || jumps(frame)) return;
  const { steps, text } = furthest(rgba, frame, referenceColours(frame, allPixels(frame)));
  expect(steps, text).toBeLessThanOrEqual(2);
});

test('supersampling and dither are as on the CPU', async () => {
  const network = { layers: 4, units: 9, seed: 3 };
  const cpu = new CpuRenderer(1);
  for (const supersample of [1, 3] as const) {
    const frame = frameOf({ network, size, supersample, dither: true });
    expect(largestDifference(await draw(frame), await cpu.render(frame))).toBeLessThanOrEqual(1);
  }
  await cpu.close();
});

describe('the canvas', () => {
  test.each([
    [24, 20],
    [48, 40],
  ])('of %d x %d pixels shows the frame', async (width, height) => {
    const frame = frameOf({ network: { layers: 2, units: 4, seed: 3 }, size });
    const [drawn, shown] = await built.page.evaluate(
      async ([frame, width, height]) => {
        const { renderer, canvas } = (window as unknown as TestWindow).webgl;
        Object.assign(canvas, { width, height });
        await renderer.present(frame, canvas as never);
        const copy = new OffscreenCanvas(24, 20).getContext('2d')!;
        copy.drawImage(canvas, 0, 0, 24, 20);
        return [Array.from(await renderer.render(frame)), Array.from(copy.getImageData(0, 0, 24, 20).data)];
      },
      [frame, width, height] as const,
    );
    const difference = largestDifference(Uint8Array.from(drawn), Uint8Array.from(shown));
    expect(difference).toBeLessThanOrEqual(width === 24 ? 0 : 12);
  });
});

test('software is refused, and accepted on trial if allowed', async () => {
  const found = await built.page.evaluate(async () => {
    const { start, renderer } = (window as unknown as TestWindow).webgl;
    let refused = '';
    try {
      start();
    } catch (error) {
      refused = (error as Error).message;
    }
    return { refused, problem: await renderer.trial() };
  });
  expect(found.refused).toContain('WebGL2');
  expect(found.problem).toBeUndefined();
});

test('values beyond float32 and sizes beyond the limits are left to the CPU', async () => {
  const problems = await built.page.evaluate(
    (frames) => frames.map((frame) => (window as unknown as TestWindow).webgl.renderer.problemOf(frame)),
    [
      frameOf({ network: { layers: 200, units: 20, activation: 'relu', weightScale: 3 }, size }),
      frameOf({ network: { layers: 2, units: 2 }, size: [16384, 4] }),
      frameOf({ network: { layers: 3, units: 2000 }, size }),
    ],
  );
  expect(problems[0]).toContain('values');
  expect(problems[1]).toContain('pixels a side');
  expect(problems[2]).toContain('too large');
});

test('a lost context rejects the frames', async () => {
  const frame = frameOf({ network: { layers: 3, units: 4 }, size });
  const said = await built.page.evaluate(async (frame) => {
    const { renderer, canvas } = (window as unknown as TestWindow).webgl;
    const drawing = renderer.render(frame).then(
      () => 'drawn',
      (error) => `${error.name}: ${error.message}`,
    );
    canvas.getContext('webgl2')!.getExtension('WEBGL_lose_context')!.loseContext();
    return [await drawing, await renderer.render(frame).catch((error) => `${error.name}: ${error.message}`)];
  }, frame);
  expect(said[0]).toMatch(/^RenderError: /);
  expect(said[1]).toMatch(/^RenderError: /);
});
