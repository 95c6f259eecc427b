/** A network's spec as plain data. network.ts makes the weights. */
import * as z from 'zod';
import { mixable, quick, schemaOf, withDefault } from '../parameters/schema.js';
import { keepFieldNames, quote } from '../wording/explain.js';
import {
  type Activation,
  activationNames,
  type LayerActivation,
  type UnitActivation,
} from './activations.js';
import { type Fold, foldNames, SECTORS, TILE_SIDE } from './fold.js';
import {
  MAX_INPUTS,
  MAX_LAYERS,
  type NetworkParameter,
  type NetworkParameterName,
  namesBesideWeights,
  networkAliases,
  networkParameterNames,
  networkParameters,
} from './parameters.js';

import { namesWeightsFile, statedActivations, UNRESOLVED, type WeightsFile } from './weights-file.js';

/** The maximum number of weights: 2^28 float32 take a gigabyte in every worker. */
const MAX_WEIGHTS = 2 ** 28;

/**
 * The schema of a seed: a number or a text.
 * @internal
 */
export const seedSchema = z.union([z.number(), z.string().min(1).max(200)], 'must be a number or a text');

/** The limit of explicit weights: small enough that sums of many stay within float32. */
const MOST_EXPLICIT = 1e30;
const explicitNumber = z.number().min(-MOST_EXPLICIT).max(MOST_EXPLICIT);

const explicitLayers = z
  .array(
    z.strictObject({
      w: z.array(z.array(explicitNumber).min(1)).min(1),
      b: z.array(explicitNumber).optional(),
    }),
  )
  .min(1)
  .max(MAX_LAYERS);

const side = z.union([
  z.literal('drawn'),
  quick(explicitLayers, (value) => value !== undefined && areLayers(value)),
]);
const fraction = z.number().min(0).max(1);
const weightsSchema = z.unknown().transform((value, context) => {
  if (value === undefined || areLayers(value)) return value as ExplicitLayer[] | undefined;
  if (namesWeightsFile(value)) {
    context.addIssue({ code: 'custom', message: UNRESOLVED });
    return undefined;
  }
  if (typeof value === 'string') {
    const message = `is ${quote(value)} but must be a list of layers: to read a file in a scene, write weightsFrom('mlp.npz')`;
    context.addIssue({ code: 'custom', message });
    return undefined;
  }
  const isMix = typeof value === 'object' && ['from', 'to', 'fraction'].some((name) => name in (value ?? {}));
  const schema = isMix ? z.strictObject({ from: side, to: side, fraction }) : explicitLayers;
  const result = schema.safeParse(value, { error: keepFieldNames });
  for (const issue of result.error?.issues ?? []) context.issues.push(issue as never);
  return result.data as NetworkSpec['weights'];
});

const name = z.enum(activationNames);
const unitActivation = mixable(name);
const layerActivation = z.union([
  unitActivation,
  z.strictObject({ perUnit: z.array(name).min(1).max(1024) }),
]);
const activationSchema = z.union([layerActivation, z.array(layerActivation).min(1).max(MAX_LAYERS)]);

const foldSchema = z.union([
  z.enum(foldNames),
  z.strictObject({
    kaleidoscope: z
      .int('must be a whole number: move it only by steps() or keyframes that jump')
      .min(SECTORS.least)
      .max(SECTORS.most),
  }),
  z.strictObject({ tile: z.number().min(TILE_SIDE.least).max(TILE_SIDE.most) }),
]);

function fieldSchema(parameter: NetworkParameter): z.ZodType {
  switch (parameter.kind) {
    case 'seed':
      return withDefault(parameter, mixable(seedSchema));
    case 'weights':
      return weightsSchema.optional();
    case 'fold':
      return withDefault(parameter, foldSchema);
    case 'choice':
      return parameter.layered ? withDefault(parameter, activationSchema) : schemaOf(parameter);
    default:
      return schemaOf(parameter);
  }
}

const fields = z.strictObject(
  Object.fromEntries(
    Object.entries(networkParameters).map(([name, parameter]) => [name, fieldSchema(parameter)]),
  ) as unknown as { [K in keyof NetworkSpec]-?: z.ZodType<NetworkSpec[K]> },
);

/** One weight matrix given number by number, in the article's letters: y = a(W x + b). */
export interface ExplicitLayer {
  /** W, one row per unit, one column per input. */
  w: number[][];
  /** b, one number per unit. Defaults to zeros. */
  b?: number[] | undefined;
}

