/**
 * The spec of a network: everything that makes it, as plain data. Nothing here draws a weight; network.ts does.
 */
import * as z from 'zod';
import { type Activation, type ActivationName, activationNames } from './activations.js';

/** What one network may cost at most: 2^28 weights are a gigabyte of float32 in every worker. */
const MAX_WEIGHTS = 2 ** 28;
export const MAX_LAYERS = 1024;
export const MAX_WIDTH = 8192;
export const MAX_INPUTS = 64;

const seed = z.union([z.number(), z.string().min(1).max(200)], 'must be a number or a text');
const activationName = z.enum(activationNames);
const fraction = z.number().min(0).max(1);
const width = z.number().min(1).max(MAX_WIDTH);
const scale = z.number().min(0).max(1e6);

/** Small enough that sums of many stay within float32. */
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

/** The same, but quick where nothing is wrong: there may be millions of numbers. The layers are not copied. */
const quickLayers = z.any().superRefine((value, context) => {
  if (value === undefined || areLayers(value)) return;
  for (const issue of explicitLayers.safeParse(value).error?.issues ?? [])
    context.issues.push(issue as never);
});

const networkFields = {
  seed: z.union([seed, z.strictObject({ from: seed, to: seed, fraction })]).default(1),
  inputs: z.int().min(1).max(MAX_INPUTS).default(2),
  layers: z.number().min(1).max(MAX_LAYERS).default(27),
  width: z.union([width, z.array(width).max(MAX_LAYERS)]).default(30),
  activation: z
    .union([activationName, z.strictObject({ from: activationName, to: activationName, fraction })])
    .default('tanh'),
  outputActivation: activationName.default('sigmoid'),
  outputs: z.union([z.literal(1), z.literal(3)]).default(3),
  distribution: z.enum(['uniform', 'normal']).default('uniform'),
  initialisation: z.enum(['he', 'glorot', 'lecun']).optional(),
  weightScale: scale.optional(),
  biasScale: scale.optional(),
  firstLayerBias: z.boolean().default(false),
  weights: quickLayers.optional(),
};

/** What `weights` takes the place of: giving both is a mistake worth telling. */
const drawnFields = [
  'seed',
  'inputs',
  'layers',
  'width',
  'outputs',
  'distribution',
  'initialisation',
  'weightScale',
  'biasScale',
  'firstLayerBias',
] as const;

const fields = z.strictObject(networkFields);

/** The names a network's parameters have, in specs, sweeps and on the command line. */
export const networkFieldNames = Object.keys(networkFields) as (keyof NetworkSpec)[];

/** One weight matrix given number by number, in the article's letters: y = a(W x + b). */
export interface ExplicitLayer {
  /** W, one row per unit, one column per input. */
  w: number[][];
  /** b, one number per unit. Defaults to zeros. */
  b?: number[] | undefined;
}

/** A network's spec with its defaults filled in. */
export interface NetworkSpec {
  /**
   * Names the random draws; 1 by default. A pair stands between two networks: each weight is cos(f π/2) of one and
   * sin(f π/2) of the other, which keeps the variance, so the way from one to the other has no flat spot in the middle.
   */
  seed: number | string | { from: number | string; to: number | string; fraction: number };
  /** Inputs: 1 is x alone, 2 (the default) are x and y, further ones are given by the slice. Whole, 1 to 64. */
  inputs: number;
  /**
   * Weight matrices, the output's included, 1 to 1024; 27 by default. 4.3 is the fourth picture with 0.3 of the fifth
   * faded in.
   */
  layers: number;
  /**
   * Units in each hidden layer, 1 to 8192, or a list with one number per hidden layer; 30 by default. Fractions fade a
   * unit in.
   */
  width: number | number[];
  /** The hidden layers' activation, or a mix of two; tanh by default. */
  activation: Activation;
  /** The last layer's activation, which turns its sums into colours; sigmoid by default. */
  outputActivation: ActivationName;
  /** 3, the default, for red, green and blue, 1 for a grey picture. */
  outputs: 1 | 3;
  /** Uniform on [-s, s], the default, or normal with standard deviation s, where s is the weight scale. */
  distribution: 'uniform' | 'normal';
  /**
   * A scale per layer instead of one for all, by its standard deviation: He sqrt(2 / in) (arXiv:1502.01852), Glorot
   * sqrt(2 / (in + out)) (AISTATS 2010), LeCun sqrt(1 / in) (Efficient BackProp, 1998).
   */
  initialisation?: 'he' | 'glorot' | 'lecun' | undefined;
  /** s, 0 or more. With a named initialisation it is a factor on that, and 1 by default. */
  weightScale?: number | undefined;
  /** Scale of the biases, 0 or more. By default that of the same layer's weights. */
  biasScale?: number | undefined;
  /** Whether the first layer has a bias; by default not, as in the article's pictures, which are odd about (0, 0). */
  firstLayerBias: boolean;
  /** All weights by number, first layer first, in place of everything that has to do with drawing them. */
  weights?: ExplicitLayer[] | undefined;
}

