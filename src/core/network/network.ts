/**
 * From a spec to weights. The matrices made here are what the reference (forward.ts) and every renderer compute with.
 *
 * The k-th matrix of a network is drawn the same whether it ends the network or lies inside a deeper one, which only
 * has more rows of it: an L-layer network's outputs are the first units of layer L. (Glorot's scale alone counts them.)
 */
import type { Activation, ActivationName } from './activations.js';
import { DrawCache, type Seed } from './draws.js';
import { networkParameters } from './parameters.js';
import { type ExplicitLayer, hiddenWidths, type NetworkSpec } from './spec.js';

/** One step of equation (1) before its activation: z = W y + b. O units (rows) and I inputs (columns). */
export interface Layer {
  /** I, the number of columns. */
  inputs: number;
  /** O, the number of rows. */
  units: number;
  /** (O, I), row-major: weights[unit * inputs + input]. */
  weights: Float64Array;
  /** (O). */
  biases: Float64Array;
}

/** A network ready to be computed. */
export interface Network {
  /** The number of inputs, 1 or more. */
  inputs: number;
  /** The hidden layers, first to last; may be empty. */
  hidden: Layer[];
  /** The last layer. */
  output: Layer;
  /** With a fractional number of layers: the output layer one layer earlier, and how much of it is left. */
  earlier?: { output: Layer; share: number };
  /** Of the hidden layers. */
  activation: Activation;
  /** Of the last layer. */
  outputActivation: ActivationName;
}

/**
 * z = W y + b of a layer, in float64.
 * @param y - One number per input.
 * @param biasScale - What b is multiplied by: where y is a multiple of what is meant, so must b be. 1 by default.
 */
export function weightedSums(
  { inputs, units, weights, biases }: Layer,
  y: ArrayLike<number>,
  biasScale = 1,
): Float64Array<ArrayBuffer> {
  const sums = new Float64Array(units);
  for (let unit = 0; unit < units; unit++) {
    let sum = biases[unit] * biasScale;
    for (let i = 0; i < inputs; i++) sum += weights[unit * inputs + i] * y[i];
    sums[unit] = sum;
  }
  return sums;
}

/** Draws a network's weights and scales them. */
export function buildNetwork(spec: NetworkSpec, draws = new DrawCache()): Network {
  const inside = layerMaker(spec, draws);
  const count = Math.ceil(spec.layers);
  const share = count - spec.layers; // what the picture before the last layer keeps
  return {
    inputs: spec.inputs,
    hidden: Array.from({ length: count - 1 }, (_, k) => inside.hidden(k + 1)),
    output: inside.output(count),
    ...(share > 0 && { earlier: { output: inside.output(count - 1), share } }),
    activation: spec.activation,
    outputActivation: spec.outputActivation,
  };
}

/** Makes a spec's layers one at a time, by number from 1: a large network need not be held twice. */
export function layerMaker(
  spec: NetworkSpec,
  draws: DrawCache,
): { hidden(k: number): Layer; output(k: number): Layer } {
  const rules = layerRules(spec);
  const make = (rule: LayerRule) => makeLayer(spec, rule, draws);
  return { hidden: (k) => make(rules.hidden(k)), output: (k) => make(rules.output(k)) };
}

/**
 * How the k-th matrix comes from its draws u: w = weightScale u and b = biasScale u, and the last input's weights are
 * multiplied by `lastInput` as well.
 */
export interface LayerRule {
  /** Which matrix, from 1. */
  number: number;
  inputs: number;
  units: number;
  weightScale: number;
  biasScale: number;
  lastInput: number;
}

/** The rules of a spec's layers. A fractional number of inputs or units is rounded up in them. */
export function layerRules(spec: NetworkSpec): {
  hidden(k: number): LayerRule;
  output(k: number): LayerRule;
} {
  const widths = hiddenWidths(spec);
  const inputsOf = (k: number) => (k === 1 ? spec.inputs : widths[k - 2]);
  const rule = (k: number, units: number) =>
    spec.weights
      ? explicitRule(spec.weights[k - 1], k, inputsOf(k), units)
      : drawnRule(spec, k, inputsOf(k), units);
  return { hidden: (k) => rule(k, widths[k - 1]), output: (k) => rule(k, spec.outputs) };
}

/**
 * Powers of two, so that what stands for draws is at most 1, and numbers that float32 lacks are not lost on the way.
 */
