/** Adaptive frames: close to exact ones, the same from any parts and threads, and exact where they cannot be close. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FrameDescription, FrameInput } from '../../src/core/frame/description.js';
import { frameSchema } from '../../src/core/frame/description.js';
import type { Part } from '../../src/core/frame/geometry.js';
import { colouringShown } from '../../src/core/frame/shown.js';
import { DrawCache } from '../../src/core/network/draws.js';
import { sweep } from '../../src/core/sweep/sweep.js';
import { BLOCK_POINTS, counts } from '../../src/renderers/cpu/adaptive.js';
import { drawPart } from '../../src/renderers/cpu/band.js';
import { kernelModule } from '../../src/renderers/cpu/choose-kernel.js';
import { Evaluator } from '../../src/renderers/cpu/evaluator.js';
import { packNetwork } from '../../src/renderers/cpu/pack.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { kernels } from '../../src/renderers/cpu/shapes.js';
import { adaptiveOf, smoothnessOf } from '../../src/renderers/smoothness.js';

let renderer: CpuRenderer;
beforeAll(() => {
  renderer = new CpuRenderer(1);
});
afterAll(() => renderer.close());

const frameOf = (input: FrameInput): FrameDescription => frameSchema.parse(input);
const adaptively = (frame: FrameDescription): FrameDescription => ({ ...frame, evaluation: 'adaptive' });

const isEqual = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0;

/** The share of pixels of which a channel differs by more than one step. */
function strays(one: Uint8Array, other: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < one.length; i += 4)
    if ([0, 1, 2].some((channel) => Math.abs(one[i + channel] - other[i + channel]) > 1)) count++;
  return count / (one.length / 4);
}

const network = { layers: 9, units: 20, weightScale: 0.7 } as const;
const size: [number, number] = [150, 100];
const frames: Record<string, FrameInput> = {
  tanh: { network, size },
  'a mix, residuals, normalised': {
    network: {
      ...network,
      activation: { from: 'tanh', to: 'sin', fraction: 0.3 },
      residual: 0.4,
      normalisation: 'layer',
    },
    size,
  },
  'gelu, 8.5 layers': { network: { ...network, layers: 8.5, activation: 'gelu' }, size },
  relu: { network: { ...network, weightScale: 0.4, activation: 'relu' }, size },
  'abs, grey': { network: { ...network, weightScale: 0.35, activation: 'abs', outputs: 1 }, size },
  'a kaleidoscope': {
    network: { ...network, features: ['x', 'y', 'r'], fold: 'kaleidoscope' },
    size,
    view: { rotation: 20 },
  },
  'oklch, dithered': { network, size, palette: 'oklch', dither: true },
  'a colour map and levels': { network, size, palette: 'turbo', levels: [0.2, 0.7] },
  '2 x 2 samples, dithered': { network, size, supersample: 2, dither: true },
  'a hidden unit': { network, size, shown: { layer: 6, unit: 3 } },
  'a deep zoom': { network, size, view: { centre: [0.3, 0.2], halfWidth: 1e-6 } },
};

/** Draws a whole frame in this thread. Returns its pixels, and the share of them that were computed if adaptively. */
function drawHere(frame: FrameDescription, adaptive?: 'smooth'): { drawn: Uint8Array; computed: number } {
  const [width, height] = frame.size;
  const packed = packNetwork(frame, kernels.plain, new DrawCache());
  const evaluator = new Evaluator();
  const samples = width * height * frame.supersample ** 2;
  evaluator.load(kernelModule(packed), packed, adaptive ? BLOCK_POINTS : samples);
  Object.assign(counts, { pixels: 0, computed: 0 });
  const drawn = new Uint8Array(4 * width * height);
  const how = { ...frame, colouring: colouringShown(frame), ...(adaptive && { adaptive }) };
  drawPart(evaluator, how, { x: 0, y: 0, width, height }, drawn);
  if (adaptive) expect(counts.pixels).toBe(width * height);
  return { drawn, computed: counts.computed / counts.pixels };
}

