/** Random frames for the picture tests of every backend, varying every field of a spec. */
import fc from 'fast-check';
import { toByte } from '../../src/core/frame/colour.js';
import type { FrameDescription, FrameInput } from '../../src/core/frame/description.js';
import type { Palette } from '../../src/core/frame/palette.js';
import { mapNames } from '../../src/core/frame/palette-names.js';
import {
  type Activation,
  type ActivationName,
  activationNames,
  type UnitActivation,
} from '../../src/core/network/activations.js';
import { featureNames } from '../../src/core/network/features.js';
import type { Fold } from '../../src/core/network/fold.js';
import { hiddenWidths, type NetworkInput, type NetworkSpec } from '../../src/core/network/spec.js';
import { frameOf, referenceColours, somePixels } from './compare.js';

/** Uniformly distributed, whereas fc.double mostly returns numbers close to 0. */
export const real = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: 1e6 }).map((i) => min + ((max - min) * i) / 1e6);

/** `usual` in three of four cases. */
const mostly = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: other });

interface Range {
  layers: fc.Arbitrary<number>;
  /** The maximum; twice this with a named initialisation. */
  weightScale: number;
  /** Half-widths of one view in four, as powers of ten. The others are ordinary. */
  zoom: [number, number];
  /** The maximum distance of the centre, for one view in four. */
  centre: number;
  /** The widths of the hidden layers; 1 to 24 by default. */
  width?: fc.Arbitrary<number | number[]>;
  /** Activations of hidden layers, outputs and explicit layers; all of them by default. */
  activation?: fc.Arbitrary<Activation>;
  outputActivation?: fc.Arbitrary<ActivationName>;
  explicitUnits?: fc.Arbitrary<number>;
  /** Samples per pixel and side; 1 by default. */
  supersample?: fc.Arbitrary<1 | 2 | 3 | 4>;
}

const name = fc.constantFrom(...activationNames);
const anyActivation: fc.Arbitrary<Activation> = fc.oneof(
  name,
  fc.record({ from: name, to: name, fraction: real(0, 1) }),
);
const anyWidth = fc.oneof(
  fc.integer({ min: 1, max: 24 }),
  real(1, 24),
  fc.array(real(1, 20), { minLength: 16, maxLength: 16 }),
);

/** The same frames in palettes that can colour their outputs. */
export function inPalettes(frames: fc.Arbitrary<FrameDescription>): fc.Arbitrary<FrameDescription> {
  return frames.chain((frame) => {
    const { outputs } = frame.network;
    const output = fc.integer({ min: 1, max: outputs });
    const named = fc.record({ map: fc.constantFrom(...mapNames), output });
    const hex = fc.integer({ min: 0, max: 0xffffff }).map((n) => `#${n.toString(16).padStart(6, '0')}`);
    const own = fc.record({ colours: fc.array(hex, { minLength: 2, maxLength: 64 }), output });
    const map: fc.Arbitrary<Palette> = fc.oneof(named, own);
    const space = fc.constantFrom<Palette>('oklab', 'oklch');
    const palette: fc.Arbitrary<Palette> = outputs === 1 ? map : fc.oneof(map, space, space);
    return palette.map((palette) => ({ ...frame, palette }));
  });
}

/**
 * Frames of all kinds, with small odd sizes. Most specs make flat pictures (dark, saturated, or zoomed in on nothing),
 * which test nothing, so they are excluded.
 */