function explicitRule({ w, b }: ExplicitLayer, number: number, inputs: number, units: number): LayerRule {
  const weightScale = powerFor(w.reduce((most, row) => largest(row, most), 0));
  return { number, inputs, units, weightScale, biasScale: powerFor(largest(b ?? [], 0)), lastInput: 1 };
}

const largest = (numbers: number[], most: number) =>
  numbers.reduce((so, number) => Math.max(so, Math.abs(number)), most);

/** The power of two that is `value` or next above it; within what float64 has at full precision. */
const powerFor = (value: number) => 2 ** Math.max(-900, Math.ceil(Math.log2(value)));

/**
 * Layer k with `inputs` and `units` that may be fractions: 30.4 inputs are 31, the last of which comes in at 0.4 of
 * its weight, so at 30 it is silent and at 31 it is one of them.
 */
function drawnRule(spec: NetworkSpec, k: number, inputs: number, units: number): LayerRule {
  const columns = Math.ceil(inputs);
  const weightScale = scaleOf(spec, inputs, units);
  return {
    number: k,
    inputs: columns,
    units: Math.ceil(units),
    weightScale,
    biasScale: k === 1 && !spec.firstLayerBias ? 0 : (spec.biasScale ?? weightScale),
    lastInput: inputs < columns ? inputs - (columns - 1) : 1,
  };
}

function makeLayer(spec: NetworkSpec, rule: LayerRule, draws: DrawCache): Layer {
  const { inputs, units, weightScale, biasScale, lastInput } = rule;
  const layer = emptyLayer(inputs, units);
  for (const { seed, share } of seedShares(spec.seed)) {
    for (let unit = 0; unit < units; unit++) {
      const drawn = unitDraws(spec, rule, seed, unit, draws);
      layer.biases[unit] += share * biasScale * drawn[0];
      for (let i = 0; i < inputs; i++) layer.weights[unit * inputs + i] += share * weightScale * drawn[1 + i];
    }
  }
  for (let last = inputs - 1; last < units * inputs; last += inputs) layer.weights[last] *= lastInput;
  return layer;
}

/**
 * What a unit of a layer has before its rule: its bias and then its weights, at least (1 + inputs) long.
 * @param unit - From 0.
 */
export function unitDraws(
  spec: NetworkSpec,
  { number, inputs, weightScale, biasScale }: LayerRule,
  seed: Seed,
  unit: number,
  draws: DrawCache,
): ArrayLike<number> {
  if (!spec.weights) return draws.unit(seed, number, unit + 1, inputs, spec.distribution);
  const { w, b } = spec.weights[number - 1];
  return [(b?.[unit] ?? 0) / biasScale, ...w[unit].map((weight) => weight / weightScale)];
}

/** What a draw of size 1 is multiplied by: see `weightScale` and `initialisation` in spec.ts. */
function scaleOf(spec: NetworkSpec, inputs: number, units: number): number {
  if (!spec.initialisation) return spec.weightScale ?? networkParameters.weightScale.default;
  const deviation = {
    he: Math.sqrt(2 / inputs),
    glorot: Math.sqrt(2 / (inputs + units)),
    lecun: Math.sqrt(1 / inputs),
  }[spec.initialisation];
  const perDraw = spec.distribution === 'uniform' ? Math.sqrt(3) : 1; // uniform on [-1, 1] deviates by 1/sqrt(3)
  return (spec.weightScale ?? 1) * deviation * perDraw;
}

/** The networks a seed stands for, and how much of each: one, or the two of a pair. */
export function seedShares(seed: NetworkSpec['seed']): { seed: Seed; share: number }[] {
  if (typeof seed !== 'object') return [{ seed, share: 1 }];
  const { from, to, fraction } = seed;
  // Whole networks at both ends, to the bit: cos(π/2) is 6e-17 and not 0.
  if (fraction === 0 || from === to) return [{ seed: from, share: 1 }];
  if (fraction === 1) return [{ seed: to, share: 1 }];
  const angle = (fraction * Math.PI) / 2;
  return [
    { seed: from, share: Math.cos(angle) },
    { seed: to, share: Math.sin(angle) },
  ];
}

function emptyLayer(inputs: number, units: number): Layer {
  return { inputs, units, weights: new Float64Array(units * inputs), biases: new Float64Array(units) };
}
