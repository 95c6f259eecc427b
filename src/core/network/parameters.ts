/**
 * The parameters of a network: the single source of their defaults, ranges and meaning for schemas (spec.ts), sweeps,
 * `--set`, the nodes' signals and the table in docs/parameters.md. To add one, add an entry here, a field to
 * `NetworkSpec` and a signal to `NetworkNode`, and run `npm run docs`.
 */
import { type Parameter, synonymsIn } from '../parameters/parameter.js';
import type { Synonyms } from '../wording/did-you-mean.js';
import { activationNames, activationTable } from './activations.js';
import { featureNames } from './features.js';

/** A parameter of a network. */
export type NetworkParameter = Parameter & {
  /** Whether it also applies with explicit weights. All others determine draws, or are inferred from the weights. */
  readonly besideWeights?: true;
};

export const MAX_LAYERS = 1024;
export const MAX_INPUTS = 64;

/** Every parameter, by its name in specs, sweeps and on the command line. */
export const networkParameters = {
  seed: {
    label: 'Seed',
    kind: 'seed',
    default: 1,
    moves: true,
    sentence: 'Seed of the random weights: each number or word makes another network',
    ui: { level: 'elsewhere' },
    synonyms: 'randomSeed rngSeed rng random',
  },
  inputs: {
    label: 'Inputs',
    kind: 'integer',
    range: [1, MAX_INPUTS],
    scale: 'linear',
    optional: true,
    defaultNote: 'the number of `features`',
    moves: false,
    sentence: 'Number of inputs: the `features`, and further ones whose values `slice` gives',
    ui: { level: 'more', min: 1, max: 8, scale: 'linear', step: 1, shiftStep: 1 },
    synonyms: 'in dim dims dimensions inputDim numInputs nInputs inputSize',
  },
  features: {
    label: 'Features',
    kind: 'features',
    choices: featureNames,
    longest: MAX_INPUTS,
    default: ['x', 'y'],
    moves: false,
    besideWeights: true,
    sentence:
      'What the network receives for each point: x, y, and functions of them, listed in docs/networks.md',
    ui: { level: 'more' },
    synonyms: 'inputFeatures coordinates channels inputFunctions',
  },
  fold: {
    label: 'Fold',
    kind: 'fold',
    default: 'none',
    moves: true,
    besideWeights: true,
    sentence:
      'Folds the plane about its origin: none, mirror, tile, kaleidoscope, `{ tile: size }` or `{ kaleidoscope: n }`',
    ui: { level: 'more' },
    synonyms: 'symmetry mirror kaleidoscope tile symmetries folding',
  },
  layers: {
    label: 'Layers',
    unit: 'layers',
    kind: 'number',
    range: [1, MAX_LAYERS],
    scale: 'linear',
    default: 27,
    comparatives: ['shallower', 'deeper'],
    moves: true,
    sentence: 'Number of weight matrices, output included; a fraction fades the next layer in',
    ui: { level: 'first', min: 1, max: 64, scale: 'linear', step: 1, shiftStep: 0.1 },
    synonyms: 'layer depth numLayers nLayers layerCount hiddenLayers numHiddenLayers',
  },
  fade: {
    label: 'Fade',
    kind: 'choice',
    choices: ['contrast', 'outputs'],
    default: 'contrast',
    moves: false,
    unbred: true,
    besideWeights: true,
    sentence:
      'How one layer or activation fades into another: `contrast` keeps the contrast; `outputs` averages the two, ' +
      'which is paler midway, as recipes of version 1 do',
    ui: { level: 'more' },
    synonyms: 'crossfade blend blending transition fading',
  },
  units: {
    label: 'Units',
    unit: 'units',
    kind: 'number',
    range: [1, 8192],
    perLayer: true,
    longest: MAX_LAYERS,
    scale: 'linear',
    default: 30,
    comparatives: ['narrower', 'wider'],
    moves: true,
    sentence:
      'Number of units in each hidden layer, or a list with one number per layer, whose last entry repeats; ' +
      'a fraction fades the next unit in',
    ui: { level: 'first', min: 2, max: 128, scale: 'logarithmic', step: 1, shiftStep: 8 },
    synonyms:
      'width neurons hidden hiddenUnits hiddenSize hiddenDim numUnits nUnits nodes unitsPerLayer neuronsPerLayer ' +
      'layerSize size',
  },
  activation: {
    label: 'Activation',
    kind: 'choice',
    choices: activationNames,
    mixes: true,
    layered: true,
    default: 'tanh',
    moves: true,
    besideWeights: true,
    sentence:
      'Activation of the hidden layers, or a list with one per layer, whose last entry repeats; ' +
      '`{ perUnit: [names] }` draws one for each unit',
    ui: { level: 'first' },
    synonyms: 'activations act activationFunction nonlinearity nonLinearity hiddenActivation',
  },
  outputActivation: {
    label: 'Output activation',
    kind: 'choice',
    choices: activationNames,
    mixes: true,
    default: 'sigmoid',
    moves: true,
    besideWeights: true,
    sentence:
      'Activation of the last layer: signed ones, such as tanh and sin, are shown as (v + 1) / 2, the others are ' +
      'clipped to [0, 1]',
    ui: { level: 'more' },
    synonyms: 'finalActivation lastActivation outActivation outputNonlinearity activationOut',
  },
  residual: {
    label: 'Residual',
    kind: 'number',
    range: [-2, 2],
    scale: 'linear',
    default: 0,
    moves: true,
    besideWeights: true,
    sentence:
      'From the second hidden layer on, each unit adds this many times the same unit of the layer before',
    ui: { level: 'more', min: 0, max: 1, scale: 'linear', step: 0.01, shiftStep: 0.1 },
    synonyms: 'skip skipConnection shortcut resnet residualScale',
  },
  normalisation: {
    label: 'Normalisation',
    kind: 'choice',
    choices: ['none', 'layer'],
    default: 'none',
    moves: false,
    besideWeights: true,
    sentence: 'Whether each layer from the second on receives values of mean 0 and variance 1',
    ui: { level: 'more' },
    synonyms: 'norm normalization layerNorm layernorm batchNorm normalise normalize',
  },
  outputs: {
    label: 'Outputs',
    kind: 'choice',
    choices: [1, 3],
    default: 3,
    moves: false,
    sentence: 'Number of outputs: 3 for colour, 1 for grey',
    ui: { level: 'more' },
    synonyms: 'out channels outputDim numOutputs nOutputs outputSize',
  },
  distribution: {
    label: 'Distribution',
    kind: 'choice',
    choices: ['uniform', 'normal'],
    default: 'uniform',
    moves: false,
    sentence: 'Distribution of the weights',
    ui: { level: 'more' },
    synonyms: 'dist noise',
  },
  draws: {
    label: 'Draws',
    kind: 'choice',
    choices: ['generator', 'hash'],
    default: 'generator',
    moves: false,
    unbred: true,
    sentence:
      'How weights are drawn: from a random `generator`; or each by a `hash` of the seed and its position, which ' +
      'shaders can compute, and which makes other networks',
    ui: { level: 'more' },
    synonyms: 'drawing sampling prng randomGenerator generator hash hashed',
  },
  initialisation: {
    label: 'Initialisation',
    kind: 'choice',
    choices: ['he', 'glorot', 'lecun'],
    moves: false,
    sentence: "Scales each layer's weights by its size, times `weightScale`",
    ui: { level: 'more' },
    synonyms: 'init initialization initializer initialiser',
  },
  weightScale: {
    label: 'Weight scale',
    kind: 'number',
    range: [0, 1e6],
    scale: 'linear',
    default: 0.6, // 27 layers of 30 units are full of shapes and still smooth; figure 19 goes from 0.5 to 1
    defaultNote: '0.6, or 1 with an `initialisation`',
    optional: true,
    comparatives: ['calmer', 'wilder'],
    moves: true,
    sentence: 'Scale s of the weights: uniform on [-s, s], or normal with standard deviation s',
    ui: { level: 'first', min: 0.1, max: 3, scale: 'logarithmic', step: 0.01, shiftStep: 0.1 },
    synonyms: 'scale sigma std stddev deviation gain weightStd weightVariance weightSize amplitude',
  },
  biasScale: {
    label: 'Bias scale',
    kind: 'number',
    range: [0, 1e6],
    scale: 'linear',
    defaultNote: 'that of the weights',
    moves: true,
    sentence: 'Scale of the biases',
    ui: { level: 'more', min: 0, max: 3, scale: 'linear', step: 0.01, shiftStep: 0.1 },
    synonyms: 'bias biases biasStd biasVariance biasSize',
  },
  firstLayerBias: {
    label: 'First-layer bias',
    kind: 'flag',
    default: false,
    moves: false,
    sentence: 'Whether the first layer has biases; in the article it has none',
    ui: { level: 'more' },
    synonyms: 'bias useBias firstBias',
  },
  weights: {
    label: 'Weights',
    kind: 'weights',
    moves: true,
    sentence:
      "Explicit weights in place of random ones: `[{ w: [[0.4, 1.0]], b: [-0.3] }, ...]`, `weightsFrom('mlp.npz')` " +
      "(docs/weights.md), or `{ from, to, fraction }`, each side such weights or `'drawn'`",
    ui: { level: 'more' },
    synonyms: 'matrices parameters params w',
  },
} as const satisfies Record<string, NetworkParameter>;

/** The name of a network parameter. */
export type NetworkParameterName = keyof typeof networkParameters;

/** The current names of parameters, by the older ones that are still read. */
export const networkAliases = { width: 'units' } as const satisfies Record<
  string,
  keyof typeof networkParameters
>;

/** The parameters' names. */
export const networkParameterNames = Object.keys(networkParameters) as NetworkParameterName[];

/** The parameters that also apply with explicit weights. */
export const namesBesideWeights = networkParameterNames.filter(
  (name) => 'besideWeights' in networkParameters[name],
);

/** Synonyms of the parameters' names and of activations. */
export const networkSynonyms: Synonyms = {
  ...synonymsIn(networkParameters),
  ...Object.fromEntries(activationNames.map((name) => [name, activationTable[name].synonyms])),
};

/** The network parameter of that name; undefined if there is none. */
export function networkParameter(name: string | number | undefined): NetworkParameter | undefined {
  return typeof name === 'string' && Object.hasOwn(networkParameters, name)
    ? networkParameters[name as NetworkParameterName]
    : undefined;
}
