/** Random frames for the picture tests of every backend: every field of a spec takes part. */
import fc from 'fast-check';
import { toByte } from '../../src/core/frame/colour.js';
import type { FrameDescription, FrameInput } from '../../src/core/frame/description.js';
import type { Palette } from '../../src/core/frame/palette.js';
import { mapNames } from '../../src/core/frame/palette-names.js';
import { type Activation, type ActivationName, activationNames } from '../../src/core/network/activations.js';
import type { NetworkInput } from '../../src/core/network/spec.js';
import { frameOf, referenceColours, somePixels } from './compare.js';

/** Evenly spread, where fc.double would mostly give numbers next to 0. */
export const real = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: 1e6 }).map((i) => min + ((max - min) * i) / 1e6);

/** `usual` three times of four. */
const mostly = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: other });

interface Range {
  layers: fc.Arbitrary<number>;
  /** The largest; with a named initialisation, twice this. */
  weightScale: number;
  /** Half-widths, in powers of ten, that one view in four has. The others are ordinary. */
  zoom: [number, number];
  /** The furthest centre that one view in four has. */
  centre: number;
  /** Units in the hidden layers, as specs have them; from 1 to 24 by default. */
  width?: fc.Arbitrary<number | number[]>;
  /** What hidden layers and outputs have, and the units of explicit layers; everything by default. */
  activation?: fc.Arbitrary<Activation>;
  outputActivation?: fc.Arbitrary<ActivationName>;
  explicitUnits?: fc.Arbitrary<number>;
  /** Samples a pixel, by side; 1 by default. */
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
    const map = fc.record({
      map: fc.constantFrom(...mapNames),
      output: fc.integer({ min: 1, max: outputs }),
    });
    const space = fc.constantFrom<Palette>('oklab', 'oklch');
    const palette: fc.Arbitrary<Palette> = outputs === 1 ? map : fc.oneof(map, space, space);
    return palette.map((palette) => ({ ...frame, palette }));
  });
}

/**
 * Frames of all kinds, in small pictures of odd sizes. Nothing is learnt from the flat ones that most specs make (all
 * dark, all saturated, or zoomed in on nothing), so they are left out.
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

/** Networks of two layers given number by number. */
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

/** Whether 25 pixels of a frame have 8 colours or more. */
export const isVivid = (frame: FrameDescription): boolean =>
  new Set(referenceColours(frame, somePixels(frame, 25)).map((colour) => `${colour.map((v) => toByte(v))}`))
    .size > 7;

/** The slice a network takes, cut from the one drawn. */
const fitted = ({ slice, ...frame }: FrameInput): FrameDescription => {
  const inputs = frameOf(frame).network.inputs;
  return frameOf({ ...frame, slice: slice!.slice(0, Math.max(0, inputs - 2)) });
};

/** A frame of three layers whose first is as steep as the view is small, and whose features lie in it. */
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

/** A row of 999 pixels through a hidden `name`, over sums of up to 1000 halfWidth or so on both sides of 0. */
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