/** One side of a mix of weights in a spec. */
export type ExplicitSide = ExplicitLayer[] | 'drawn';

/** Explicit weights that move: each side a list of matrices, or `'drawn'` for the random ones of the same shape. */
export interface WeightMix {
  /** The weights at fraction 0. */
  from: ExplicitSide;
  /** The weights at fraction 1. */
  to: ExplicitSide;
  /** From 0 to 1. Each weight is (1 - fraction) of one side plus fraction of the other. */
  fraction: number;
}

/** What each layer from the second on receives: values as they are, or of mean 0 and variance 1. */
export type Normalisation = 'none' | 'layer';

/** How one layer or activation fades into another. */
export type Fade = 'contrast' | 'outputs';

/** The distribution of random weights: uniform on [-s, s], or normal with standard deviation s. */
export type Distribution = 'uniform' | 'normal';

/** How random weights are drawn: from a generator (draws.ts) or by a hash (hash.ts). */
export type Draws = 'generator' | 'hash';

/**
 * How weights are scaled by a layer's size. Their standard deviation, for a `weightScale` of 1: He sqrt(2 / in)
 * (arXiv:1502.01852), Glorot sqrt(2 / (in + out)) (AISTATS 2010), LeCun sqrt(1 / in) (Efficient BackProp, 1998).
 */
export type Initialisation = 'he' | 'glorot' | 'lecun';

/** A number or a word: each makes another network. */
export type Seed = number | string;

/** A seed that is a mix of two. */
export interface SeedMix {
  /** The seed at fraction 0. */
  from: Seed;
  /** The seed at fraction 1. */
  to: Seed;
  /** From 0 to 1. Each weight is cos(f π/2) of one plus sin(f π/2) of the other, which keeps the variance. */
  fraction: number;
}

/** A network's spec with its defaults filled in. A test checks these texts against parameters.ts. */
export interface NetworkSpec {
  /**
   * Seed of the random weights: each number or word makes another network. A pair is a network between two: each weight
   * is cos(f π/2) of one plus sin(f π/2) of the other, which keeps the variance, so that networks half-way are as
   * detailed as those at the ends. @defaultValue 1
   */
  seed: Seed | SeedMix;
  /**
   * Number of inputs: the `features`, and further ones whose values `slice` gives. 1 to 64. @defaultValue the number of
   * `features`
   */
  inputs: number;
  /**
   * What the network receives for each point: x, y, and functions of them, listed in docs/networks.md. @defaultValue
   * ['x', 'y']
   */
  features: string[];
  /**
   * Folds the plane about its origin: none, mirror, tile, kaleidoscope, `{ tile: size }` or `{ kaleidoscope: n }`.
   * @defaultValue 'none'
   */
  fold: Fold;
  /**
   * Number of weight matrices, output included; a fraction fades the next layer in. 1 to 1024 layers. 4.3 is the
   * picture of 4 layers with 0.3 of that of 5 faded in. @defaultValue 27
   */
  layers: number;
  /**
   * How one layer or activation fades into another: `contrast` keeps the contrast; `outputs` averages the two, which is
   * paler midway, as recipes of version 1 do. @defaultValue 'contrast'
   */
  fade: Fade;
  /**
   * Number of units in each hidden layer, or a list with one number per layer, whose last entry repeats; a fraction
   * fades the next unit in. 1 to 8192 units. @defaultValue 30
   */
  units: number | number[];
  /**
   * Activation of the hidden layers, or a list with one per layer, whose last entry repeats; `{ perUnit: [names] }`
   * draws one for each unit. @defaultValue 'tanh'
   */
  activation: Activation;
  /**
   * Activation of the last layer: signed ones, such as tanh and sin, are shown as (v + 1) / 2, the others are clipped
   * to [0, 1]. @defaultValue 'sigmoid'
   */
  outputActivation: UnitActivation;
  /**
   * From the second hidden layer on, each unit adds this many times the same unit of the layer before. -2 to 2.
   * @defaultValue 0
   */
  residual: number;
  /**
   * Whether each layer from the second on receives values of mean 0 and variance 1. See arXiv:1607.06450. @defaultValue
   * 'none'
   */
  normalisation: Normalisation;
  /** Number of outputs: 3 for colour, 1 for grey. @defaultValue 3 */
  outputs: 1 | 3;
  /** Distribution of the weights. @defaultValue 'uniform' */
  distribution: Distribution;
  /**
   * How weights are drawn: from a random `generator`; or each by a `hash` of the seed and its position, which shaders
   * can compute, and which makes other networks. @defaultValue 'generator'
   */
  draws: Draws;
  /**
   * Scales each layer's weights by its size, times `weightScale`. Their standard deviation, for a `weightScale` of 1:
   * He sqrt(2 / in) (arXiv:1502.01852), Glorot sqrt(2 / (in + out)) (AISTATS 2010), LeCun sqrt(1 / in) (Efficient
   * BackProp, 1998).
   */
  initialisation?: Initialisation | undefined;
  /**
   * Scale s of the weights: uniform on [-s, s], or normal with standard deviation s. 0 or more. @defaultValue 0.6, or 1
   * with an `initialisation`
   */
  weightScale?: number | undefined;
  /** Scale of the biases. 0 or more. @defaultValue that of the weights */
  biasScale?: number | undefined;
  /**
   * Whether the first layer has biases; in the article it has none. Without them, pictures are odd about (0, 0).
   * @defaultValue false
   */
  firstLayerBias: boolean;
  /**
   * Explicit weights in place of random ones: `[{ w: [[0.4, 1.0]], b: [-0.3] }, ...]`, `weightsFrom('mlp.npz')`
   * (docs/weights.md), or `{ from, to, fraction }`, each side such weights or `'drawn'`.
   */
  weights?: ExplicitLayer[] | WeightMix | undefined;
}