describe('adaptive frames', () => {
  test.each(Object.entries(frames))('%s: within one step', async (_, input) => {
    const frame = frameOf(input);
    expect(adaptiveOf(adaptively(frame))).toBeDefined();
    const exact = await renderer.render(frame);
    const adaptive = await renderer.render(adaptively(frame));
    expect(strays(exact, adaptive)).toBeLessThanOrEqual(1e-4);
  });

  test('are the same from any number of threads, and from parts anywhere', async () => {
    const frame = adaptively(frameOf({ network, size: [200, 150], supersample: 2, dither: true }));
    const whole = await renderer.render(frame);
    const three = new CpuRenderer(3);
    expect(isEqual(await three.render(frame), whole)).toBe(true);
    await three.close();
    const parts: Part[] = [
      { x: 0, y: 0, width: 70, height: 31 },
      { x: 61, y: 62, width: 5, height: 4 },
      { x: 130, y: 100, width: 70, height: 50 },
    ];
    await renderer.renderParts(frame, parts, ({ x, y, width, height }, rgba) => {
      for (let row = 0; row < height; row++) {
        const start = 4 * ((y + row) * 200 + x);
        const drawn = rgba.subarray(4 * row * width, 4 * (row + 1) * width);
        expect(isEqual(drawn, whole.subarray(start, start + 4 * width))).toBe(true);
      }
    });
  });

  test('may have parts beyond their edges', async () => {
    const beyond: Part = { x: -20, y: 60, width: 60, height: 90 };
    const draw = async (frame: FrameDescription) => {
      const drawn: Uint8Array[] = [];
      await renderer.renderParts(frame, [beyond], (_, rgba) => drawn.push(rgba.slice()));
      return drawn[0];
    };
    const frame = frameOf({ network, size });
    expect(strays(await draw(frame), await draw(adaptively(frame)))).toBeLessThanOrEqual(1e-4);
  });

  test('that are rough everywhere are the exact ones, in parts of any width', () => {
    const rough = { ...network, weightScale: 3, activation: 'sin' } as const;
    const view = { halfWidth: 40 };
    const frame = frameOf({ network: rough, view, size: [700, 70], supersample: 4, dither: true });
    const { drawn, computed } = drawHere(frame, 'smooth');
    expect(computed).toBeLessThan(1.03); // by hopeless blocks
    expect(isEqual(drawn, drawHere(frame).drawn)).toBe(true);
  });

  test.each([
    ['smooth', 0.5, 0.2],
    ['rough', 3, 1.03],
  ] as const)('compute few pixels of a %s picture', (_, weightScale, share) => {
    const frame = frameOf({ network: { layers: 9, units: 20, weightScale }, size: [192, 192] });
    const { computed } = drawHere(frame, 'smooth');
    expect(computed).toBeLessThan(share);
  });
});

describe('frames that are drawn exactly anyway', () => {
  test.each<[string, FrameInput]>([
    ['jumps', { network: { ...network, activation: ['tanh', 'step'] }, size }],
    ['a tile', { network: { ...network, fold: { tile: 1.7 } }, size }],
    ['an output that bends', { network: { ...network, outputActivation: 'relu' }, size }],
    ['an output that jumps', { network: { ...network, outputActivation: 'sawtooth' }, size }],
    ['a grid of units', { network, size, shown: { layer: 2 } }],
    ['a network that costs less than interpolation', { network: { layers: 2, units: 10 }, size }],
  ])('%s', async (_, input) => {
    const frame = frameOf(input);
    expect(adaptiveOf(adaptively(frame))).toBeUndefined();
    expect(isEqual(await renderer.render(adaptively(frame)), await renderer.render(frame))).toBe(true);
  });
});

test('a frame bends where an activation, a fold or a limit does', () => {
  const smoothness = (input: Partial<FrameInput>) => smoothnessOf(frameOf({ network, size, ...input }));
  expect(smoothness({})).toBe('smooth');
  expect(smoothness({ network: { ...network, activation: 'identity' } })).toBe('smooth');
  expect(smoothness({ network: { ...network, activation: 'leakyRelu' } })).toBe('bends');
  expect(smoothness({ network: { ...network, fold: 'mirror' } })).toBe('bends');
  expect(smoothness({ network: { ...network, outputActivation: 'gelu' } })).toBe('unsafe');
  expect(smoothness({ levels: [0.1, 0.9] })).toBe('bends');
  expect(smoothness({ network: { ...network, activation: 'sawtooth' } })).toBe('unsafe');
});

test('exact evaluation leaves no trace in a sweep, and adaptive evaluation does', () => {
  const plain = JSON.stringify(sweep({ seconds: 1 }));
  expect(JSON.stringify(sweep({ seconds: 1, evaluation: 'exact' }))).toBe(plain);
  expect(sweep({ seconds: 1, evaluation: 'adaptive' }).evaluation).toBe('adaptive');
  expect(() => sweep({ seconds: 1, evaluation: 'fast' as 'exact' })).toThrow('evaluation');
});
