/** Networks with several activations, features, residuals and so on, and their hidden units, match the reference. */
import { describe, expect, test } from 'vitest';
import type { FrameInput } from '../../src/core/frame/description.js';
import { buildNetwork } from '../../src/core/network/network.js';
import type { NetworkInput } from '../../src/core/network/spec.js';
import { expectReference, frameOf, furthest, meanColours } from '../frames/compare.js';
import { rendererStarter, softwareAdapter } from './adapter.js';

const adapter = await softwareAdapter(
  'that networks with several activations and the like match the reference',
);
const start = rendererStarter(adapter);
/** The form whose kernels are the smallest: most of these tests' time is the compiler's. */
const renderer = adapter && (await start({ form: { size: 2, vectors: 1, weights: 'storage' } }));
const drawn = (input: FrameInput) => renderer!.render(frameOf(input));

/** Narrow and wide networks, which have kernels of their own. */
const narrow: NetworkInput = { layers: 4, units: 6, weightScale: 1.2 };
const wide: NetworkInput = { layers: 4, units: [50, 5.5, 49], weightScale: 0.5 };
const size: [number, number] = [23, 17];
const several: NetworkInput['activation'] = [
  { perUnit: ['sin', 'tanh', 'relu'] },
  { from: 'tanh', to: 'relu', fraction: 0.3 },
];
const layered: NetworkInput = { activation: several, residual: 0.8, normalisation: 'layer' };
const features: NetworkInput = { features: ['x', 'r', 'angle', 'cos(x)', 'abs(y)'] };
const mixed: NetworkInput = { outputActivation: { from: 'sin', to: 'sigmoid', fraction: 0.3 } };
const seeds: NetworkInput = { seed: { from: 1, to: 2, fraction: 0.4 } };
/** Values grow beyond float32. */
const huge: NetworkInput = { layers: 40, units: 2, weightScale: 40, activation: 'relu', residual: 2 };

describe.skipIf(!adapter)('pictures match the reference', () => {
  test.each<[string, FrameInput]>([
    ...[narrow, wide].flatMap((network, i): [string, FrameInput][] => {
      const kind = ['narrow', 'wide'][i];
      const everything = { ...network, ...layered, ...features, ...mixed };
      const more = { ...everything, ...seeds, layers: 3.4, units: i ? 50.3 : 5.3, inputs: 6 };
      return [
        [`${kind}, with everything`, { network: everything, size }],
        [
          `${kind}, another depth and fold, two seeds, layers and units fading in, rotated`,
          { network: { ...more, fold: 'tile' }, slice: [0.3], view: { rotation: 20 }, size },
        ],
        [`${kind}, a hidden unit`, { network: everything, shown: { layer: 3, unit: 2 }, size }],
        [`${kind}, a unit of the first layer`, { network: everything, shown: { layer: 1, unit: 4 }, size }],
        [
          `${kind}, the units of a layer`,
          { network: everything, shown: { layer: 2 }, palette: 'magma', size: [50, 41] },
        ],
      ];
    }),
    ['wide, one activation, in a kaleidoscope', { network: { ...wide, fold: { kaleidoscope: 5 } }, size }],
    ['beyond float32, with a residual', { network: huge, size }],
    ['beyond float32, normalised', { network: { ...huge, normalisation: 'layer' }, size }],
    ['beyond float32, a unit', { network: huge, shown: { layer: 30, unit: 1 }, size }],
    ['beyond float32, a grid', { network: huge, shown: { layer: 39 }, size: [20, 10] }],
  ])('%s', async (_, input) => {
    expectReference(await drawn(input), frameOf(input));
  });

  test('of inputs that are kept from frame to frame, and replaced', async () => {
    const kaleidoscope: FrameInput = { network: { ...wide, fold: { kaleidoscope: 5 } }, size };
    const inputs: FrameInput[] = [
      kaleidoscope,
      { ...kaleidoscope, network: { ...kaleidoscope.network, seed: 3 } },
      { ...kaleidoscope, view: { centre: [0.2, 0], halfWidth: 1 } },
      { network: { ...wide, layers: 2 }, size },
      { ...kaleidoscope, network: { ...wide, fold: 'mirror', features: ['x', 'y', 'sin(x)'] } },
      kaleidoscope,
    ];
    for (const input of inputs) expectReference(await drawn(input), frameOf(input));
  });

  test('with 2 x 2 samples, inputs of one coordinate and of both', async () => {
    for (const fold of ['mirror', 'kaleidoscope'] as const) {
      const input: FrameInput = { network: { ...wide, fold }, size };
      const frame = frameOf({ ...input, supersample: 2 });
      const { steps, text } = furthest(await renderer!.render(frame), frame, meanColours(input, 2));
      expect(steps, text).toBeLessThanOrEqual(1);
    }
  });

  test('of weights between given ones and a mix of two seeds', async () => {
    for (const network of [wide, { ...wide, units: 60 }]) {
      const from = buildNetwork(frameOf({ network: { ...network, units: 60 }, size }).network);
      const weights = { from, to: 'drawn' as const, fraction: 0.5 };
      const input: FrameInput = { network: { ...seeds, weights, weightScale: 0.4 }, size };
      expectReference(await drawn(input), frameOf(input));
    }
  });
});

describe.skipIf(!adapter)('grids', () => {
  test('are dithered by the place in the frame', async () => {
    const network = { ...narrow, ...layered, ...features };
    const size: [number, number] = [43, 29];
    const frame = { network: { ...network, weightScale: 0 }, shown: { layer: 1 }, size };
    const [flat, dithered] = [await drawn(frame), await drawn({ ...frame, dither: true })];
    const grey = await drawn({ network: { layers: 1, weightScale: 0 }, size, dither: true });
    for (let i = 0; i < flat.length; i += 4) expect(dithered[i]).toBe(flat[i] === 0 ? 0 : grey[i]);
    expect(new Set(dithered)).toEqual(new Set([0, 127, 128, 255]));
  });
});