/** A network's weights as `buildNetwork` returns them. */
interface BuiltWeights {
  /** The hidden layers, first to last. */
  hidden: readonly BuiltLayer[];
  /** The last layer. */
  output: BuiltLayer;
}
interface BuiltLayer {
  /** The number of inputs of each unit. */
  inputs: number;
  /** The number of units. */
  units: number;
  /** (units, inputs), row by row. */
  weights: ArrayLike<number>;
  /** (units). */
  biases: ArrayLike<number>;
}

/** Explicit weights as people write them: number by number, as `buildNetwork` returns them, or from a file. */
export type WeightsInput = ExplicitLayer[] | BuiltWeights | WeightsFile;
/** One side of a mix of weights: explicit ones, or `'drawn'` for the random ones of the same shape. */
export type WeightSide = WeightsInput | 'drawn';

/** A mix of two sets of weights as people write it. */
export interface WeightMixInput {
  /** The weights at fraction 0. */
  from: WeightSide;
  /** The weights at fraction 1. */
  to: WeightSide;
  /** From 0 to 1. Each weight is (1 - fraction) of one side plus fraction of the other. */
  fraction: number;
}

/** Optional fields of these names. Only a type parameter's names keep their docblocks. */
type Optional<Fields, Names extends keyof Fields> = { [Name in Names]?: Fields[Name] | undefined };

/** A network's spec as people write it: every field has a default. */
export interface NetworkInput extends Optional<NetworkSpec, Exclude<keyof NetworkSpec, 'weights'>> {
  /** The older name of `units`. */
  width?: NetworkSpec['units'] | undefined;
  /**
   * Explicit weights in place of random ones: `[{ w: [[0.4, 1.0]], b: [-0.3] }, ...]`, `weightsFrom('mlp.npz')`
   * (docs/weights.md), or `{ from, to, fraction }`, each side such weights or `'drawn'`. What `buildNetwork` returns
   * will do too.
   */
  weights?: WeightsInput | WeightMixInput | undefined;
}

/**
 * A network's fields in a single form: parameters by their current names, and weights as lists of layers. Values that
 * are not recognised are left for the schema to reject.
 * @internal
 */
export function inOneSpelling(network: unknown): { network: unknown; problem?: Problem } {
  if (typeof network !== 'object' || network === null || Array.isArray(network)) return { network };
  let spelled: Record<string, unknown> = network as Record<string, unknown>;
  for (const [alias, name] of Object.entries(networkAliases)) {
    if (!Object.hasOwn(spelled, alias)) continue;
    const { [alias]: value, ...rest } = spelled;
    if (value !== undefined && rest[name] !== undefined) {
      return {
        network,
        problem: {
          field: alias,
          message: `is the older name of "${name}", which is also given: keep "${name}"`,
        },
      };
    }
    spelled = value === undefined ? rest : { ...rest, [name]: value };
  }
  const { weights } = spelled;
  if (typeof weights !== 'object' || weights === null || Array.isArray(weights)) return { network: spelled };
  if (!('fraction' in weights)) return { network: { ...spelled, weights: asLayers(weights) } };
  const { from, to, ...rest } = weights as Record<string, unknown>;
  return { network: { ...spelled, weights: { from: asLayers(from), to: asLayers(to), ...rest } } };
}

