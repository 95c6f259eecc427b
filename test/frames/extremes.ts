/** Frames whose values are tiny, huge, or beyond float32 or float64; for the tests of every backend. */
import type { FrameDescription } from '../../src/core/frame/description.js';
import {
  type ActivationName,
  activationNames,
  isBounded,
  namesOf,
  type UnitActivation,
} from '../../src/core/network/activations.js';
import { logits } from '../../src/core/network/forward.js';
import type { Layer } from '../../src/core/network/layers.js';
import { buildNetwork } from '../../src/core/network/network.js';
import type { ExplicitLayer, NetworkInput } from '../../src/core/network/spec.js';
import { frameOf } from './compare.js';

type Named = [name: string, frame: FrameDescription];

/** Mixes of two bounded activations, of one and of none; and one near its end. */
export const mixes: UnitActivation[] = [
  { from: 'tanh', to: 'sin', fraction: 0.3 },
  { from: 'relu', to: 'tanh', fraction: 0.999999 },
  { from: 'sigmoid', to: 'gelu', fraction: 0.6 },
  { from: 'softplus', to: 'identity', fraction: 0.5 },
];

/** Maximum sums: denormal, tiny, moderate, and up to the end of float32. */
const SIZES = [1e-38, 1e-30, 1e-6, 1e-2, 1, 30, 1e4, 1e20, 1e38];

/** The sizes for which float32 knows the values of these activations. */
function sizesFor(names: string): number[] {
  // If an argument is only known to within 1e13, its sine may be any number between -1 and 1.
  if (names.includes('sin')) return SIZES.filter((most) => most <= 1e4);
  // To a GPU, denormal numbers may be 0, which is on the other side of a step.
  return names.includes('step') ? SIZES.filter((most) => most > 1e-38) : SIZES;
}

const inWords = (activation: UnitActivation) =>
  typeof activation === 'string' ? activation : `${activation.from} to ${activation.to}`;

/** A row of pixels, 0 in its middle, through one hidden unit with this activation, scaled to fill the visible range. */
export function argumentsOf(activation: UnitActivation): Named[] {
  const sizes = sizesFor(inWords(activation));
  return sizes.map((most) => {
    const values = [-most, most, most / 2].map((x) => Math.abs(forwardOne(activation, x)));
    const span = 2.2 * Math.max(...values, Math.min(1, most), 1e-29);
    const halfWidth = most > 1e20 ? 1e8 : 1;
    const weights = [{ w: [[most / (17 * halfWidth), 0]] }, { w: [[1 / span]], b: [0.5] }];
    const network: NetworkInput = { activation, outputActivation: 'identity', weights };
    const view = { centre: [0, 0] as [number, number], halfWidth };
    return [`${inWords(activation)} of up to ${most}`, frameOf({ network, view, size: [17, 1] })];
  });
}

const forwardOne = (activation: UnitActivation, x: number) =>
  logits(
    buildNetwork(
      frameOf({ network: { activation, weights: [{ w: [[1]] }, { w: [[1]] }] }, size: [1, 1] }).network,
    ),
    [x],
  )[0];

/** The same sums at an output. */
export function outputsOf(outputActivation: ActivationName): Named[] {
  const sizes = sizesFor(outputActivation);
  return sizes.map((most) => {
    const halfWidth = most > 1e20 ? 1e8 : 1;
    const network: NetworkInput = { outputActivation, weights: [{ w: [[most / (17 * halfWidth), 0]] }] };
    const view = { centre: [0, 0] as [number, number], halfWidth };
    return [`output ${outputActivation} of up to ${most}`, frameOf({ network, view, size: [17, 1] })];
  });
}