export function frames({
  layers,
  weightScale,
  zoom,
  centre,
  width = anyWidth,
  activation = anyActivation,
  outputActivation = mostly(fc.constant<ActivationName>('sigmoid'), name),
  explicitUnits = fc.integer({ min: 1, max: 9 }),
  supersample = fc.constant(1),
}: Range): fc.Arbitrary<FrameDescription> {
  const seed = fc.oneof(fc.integer(), fc.string({ minLength: 1, maxLength: 6 }));
  const network = fc
    .record({
      seed: fc.oneof(seed, fc.record({ from: seed, to: seed, fraction: real(0, 1) })),
      inputs: fc.integer({ min: 1, max: 5 }),
      layers,
      width,
      activation,
      outputActivation,
      outputs: fc.constantFrom(1 as const, 3 as const),
      distribution: fc.constantFrom('uniform' as const, 'normal' as const),
      scale: fc.oneof(
        fc.record({ weightScale: real(0.2, weightScale) }),
        fc.record({
          initialisation: fc.constantFrom('he', 'glorot', 'lecun'),
          weightScale: real(0.7, 2 * weightScale),
        }),
        fc.constantFrom({}, { initialisation: 'he' }),
      ),
      biasScale: mostly(fc.constant(undefined), real(0, 2)),
      firstLayerBias: fc.boolean(),
    })
    .map(({ scale, ...spec }) => ({ ...spec, ...scale }) as NetworkInput);
  return fc
    .noBias(
      fc.record({
        network: fc.oneof(
          { weight: 5, arbitrary: network },
          {
            weight: 1,
            arbitrary: explicitNetworks(
              activation,
              outputActivation,
              explicitUnits,
            ) as fc.Arbitrary<NetworkInput>,
          },
        ),
        slice: fc.array(real(-3, 3), { minLength: 3, maxLength: 3 }),
        view: fc.record({
          centre: mostly(
            fc.tuple(real(-3, 3), real(-3, 3)),
            fc.tuple(real(-centre, centre), real(-centre, centre)),
          ),
          halfWidth: mostly(real(-0.5, 1), real(...zoom)).map((power) => 10 ** power),
        }),
        size: fc.constantFrom<[number, number][]>([23, 17], [17, 23], [31, 8], [1, 40], [19, 19]),
        supersample,
      }),
    )
    .map(fitted)
    .filter(isVivid);
}

/**
 * The same frames with activations per layer and unit, residuals, normalisation, features, folds, a rotation, or a part
 * of the network that is shown: each in some of the frames.
 */
export function ofAllKinds(frames: fc.Arbitrary<FrameDescription>): fc.Arbitrary<FrameDescription> {
  const unitActivation = fc.oneof(name, fc.record({ from: name, to: name, fraction: real(0, 1) }));
  const layerActivation = fc.oneof(
    unitActivation,
    fc.record({ perUnit: fc.array(name, { minLength: 1, maxLength: 4 }) }),
  );
  const kind = fc.record({
    activation: fc.oneof(layerActivation, fc.array(layerActivation, { minLength: 1, maxLength: 4 })),
    outputActivation: mostly(fc.constant<UnitActivation>('sigmoid'), unitActivation),
    residual: fc.oneof(fc.constant(0), real(-1.5, 1.5)),
    normalisation: fc.constantFrom<NetworkSpec['normalisation'][]>('none', 'layer'),
    features: fc.oneof(
      fc.constant(['x', 'y']),
      fc.array(fc.constantFrom(...featureNames), { minLength: 1, maxLength: 5 }),
    ),
    fold: fc.oneof(
      fc.constantFrom<Fold>('none', 'none', 'mirror', 'tile', 'kaleidoscope'),
      fc.record({ kaleidoscope: fc.integer({ min: 2, max: 9 }) }),
      fc.record({ tile: real(0.5, 4) }),
    ),
    rotation: fc.oneof(fc.constant(0), fc.constantFrom(90, -180), real(-400, 400)),
    shown: fc.constantFrom<('all' | 'output' | 'unit')[]>('all', 'all', 'output', 'unit'),
    layer: real(0, 1),
    unit: real(0, 1),
  });
  return fc
    .noBias(fc.tuple(frames, kind))
    .map(([frame, { features, rotation, shown, layer, unit, ...network }]) => {
      const { weights, inputs: _, features: own, ...spec } = frame.network;
      const drawn = weights ? { ...network, weights } : { ...spec, ...network };
      const given = weights ? own : features;
      const input = { ...frame, slice: [], network: { ...drawn, features: given } as NetworkInput };
      const plain = frameOf({ ...input, view: { ...frame.view, rotation } });
      const hidden = hiddenWidths(plain.network).map(Math.ceil);
      const among = (share: number, count: number) => 1 + Math.min(count - 1, Math.floor(share * count));
      const part = {
        all: undefined,
        output: { output: among(unit, plain.network.outputs) },
        unit:
          hidden.length > 0
            ? {
                layer: among(layer, hidden.length),
                unit: among(unit, hidden[among(layer, hidden.length) - 1]),
              }
            : undefined,
      }[shown];
      return { ...plain, ...(part && { shown: part }) };
    })
    .filter(isVivid);
}

