/** A network's spec as plain data. network.ts makes the weights. */
import * as z from 'zod';
import { mixable, quick, schemaOf, withDefault } from '../parameters/schema.js';
import type { Activation, ActivationName } from './activations.js';
import {
  MAX_INPUTS,
  MAX_LAYERS,
  type NetworkParameter,
  namesBesideWeights,
  networkParameterNames,
  networkParameters,
} from './parameters.js';

import { namesWeightsFile, UNRESOLVED, type WeightsFile } from './weights-file.js';

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

function fieldSchema(parameter: NetworkParameter): z.ZodType {
  if (parameter.kind === 'seed') return withDefault(parameter, mixable(seedSchema));
  if (parameter.kind === 'weights') {
    const known = quick(explicitLayers, areLayers);
    return z
      .any()
      .superRefine((value, context) => {
        if (namesWeightsFile(value)) context.addIssue({ code: 'custom', message: UNRESOLVED });
        else for (const issue of known.safeParse(value).error?.issues ?? []) context.issues.push(issue as never);
      })
      .optional();
  }
  return schemaOf(parameter);
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

/** A network's spec with its defaults filled in. A test checks these texts against parameters.ts. */
export interface NetworkSpec {
  /**
   * Seed of the random weights. A pair is a network between two: each weight is cos(f π/2) of one plus sin(f π/2) of
   * the other, which keeps the variance, so that the middle of the way is as lively as its ends. @defaultValue 1
   */
  seed: number | string | { from: number | string; to: number | string; fraction: number };
  /** Number of inputs, 1 to 64: x, y, and further ones whose values `slice` gives. @defaultValue 2 */
  inputs: number;
  /**
   * Number of weight matrices, output included, 1 to 1024. 4.3 is the picture of 4 layers with 0.3 of that of 5 faded
   * in. @defaultValue 27
   */
  layers: number;
  /**
   * Number of units in each hidden layer, 1 to 8192, or a list with one number per layer. A fraction fades the next
   * unit in. @defaultValue 30
   */
  width: number | number[];
  /** Activation of the hidden layers, or a mix of two. @defaultValue 'tanh' */
  activation: Activation;
  /** Activation of the last layer, which turns its sums into colours. @defaultValue 'sigmoid' */
  outputActivation: ActivationName;
  /** Number of outputs: 3 for red, green and blue, 1 for grey. @defaultValue 3 */
  outputs: 1 | 3;
  /**
   * Distribution of the weights: uniform on [-s, s], or normal with standard deviation s, where s is `weightScale`.
   * @defaultValue 'uniform'
   */
  distribution: 'uniform' | 'normal';
  /**
   * Scales each layer's weights by its size. Their standard deviation, for a `weightScale` of 1: He sqrt(2 / in)
   * (arXiv:1502.01852), Glorot sqrt(2 / (in + out)) (AISTATS 2010), LeCun sqrt(1 / in) (Efficient BackProp, 1998).
   */
  initialisation?: 'he' | 'glorot' | 'lecun' | undefined;
  /** Scale s of the weights, 0 or more. @defaultValue 0.6, or 1 with an `initialisation` */
  weightScale?: number | undefined;
  /** Scale of the biases, 0 or more. By default that of the same layer's weights. */
  biasScale?: number | undefined;
  /**
   * Whether the first layer has biases. In the article's pictures it has none, so they are odd about (0, 0).
   * @defaultValue false
   */
  firstLayerBias: boolean;
  /** Explicit weights, first layer first, in place of random ones and of everything that describes those. */
  weights?: ExplicitLayer[] | undefined;
}

/** A network's spec as people write it: every field has a default. */
export type NetworkInput = { [K in Exclude<keyof NetworkSpec, 'weights'>]?: NetworkSpec[K] | undefined } & {
  weights?: ExplicitLayer[] | WeightsFile | undefined;
};

/**
 * Parses a spec, fills in its defaults, and checks its consistency.
 * @internal
 */
export const networkSchema = fields.transform((spec, context): NetworkSpec => {
  const problem = spec.weights ? explicitProblem(spec, spec.weights) : drawnProblem(spec);
  if (problem) context.addIssue({ code: 'custom', path: [problem.field], message: problem.message });
  return problem || !spec.weights ? spec : { ...spec, ...shapeOf(spec.weights) };
});

/** The widths of the hidden layers, first to last, fractions included; for explicit weights, their numbers of rows. */
export function hiddenWidths(spec: NetworkSpec): number[] {
  if (spec.weights) return spec.weights.slice(0, -1).map((layer) => layer.w.length);
  const hidden = Math.ceil(spec.layers) - 1;
  return typeof spec.width === 'number' ? new Array(hidden).fill(spec.width) : spec.width.slice(0, hidden);
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

function drawnProblem(spec: NetworkSpec): Problem | undefined {
  const hidden = Math.ceil(spec.layers) - 1;
  if (typeof spec.width !== 'number' && spec.width.length < hidden) {
    const message =
      `has ${spec.width.length} entries, but ${spec.layers} layers have ${hidden} hidden ones: ` +
      `give one number for all, or ${hidden}`;
    return { field: 'width', message };
  }
  const weights = countWeights(spec);
  if (weights > MAX_WEIGHTS) {
    const most = Math.floor(Math.sqrt(MAX_WEIGHTS / Math.max(1, hidden - 1)));
    const message =
      `makes ${Math.round(weights / 1e6)} million weights, but the maximum is ${Math.round(MAX_WEIGHTS / 1e6)} million: ` +
      `with ${spec.layers} layers, stay under ${most} units`;
    return { field: 'width', message };
  }
}

function explicitProblem(spec: NetworkSpec, layers: ExplicitLayer[]): Problem | undefined {
  const field = 'weights';
  let { length: inputs } = layers[0].w[0];
  if (inputs > MAX_INPUTS)
    return { field, message: `has ${inputs} inputs, but the maximum is ${MAX_INPUTS}` };
  for (const [k, { w, b }] of layers.entries()) {
    const wrong = w.find((row) => row.length !== inputs);
    if (wrong) {
      const message =
        `layer ${k + 1} has a row of ${wrong.length} weights, but ${inputs} input${inputs === 1 ? '' : 's'}: ` +
        `make every row ${inputs} long`;
      return { field, message };
    }
    if (b && b.length !== w.length) {
      const message = `layer ${k + 1} has ${b.length} biases for ${w.length} units: give one per unit, or omit b`;
      return { field, message };
    }
    inputs = w.length;
  }
  if (inputs !== 1 && inputs !== 3) {
    return {
      field,
      message: `ends in ${inputs} outputs, but a picture needs 1 (grey) or 3 (red, green, blue)`,
    };
  }
  // Accepts the values that parsing fills in, so that parsed specs can be parsed again.
  const [blank, shape] = [fields.parse({}), { ...fields.parse({}), ...shapeOf(layers) }];
  const both = replacedByWeights.find((name) => spec[name] !== blank[name] && spec[name] !== shape[name]);
  if (both)
    return { field: both, message: 'cannot be combined with explicit weights: give one or the other' };
}

/** The parameters that are inferred from explicit weights. */
function shapeOf(layers: ExplicitLayer[]): Pick<NetworkSpec, 'inputs' | 'layers' | 'outputs'> {
  const outputs = layers[layers.length - 1].w.length as 1 | 3;
  return { inputs: layers[0].w[0].length, layers: layers.length, outputs };
}
