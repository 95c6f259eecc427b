/** Frames of every kind of network, view and shown part beyond the plain ones; for the tests of every backend. */
import type { FrameInput } from '../../src/core/frame/description.js';
import type { NetworkInput } from '../../src/core/network/spec.js';

type Kind = [name: string, frame: Omit<FrameInput, 'size'> & { size?: FrameInput['size'] }];

const SHAPE: NetworkInput = { layers: 4, units: 8, weightScale: 1.1 };
/** Fractions of layers and units, and layers that are narrower and wider than the one before. */
const UNEVEN: NetworkInput = { layers: 4.6, units: [8.4, 12, 5.5, 9], weightScale: 1.1 };
const perUnit: NetworkInput['activation'] = { perUnit: ['sin', 'gaussian', 'abs', 'tanh'] };
const mix = { from: 'tanh' as const, to: 'relu' as const, fraction: 0.3 };
const large: FrameInput['size'] = [61, 44];

export const activationKinds: Kind[] = [
  ['an activation per layer', { network: { ...SHAPE, activation: ['sin', 'tanh', 'relu'] } }],
  ['a mix in one layer', { network: { ...SHAPE, activation: ['sin', mix] } }],
  ['an activation per unit', { network: { ...SHAPE, activation: perUnit } }],
  [
    'activations per unit, between two seeds',
    { network: { ...SHAPE, seed: { from: 1, to: 'b', fraction: 0.3 }, activation: perUnit } },
  ],
  [
    'the same, drawn by a hash',
    { network: { ...SHAPE, seed: { from: 1, to: 'b', fraction: 0.3 }, activation: perUnit, draws: 'hash' } },
  ],
  ['some layers of each, fading', { network: { ...UNEVEN, activation: ['sin', perUnit, mix] } }],
  ['steps and sawteeth', { network: { ...SHAPE, activation: ['sin', { perUnit: ['step', 'sawtooth'] }] } }],
  [
    'a mix at the output',
    { network: { ...SHAPE, outputActivation: { from: 'tanh', to: 'sigmoid', fraction: 0.4 } } },
  ],
];

export const layerKinds: Kind[] = [
  ['a residual', { network: { ...SHAPE, residual: 0.7 } }],
  ['a residual of uneven layers', { network: { ...UNEVEN, residual: -1.2 } }],
  ['normalised layers', { network: { ...SHAPE, normalisation: 'layer' } }],
  [
    'normalised uneven layers with a residual, whose activations are unbounded',
    { network: { ...UNEVEN, residual: 0.7, normalisation: 'layer', activation: ['relu', 'elu'] } },
  ],
  ['normalised layers of one unit and a bit', { network: { ...SHAPE, units: 1.2, normalisation: 'layer' } }],
];

export const inputKinds: Kind[] = [
  [
    'many features',
    { network: { ...SHAPE, features: ['x', 'y', 'r', 'angle', 'abs(x)', 'cos(y)', 'x*y', 'gaussian(r)'] } },
  ],
  ['features and a slice', { network: { ...SHAPE, features: ['r', 'x'], inputs: 4 }, slice: [0.3, -1] }],
  ['y alone', { network: { ...SHAPE, features: ['y'] } }],
  ['a function of y alone', { network: { ...SHAPE, features: ['abs(y)'] } }],
  ['a rotation', { network: SHAPE, view: { rotation: 33 } }],
  [
    'a rotation with features',
    { network: { ...SHAPE, features: ['x', 'cos(y)', 'r'] }, view: { rotation: -71 } },
  ],
  ['a mirror', { network: { ...SHAPE, fold: 'mirror' } }],
  [
    'a rotated mirror',
    { network: { ...SHAPE, fold: 'mirror', features: ['y', 'r', 'x'] }, view: { rotation: 33 } },
  ],
  ['tiles', { network: { ...SHAPE, fold: { tile: 1.3 } } }],
  ['a kaleidoscope', { network: { ...SHAPE, fold: 'kaleidoscope' }, view: { rotation: 12 } }],
];