/** Explicit layers from what buildNetwork returned; anything else unchanged. */
function asLayers(weights: unknown): unknown {
  if (!isBuilt(weights)) return weights;
  return [...weights.hidden, weights.output].map(({ inputs, units, weights, biases }): ExplicitLayer => {
    const row = (unit: number) => Array.from({ length: inputs }, (_, i) => weights[unit * inputs + i]);
    return { w: Array.from({ length: units }, (_, unit) => row(unit)), b: Array.from(biases) };
  });
}

function isBuilt(weights: unknown): weights is BuiltWeights {
  const { hidden, output, earlier } = (weights ?? {}) as Record<string, unknown>;
  return Array.isArray(hidden) && [...hidden, output].every(isBuiltLayer) && earlier === undefined;
}

function isBuiltLayer(layer: unknown): layer is BuiltLayer {
  const { inputs, units, weights, biases } = (layer ?? {}) as Partial<BuiltLayer>;
  const long = (list: unknown, length: number) =>
    ArrayBuffer.isView(list) && (list as Float64Array).length === length;
  return (
    Number.isInteger(inputs) &&
    Number.isInteger(units) &&
    long(weights, inputs! * units!) &&
    long(biases, units!)
  );
}

/**
 * Parses a spec, fills in its defaults, and checks its consistency.
 * @internal
 */
export const networkSchema: z.ZodType<NetworkSpec> = z.unknown().transform((input, context): NetworkSpec => {
  const refuse = ({ field, message }: Problem) => {
    context.addIssue({ code: 'custom', path: [field], message });
    return z.NEVER;
  };
  const { network, problem: spelling } = inOneSpelling(input);
  if (spelling) return refuse(spelling);
  // With a place for the inputs, equal specs have their fields in the same order, and so equal JSON.
  const given = typeof network === 'object' && network && !Array.isArray(network);
  const result = fields.safeParse(given ? { inputs: undefined, ...network } : network, {
    error: keepFieldNames,
  });
  if (!result.success) {
    for (const issue of result.error.issues) context.issues.push(issue as never);
    return z.NEVER;
  }
  const named = (field: string) => (network as Record<string, unknown>)[field] !== undefined;
  const spec = withInputs(result.data, named('features'));
  const problem = spec.weights
    ? (explicitProblem(spec, spec.weights) ?? (named('features') ? explicitFeatures(spec) : undefined))
    : (featuresProblem(spec, spec.inputs) ?? drawnProblem(spec));
  if (problem) return refuse(problem);
  return spec.weights ? { ...spec, ...shapeOf(spec.weights, spec.features, named('features')) } : spec;
});

/** Fills in the inputs from the features, or the features from the inputs: a single input is x. */
function withInputs(spec: NetworkSpec, featuresAreGiven: boolean): NetworkSpec {
  const features = spec.inputs === 1 && !featuresAreGiven ? ['x'] : spec.features;
  return { ...spec, features, inputs: spec.inputs ?? features.length };
}

/** Why a network has too few inputs for its features; undefined if it has enough. */
function featuresProblem({ features }: NetworkSpec, inputs: number): Problem | undefined {
  if (inputs >= features.length) return undefined;
  const message =
    `is ${inputs} but there are ${features.length} features (${features.join(', ')}): ` +
    `make it at least ${features.length}, or name fewer features`;
  return { field: 'inputs', message };
}

/** The same for explicit weights, whose first matrix has a column for each input. */
function explicitFeatures({ features, weights }: NetworkSpec): Problem | undefined {
  const inputs = layersOf(weights!)[0].w[0].length;
  if (inputs >= features.length) return undefined;
  const message =
    `lists ${features.length} (${features.join(', ')}) but the weights have ${inputs} input${inputs === 1 ? '' : 's'}: ` +
    `list ${inputs === 1 ? 'one' : `at most ${inputs}`}`;
  return { field: 'features', message };
}