/** Networks of two layers with explicit weights. */
function explicitNetworks(
  hidden: fc.Arbitrary<Activation>,
  output: fc.Arbitrary<ActivationName>,
  units: fc.Arbitrary<number>,
) {
  const number = real(-2, 2);
  const row = (length: number) => fc.array(number, { minLength: length, maxLength: length });
  return fc
    .tuple(fc.integer({ min: 1, max: 5 }), units, fc.constantFrom(1, 3), hidden, output)
    .chain(([inputs, units, outputs, activation, outputActivation]) =>
      fc.record({
        activation: fc.constant(activation),
        outputActivation: fc.constant(outputActivation),
        weights: fc.tuple(
          fc.record({ w: fc.array(row(inputs), { minLength: units, maxLength: units }), b: row(units) }),
          fc.record({ w: fc.array(row(units), { minLength: outputs, maxLength: outputs }) }),
        ),
      }),
    );
}

/** Whether 25 pixels of a frame have at least 8 colours. */
export const isVivid = (frame: FrameDescription): boolean =>
  new Set(referenceColours(frame, somePixels(frame, 25)).map((colour) => `${colour.map((v) => toByte(v))}`))
    .size > 7;

/** The frame with its random slice cut to the network's inputs. */
const fitted = ({ slice, ...frame }: FrameInput): FrameDescription => {
  const inputs = frameOf(frame).network.inputs;
  return frameOf({ ...frame, slice: slice!.slice(0, Math.max(0, inputs - 2)) });
};

/** A frame of three layers, the first scaled to the view, so that there is something to see in it. */
export function lookingAt(x: number, y: number, halfWidth: number): FrameInput {
  const rows = [
    [3, 1],
    [-2, 2.5],
    [0.5, -4],
    [2, 2],
  ].map((row) => row.map((w) => w / halfWidth));
  const b = rows.map(([a, c], i) => 0.3 * i - a * x - c * y);
  const inner = [
    [1.1, -0.7, 0.4, 1],
    [-1, 1.2, 0.9, -0.3],
    [0.2, 1.4, -1.3, 0.8],
  ];
  const weights = [{ w: rows, b }, { w: inner, b: [0.1, -0.2, 0.3] }, { w: [[2, -1, 1.5]] }];
  return { network: { weights }, view: { centre: [x, y], halfWidth }, size: [40, 33] };
}

/** A row of 999 pixels through the hidden activation `name`, for sums of about -1000 to 1000 times halfWidth. */
export function curveOf(name: ActivationName, halfWidth: number): FrameInput {
  const span = Math.max(2, 999 * halfWidth);
  const w = [
    [1, 0.5],
    [-0.7, 1],
  ];
  const network = {
    activation: name,
    weights: [{ w }, { w: [[3 / span, 3 / span]], b: [-0.1] }],
  };
  return { network, view: { centre: [0, 0], halfWidth }, size: [999, 1] };
}

/** Three gradients in different directions, which together cover a whole colour space, its edges included. */
export const everywhere: FrameInput = {
  network: {
    outputActivation: 'sin',
    weights: [
      {
        w: [
          [1, 2.1],
          [-3.3, 1.4],
          [0.7, -4.6],
        ],
        b: [0.1, 0.2, 0.3],
      },
    ],
  },
  view: { centre: [0, 0], halfWidth: 3 },
  size: [61, 47],
};