/** Odd networks around 0, whose values are as small as the view. */
export const nearZero: Named[] = (
  [
    ['20 layers of tanh at half-width 1e-6', { layers: 20, width: 16, weightScale: 1 }, 1e-6],
    ['27 layers of tanh at half-width 0.01', { layers: 27, width: 16, weightScale: 0.8 }, 0.01],
    ['wide tanh', { layers: 12, width: 60, weightScale: 0.5 }, 1e-7],
    ['tanh, fading', { layers: 19.5, width: 16, weightScale: 1 }, 1e-5],
    ['tanh to sin', { layers: 20, width: 16, weightScale: 1, activation: mixes[0] }, 1e-6],
  ] as [string, NetworkInput, number][]
).map(([name, network, halfWidth]) => [
  name,
  frameOf({
    network: { seed: 7, biasScale: 0, ...network },
    view: { centre: [0, 0], halfWidth },
    size: [12, 12],
  }),
]);

/** The activations whose values grow with every layer. */
export const growing: UnitActivation[] = [
  ...activationNames.filter((name) => !isBounded(namesOf(name))),
  ...mixes.flatMap((mix) => (typeof mix === 'string' || isBounded(mix) ? [] : [{ ...mix, fraction: 0.4 }])),
];

const explicit = ({ inputs, units, weights, biases }: Layer): ExplicitLayer => ({
  w: Array.from({ length: units }, (_, unit) =>
    Array.from(weights.subarray(unit * inputs, (unit + 1) * inputs)),
  ),
  b: Array.from(biases),
});

/** A network whose hidden values overflow float32, and whose outputs are scaled back to the visible range. */
export function broughtBack(activation: UnitActivation, network: NetworkInput): FrameDescription {
  const built = buildNetwork(frameOf({ network: { seed: 3, activation, ...network }, size: [1, 1] }).network);
  const largest = Math.max(...logits(built, [1, 0.3]).map(Math.abs));
  const { w } = explicit(built.output);
  const last = { w: w.map((row) => row.map((weight) => (2.5 * weight) / largest)) };
  const weights = [...built.hidden.map(explicit), last];
  return frameOf({ network: { activation, weights }, size: [12, 12] });
}

/** Networks whose outputs overflow too: each is 0 or 1, and never NaN, which would be black. */
export const saturated: Named[] = [
  ...growing.map(
    (activation): Named => [
      `${inWords(activation)}, 27 x 30 at 20`,
      frameOf({ network: { seed: 9, activation, weightScale: 20 }, size: [12, 12] }),
    ],
  ),
  ...(
    [
      ['identity at 10', { activation: 'identity', weightScale: 10 }],
      ['fading layers and units', { activation: 'gelu', weightScale: 20, layers: 30.4, width: 20.3 }],
      ['wide', { activation: 'softplus', weightScale: 3000, layers: 14, width: 53.5 }],
      [
        'at the largest scale, after 7 layers',
        { activation: 'relu', weightScale: 1e6, layers: 8, width: 12 },
      ],
      ['shown by relu', { activation: 'relu', outputActivation: 'relu', weightScale: 20 }],
      ['shown by gelu', { activation: 'relu', outputActivation: 'gelu', weightScale: 20 }],
      ['shown by tanh', { activation: 'identity', outputActivation: 'tanh', weightScale: 20 }],
      ['between two seeds', { activation: 'relu', weightScale: 20, seed: { from: 1, to: 2, fraction: 0.4 } }],
      ['beyond float64', { activation: 'relu', weightScale: 20, layers: 260, width: 24 }],
      ['beyond float64, identity', { activation: 'identity', weightScale: 20, layers: 400, width: 12 }],
    ] as [string, NetworkInput][]
  ).map(
    ([name, network]): Named => [
      name,
      frameOf({ network: network.weights ? network : { seed: 9, ...network }, size: [12, 12] }),
    ],
  ),
  [
    'a hidden unit',
    frameOf({
      network: { seed: 9, activation: 'gelu', weightScale: 20, layers: 40 },
      shown: { layer: 34, unit: 3 },
      size: [12, 12],
    }),
  ],
];