/** A network's spec as people write it: every field has a default. */
export type NetworkInput = { [K in keyof NetworkSpec]?: NetworkSpec[K] | undefined };

/**
 * Reads a spec, fills in its defaults and checks what zod alone cannot: that its parts fit one another.
 * @internal
 */
export const networkSchema = fields.transform((spec, context): NetworkSpec => {
  const problem = spec.weights ? explicitProblem(spec, spec.weights) : drawnProblem(spec);
  if (problem) context.addIssue({ code: 'custom', path: [problem.field], message: problem.message });
  return problem || !spec.weights ? spec : { ...spec, ...shapeOf(spec.weights) };
});

/** The hidden layers' widths as given, first to last; with explicit weights, their rows. */
export function hiddenWidths(spec: NetworkSpec): number[] {
  if (spec.weights) return spec.weights.slice(0, -1).map((layer) => layer.w.length);
  const hidden = Math.ceil(spec.layers) - 1;
  return typeof spec.width === 'number' ? new Array(hidden).fill(spec.width) : spec.width.slice(0, hidden);
}

/** How many weights and biases a network has, those of fractional parts included. */
export function countWeights(spec: NetworkSpec): number {
  const sizes = [spec.inputs, ...hiddenWidths(spec).map(Math.ceil), spec.outputs];
  let count = 0;
  for (let k = 1; k < sizes.length; k++) count += sizes[k] * (sizes[k - 1] + 1);
  const fades = !Number.isInteger(spec.layers); // then the output one layer earlier is computed too
  return fades ? count + spec.outputs * (sizes[sizes.length - 3] + 1) : count;
}

/** Whether explicitLayers has nothing to say of it. */
function areLayers(value: unknown): value is ExplicitLayer[] {
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

function drawnProblem(spec: NetworkSpec): Problem | undefined {
  const hidden = Math.ceil(spec.layers) - 1;
  if (typeof spec.width !== 'number' && spec.width.length < hidden) {
    const message = `has ${spec.width.length} entries, and ${spec.layers} layers have ${hidden} hidden ones: give one number for all, or ${hidden}`;
    return { field: 'width', message };
  }
  const weights = countWeights(spec);
  if (weights > MAX_WEIGHTS) {
    const most = Math.floor(Math.sqrt(MAX_WEIGHTS / Math.max(1, hidden - 1)));
    const message = `makes ${Math.round(weights / 1e6)} million weights, and ${Math.round(MAX_WEIGHTS / 1e6)} million are the most that fit: with ${spec.layers} layers, stay under ${most} units`;
    return { field: 'width', message };
  }
}

function explicitProblem(spec: NetworkSpec, layers: ExplicitLayer[]): Problem | undefined {
  const field = 'weights';
  let { length: inputs } = layers[0].w[0];
  if (inputs > MAX_INPUTS) return { field, message: `has ${inputs} inputs, and ${MAX_INPUTS} are the most` };
  for (const [k, { w, b }] of layers.entries()) {
    const wrong = w.find((row) => row.length !== inputs);
    if (wrong) {
      const message = `layer ${k + 1} has a row of ${wrong.length} weights, and its input has ${inputs} numbers: make every row ${inputs} long`;
      return { field, message };
    }
    if (b && b.length !== w.length) {
      const message = `layer ${k + 1} has ${b.length} biases for ${w.length} units: give one each, or leave b out`;
      return { field, message };
    }
    inputs = w.length;
  }
  if (inputs !== 1 && inputs !== 3) {
    return {
      field,
      message: `ends in ${inputs} outputs, and a picture takes 1 (grey) or 3 (red, green, blue)`,
    };
  }
  // What parsing itself fills in may stand there, so that a spec may be parsed again.
  const [blank, shape] = [fields.parse({}), { ...fields.parse({}), ...shapeOf(layers) }];
  const both = drawnFields.find((name) => spec[name] !== blank[name] && spec[name] !== shape[name]);
  if (both) return { field: both, message: 'has no meaning beside explicit weights: give one or the other' };
}

/** What explicit weights say about the network they make. */
function shapeOf(layers: ExplicitLayer[]): Pick<NetworkSpec, 'inputs' | 'layers' | 'outputs'> {
  const outputs = layers[layers.length - 1].w.length as 1 | 3;
  return { inputs: layers[0].w[0].length, layers: layers.length, outputs };
}
