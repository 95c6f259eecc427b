/**
 * Turns a spec into the weights that the reference (forward.ts) and every renderer compute with.
 *
 * The k-th matrix has the same draws whether it is a network's last or is inside a deeper one, where it merely has more
 * rows: an L-layer network's outputs are the first units of layer L. (Only Glorot's scale depends on their number.)
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

/** A network with its weights. */
export interface Network {
  /** The number of inputs, 1 or more. */
  inputs: number;
  /** The hidden layers, first to last; possibly empty. */
  hidden: Layer[];
  /** The last layer. */
  output: Layer;
  /** With a fractional number of layers: the output layer one layer earlier, and its share of the sums. */
  earlier?: { output: Layer; share: number };
  /** Of the hidden layers. */
  activation: Activation;
  /** Of the last layer. */
  outputActivation: ActivationName;
}

/**
 * A layer's sums z = W y + b, in float64.
 * @param y - One number per input.
 * @param biasScale - A factor for b, 1 by default: if y is scaled, b must be scaled likewise.
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
  const share = count - spec.layers; // of the output one layer earlier
  return {
    inputs: spec.inputs,
    hidden: Array.from({ length: count - 1 }, (_, k) => inside.hidden(k + 1)),
    output: inside.output(count),
    ...(share > 0 && { earlier: { output: inside.output(count - 1), share } }),
    activation: spec.activation,
    outputActivation: spec.outputActivation,
  };
}

/** Makes a spec's layers one at a time, numbered from 1, so that a large network need not be in memory twice. */
export function layerMaker(
  spec: NetworkSpec,
  draws: DrawCache,
): { hidden(k: number): Layer; output(k: number): Layer } {
  const rules = layerRules(spec);
  const make = (rule: LayerRule) => makeLayer(spec, rule, draws);
  return { hidden: (k) => make(rules.hidden(k)), output: (k) => make(rules.output(k)) };
}

/**
 * How the k-th matrix is computed from its draws u: w = weightScale u and b = biasScale u. The last input's weights are
 * also multiplied by `lastInput`.
 */
export interface LayerRule {
  /** The matrix's number k, from 1. */
  number: number;
  inputs: number;
  units: number;
  weightScale: number;
  biasScale: number;
  lastInput: number;
}

/** The rules of a spec's layers. Fractional numbers of inputs or units are rounded up. */
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

/** The scales are powers of two, so that scaled weights are at most 1 and none overflows float32. */
function explicitRule({ w, b }: ExplicitLayer, number: number, inputs: number, units: number): LayerRule {
  const weightScale = powerFor(w.reduce((most, row) => largest(row, most), 0));
  return { number, inputs, units, weightScale, biasScale: powerFor(largest(b ?? [], 0)), lastInput: 1 };
}

const largest = (numbers: number[], most: number) =>
  numbers.reduce((so, number) => Math.max(so, Math.abs(number)), most);

/** The smallest power of two that is at least `value`, within float64's range of full precision. */
const powerFor = (value: number) => 2 ** Math.max(-900, Math.ceil(Math.log2(value)));

/**
 * The rule of layer k, where `inputs` and `units` may be fractions. 30.4 inputs are 31, the last one with 0.4 of its
 * weight: at 30 it has no effect, and at 31 it is like the others.
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
 * A unit's draws: its bias, then its weights, before scaling by the rule; at least (1 + inputs) long.
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

/** The scale of the weights: see `weightScale` and `initialisation` in spec.ts. */
function scaleOf(spec: NetworkSpec, inputs: number, units: number): number {
  if (!spec.initialisation) return spec.weightScale ?? networkParameters.weightScale.default;
  const deviation = {
    he: Math.sqrt(2 / inputs),
    glorot: Math.sqrt(2 / (inputs + units)),
    lecun: Math.sqrt(1 / inputs),
  }[spec.initialisation];
  const perDraw = spec.distribution === 'uniform' ? Math.sqrt(3) : 1; // uniform on [-1, 1]: deviation 1/sqrt(3)
  return (spec.weightScale ?? 1) * deviation * perDraw;
}

/** The seeds of a spec and their shares: one seed, or the two of a mix. */
export function seedShares(seed: NetworkSpec['seed']): { seed: Seed; share: number }[] {
  if (typeof seed !== 'object') return [{ seed, share: 1 }];
  const { from, to, fraction } = seed;
  // Both ends must be exact, but cos(π/2) is 6e-17 instead of 0.
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