/** The widths of the hidden layers, first to last, fractions included; for explicit weights, their numbers of rows. */
export function hiddenWidths(spec: NetworkSpec): number[] {
  if (spec.weights)
    return layersOf(spec.weights)
      .slice(0, -1)
      .map((layer) => layer.w.length);
  const hidden = Math.ceil(spec.layers) - 1;
  const { units } = spec;
  if (typeof units === 'number') return new Array(hidden).fill(units);
  return Array.from({ length: hidden }, (_, k) => units[Math.min(k, units.length - 1)]);
}

/** The explicit layers that determine a network's shape: in a mix, those of either side. */
export function layersOf(weights: NonNullable<NetworkSpec['weights']>): ExplicitLayer[] {
  if (Array.isArray(weights)) return weights;
  return (weights.from === 'drawn' ? weights.to : weights.from) as ExplicitLayer[];
}

/** The number of weights and biases, including those of layers and units that are fading in. */
export function countWeights(spec: NetworkSpec): number {
  const sizes = [spec.inputs, ...hiddenWidths(spec).map(Math.ceil), spec.outputs];
  let count = 0;
  for (let k = 1; k < sizes.length; k++) count += sizes[k] * (sizes[k - 1] + 1);
  const fades = !Number.isInteger(spec.layers); // then the output one layer earlier is computed too
  return fades ? count + spec.outputs * (sizes[sizes.length - 3] + 1) : count;
}

/** Whether explicitLayers accepts a value; undefined counts as accepted. */
function areLayers(value: unknown): boolean {
  if (value === undefined) return true;
  return Array.isArray(value) && value.length > 0 && value.length <= MAX_LAYERS && value.every(isLayer);
}

function isLayer(layer: unknown): boolean {
  if (typeof layer !== 'object' || layer === null || Object.getPrototypeOf(layer) !== Object.prototype)
    return false;
  if (Object.keys(layer).some((key) => key !== 'w' && key !== 'b')) return false;
  const { w, b } = layer as { w: unknown; b: unknown };
  if (!Array.isArray(w) || w.length === 0 || (b !== undefined && !areNumbers(b))) return false;
  for (const row of w) if (!areNumbers(row) || row.length === 0) return false;
  return true;
}

function areNumbers(list: unknown): list is number[] {
  if (!Array.isArray(list)) return false;
  for (let i = 0; i < list.length; i++) {
    const number = list[i];
    if (!(typeof number === 'number' && Math.abs(number) <= MOST_EXPLICIT)) return false;
  }
  return true;
}

type Problem = { field: string; message: string };

/** The fields that conflict with explicit weights: giving both is an error. */
const replacedByWeights = networkParameterNames.filter(
  (name): name is Exclude<typeof name, 'weights'> => name !== 'weights' && !namesBesideWeights.includes(name),
);
/** Those that a drawn side uses. */
const usedByDraws: readonly NetworkParameterName[] = [
  'seed',
  'distribution',
  'draws',
  'initialisation',
  'weightScale',
  'biasScale',
  'firstLayerBias',
];

/** The names of the parameters that still apply with these explicit weights. */
export function namesBeside(weights: NonNullable<NetworkInput['weights']>): NetworkParameterName[] {
  const isDrawn = 'fraction' in weights && (weights.from === 'drawn' || weights.to === 'drawn');
  return isDrawn ? [...namesBesideWeights, ...usedByDraws] : namesBesideWeights;
}

function drawnProblem(spec: NetworkSpec): Problem | undefined {
  const hidden = Math.ceil(spec.layers) - 1;
  if (hidden > 0 && Array.isArray(spec.units) && spec.units.length === 0) {
    return {
      field: 'units',
      message: `is empty, but ${spec.layers} layers have ${hidden} hidden ones: give a number`,
    };
  }
  const weights = countWeights(spec);
  if (weights > MAX_WEIGHTS) {
    const most = Math.floor(Math.sqrt(MAX_WEIGHTS / Math.max(1, hidden - 1)));
    const message =
      `makes ${Math.round(weights / 1e6)} million weights, but the maximum is ${Math.round(MAX_WEIGHTS / 1e6)} million: ` +
      `with ${spec.layers} layers, stay under ${most} units`;
    return { field: 'units', message };
  }
}