export const shownKinds: Kind[] = [
  ['an output', { network: SHAPE, shown: { output: 2 } }],
  ['an output as a map', { network: SHAPE, shown: { output: 2 }, palette: 'viridis' }],
  ['a unit', { network: SHAPE, shown: { layer: 3, unit: 4 } }],
  ['a unit of the first layer, as a map', { network: SHAPE, shown: { layer: 1, unit: 4 }, palette: 'turbo' }],
  ['a unit with a mix', { network: { ...SHAPE, activation: mix }, shown: { layer: 3, unit: 4 } }],
  [
    'a unit with a mix and what is left of the one before',
    { network: { ...UNEVEN, residual: 0.6, activation: ['sin', mix] }, shown: { layer: 2, unit: 9 } },
  ],
  ['the units of a layer', { network: SHAPE, shown: { layer: 3 }, size: large }],
  ['the units of a layer as maps', { network: SHAPE, shown: { layer: 2 }, palette: 'viridis', size: large }],
  [
    'two units as maps',
    { network: { ...SHAPE, units: 2 }, shown: { layer: 2 }, palette: 'magma', size: large },
  ],
  [
    'the units of a layer, each with its activation',
    {
      network: { ...UNEVEN, activation: perUnit, residual: 0.7, normalisation: 'layer' },
      shown: { layer: 3 },
      size: large,
    },
  ],
];

const unbounded: NetworkInput = { ...SHAPE, activation: 'relu', outputActivation: 'identity' };
const beyond: NetworkInput = {
  ...unbounded,
  activation: 'leakyRelu',
  layers: 60,
  weightScale: 20,
  biasScale: 0,
};
const around = { centre: [0, 0] as [number, number] };
const mixedOutput = { from: 'tanh' as const, to: 'softplus' as const, fraction: 0.4 };

/** Every kernel that turns values into brightness, with levels. */
export const levelKinds: Kind[] = [
  ['identity, fading', { network: { ...unbounded, layers: 4.6 }, levels: [-2, 3] }],
  [
    'sin, a part of its range, as a map',
    { network: { ...SHAPE, outputActivation: 'sin' }, levels: [0.4, 0.6], palette: 'viridis' },
  ],
  ['a mix', { network: { ...SHAPE, outputActivation: mixedOutput }, levels: [0.3, 1.7] }],
  [
    'normalised layers, a residual and features',
    {
      network: { ...unbounded, normalisation: 'layer', residual: 0.5, features: ['x', 'r'] },
      levels: [-4, 2],
    },
  ],
  [
    'wide layers',
    {
      network: { ...unbounded, layers: 3, units: 57, weightScale: 0.3 },
      levels: [-0.8, 0.5],
    },
  ],
  ['one unit', { network: SHAPE, shown: { layer: 3, unit: 4 }, levels: [0.2, 0.9] }],
  [
    'the units of a layer, each with its activation, and a residual',
    {
      network: { ...UNEVEN, activation: { perUnit: ['sin', 'relu'] }, residual: 0.7 },
      shown: { layer: 3 },
      levels: [-1, 4],
      size: large,
    },
  ],
  ['beyond float32', { network: beyond, view: around, levels: [-2e78, 1.5e78] }],
  [
    'a mix beyond float32',
    {
      network: { ...beyond, outputActivation: { from: 'tanh', to: 'gelu', fraction: 0.5 } },
      view: around,
      levels: [0, 1e78],
    },
  ],
  [
    'units beyond float32',
    {
      network: {
        layers: 60,
        units: 6,
        weightScale: 20,
        residual: 1,
        activation: { perUnit: ['relu', 'elu', 'tanh'] },
      },
      shown: { layer: 50 },
      view: around,
      levels: [-1e49, 1e50],
      size: [31, 23],
    },
  ],
];

/** Values beyond float32, or squares that are. */
export const hugeKinds: Kind[] = [
  [
    'bounded and unbounded units in a layer',
    {
      network: {
        layers: 40,
        units: 8,
        weightScale: 20,
        activation: ['relu', 'tanh', { perUnit: ['relu', 'elu', 'gaussian'] }],
      },
    },
  ],
  ['a residual of 2', { network: { layers: 200, units: 8, weightScale: 3, residual: 2 } }],
  [
    'the same, normalised',
    {
      network: {
        layers: 200,
        units: 8,
        weightScale: 3,
        residual: 2,
        normalisation: 'layer',
        activation: 'relu',
      },
    },
  ],
  [
    'units',
    {
      network: {
        layers: 100,
        units: 6,
        weightScale: 20,
        residual: 1,
        activation: { perUnit: ['relu', 'abs', 'tanh'] },
      },
      shown: { layer: 90 },
      size: [31, 23],
    },
  ],
];