/** A file may specify the activations that belong to its weights; a mix must begin or end with them. */
function statedProblem(spec: NetworkSpec, layers: ExplicitLayer[]): Problem | undefined {
  const stated = statedActivations(layers);
  if (!stated) return undefined;
  const isStated = (activation: LayerActivation, name: string) =>
    typeof activation === 'string'
      ? activation === name
      : 'from' in activation && (activation.from === name || activation.to === name);
  const rule = (value: unknown, names: string[]) => {
    const wanted = names.every((name) => name === names[0]) ? names[0] : names;
    return `is ${quote(value)}, but the weights file has ${quote(wanted)}: use that`;
  };
  const hidden = stated.slice(0, -1);
  const given = [spec.activation].flat();
  if (!hidden.every((name, k) => isStated(given[Math.min(k, given.length - 1)], name))) {
    return { field: 'activation', message: rule(spec.activation, hidden) };
  }
  if (!isStated(spec.outputActivation, stated.at(-1)!)) {
    return { field: 'outputActivation', message: rule(spec.outputActivation, stated.slice(-1)) };
  }
}

function explicitProblem(
  spec: NetworkSpec,
  weights: NonNullable<NetworkSpec['weights']>,
): Problem | undefined {
  const field = 'weights';
  const isMix = !Array.isArray(weights);
  if (isMix && weights.from === 'drawn' && weights.to === 'drawn') {
    return { field, message: 'is drawn on both sides: give the matrices of one, or use seeds' };
  }
  const layers = layersOf(weights);
  const problem = layersProblem(layers) ?? (isMix ? mixProblem(weights) : undefined);
  if (problem) return { field, message: problem };
  for (const side of isMix ? [weights.from, weights.to] : [weights]) {
    const problem = typeof side === 'string' ? undefined : statedProblem(spec, side);
    if (problem) return problem;
  }
  // Accepts the values that parsing fills in, so that parsed specs can be parsed again.
  const blank = fields.parse({}) as NetworkSpec;
  const shape = { ...blank, ...shapeOf(layers, spec.features, true) };
  const drawn = isMix && (weights.from === 'drawn' || weights.to === 'drawn');
  const both = replacedByWeights.find(
    (name) =>
      !(drawn && usedByDraws.includes(name)) &&
      spec[name] !== blank[name] &&
      spec[name] !== shape[name] &&
      !(name === 'inputs' && spec.inputs === spec.features.length),
  );
  if (both)
    return { field: both, message: 'cannot be combined with explicit weights: give one or the other' };
}

/** Why layers do not form a network; undefined if they do. */
function layersProblem(layers: ExplicitLayer[]): string | undefined {
  let { length: inputs } = layers[0].w[0];
  if (inputs > MAX_INPUTS) return `has ${inputs} inputs, but the maximum is ${MAX_INPUTS}`;
  for (const [k, { w, b }] of layers.entries()) {
    const wrong = w.find((row) => row.length !== inputs);
    if (wrong) {
      return (
        `layer ${k + 1} has a row of ${wrong.length} weights, but ${inputs} input${inputs === 1 ? '' : 's'}: ` +
        `make every row ${inputs} long`
      );
    }
    if (b && b.length !== w.length) {
      return `layer ${k + 1} has ${b.length} biases for ${w.length} units: give one per unit, or omit b`;
    }
    inputs = w.length;
  }
  if (inputs !== 1 && inputs !== 3) {
    return `ends in ${inputs} outputs, but a picture needs 1 (grey) or 3 (red, green, blue)`;
  }
}

/** Why the sides of a mix do not fit each other; undefined if they do. The side that gives the shape is valid. */
function mixProblem({ from, to }: WeightMix): string | undefined {
  if (from === 'drawn' || to === 'drawn') return undefined;
  const problem = layersProblem(to);
  if (problem) return problem;
  const shape = (layers: ExplicitLayer[]) =>
    [layers[0].w[0].length, ...layers.map(({ w }) => w.length)].join(' x ');
  if (shape(from) === shape(to)) return undefined;
  return `goes from ${shape(from)} units to ${shape(to)}: give both sides the same shape`;
}

/** The parameters that are inferred from explicit weights. */
function shapeOf(
  weights: NonNullable<NetworkSpec['weights']>,
  features: string[],
  featuresAreGiven: boolean,
): Pick<NetworkSpec, 'inputs' | 'layers' | 'outputs' | 'features'> {
  const layers = layersOf(weights);
  const outputs = layers[layers.length - 1].w.length as 1 | 3;
  const inputs = layers[0].w[0].length;
  const alone = inputs === 1 && !featuresAreGiven;
  return { inputs, layers: layers.length, outputs, features: alone ? ['x'] : features };
}
