/**
 * Turns a spec into the weights that the reference (forward.ts) and every renderer compute with.
 *
 * The k-th matrix has the same draws whether it is a network's last or is inside a deeper one, where it merely has more
 * rows: an L-layer network's outputs are the first units of layer L. (Only Glorot's scale depends on their number.)
 */
import type { UnitActivation } from './activations.js';
import { DrawCache, type Seed } from './draws.js';
import { unitActivations } from './layer-activations.js';
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

/** A hidden layer. */
export interface HiddenLayer extends Layer {
  /** The activation of its units: one for all, or a list with one for each. */
  activation: UnitActivation | UnitActivation[];
  /** The fraction of its last unit: less than 1 while that unit is fading in. */
  lastUnit: number;
}

/** A network with its weights. */
export interface Network {
  /** The number of inputs, 1 or more. */
  inputs: number;
  /** The hidden layers, first to last; possibly empty. */
  hidden: HiddenLayer[];
  /** The last layer. */
  output: Layer;
  /** With a fractional number of layers: the output layer one layer earlier, and its share of the sums. */
  earlier?: { output: Layer; share: number };
  /** Of the last layer. */
  outputActivation: UnitActivation;
  /** Each hidden unit adds this many times the same unit one layer earlier. */
  residual: number;
  /** What is done to the values that a layer receives. */
  normalisation: NetworkSpec['normalisation'];
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
    hidden: Array.from({ length: count - 1 }, (_, i) => hiddenLayer(spec, i + 1, inside.hidden(i + 1))),
    output: inside.output(count),
    ...(share > 0 && { earlier: { output: inside.output(count - 1), share } }),
    outputActivation: spec.outputActivation,
    residual: spec.residual,
    normalisation: spec.normalisation,
  };
}

function hiddenLayer(spec: NetworkSpec, k: number, layer: Layer): HiddenLayer {
  return { ...layer, activation: unitActivations(spec, k, layer.units), lastUnit: lastUnitOf(spec, k) };
}

/** The fraction of a hidden layer's last unit: 0.4 for 30.4 units, 1 for a whole number. @param k - Counted from 1. */
export function lastUnitOf(spec: NetworkSpec, k: number): number {
  const units = hiddenWidths(spec)[k - 1];
  return units - (Math.ceil(units) - 1);
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

/** The k-th matrix's size. Its last input's weights are multiplied by `lastInput`. */
export interface LayerRule {
  /** The matrix's number k, from 1. */
  number: number;
  /** Its size, without fractions. */
  inputs: number;
  units: number;
  /** The sizes as in the spec: scales may depend on them. */
  exact: { inputs: number; units: number };
  lastInput: number;
}

/**
 * The rules of a spec's layers, where the numbers of inputs and units may be fractions. 30.4 inputs are 31, the last
 * one with 0.4 of its weight: at 30 it has no effect, and at 31 it is like the others.
 */
export function layerRules(spec: NetworkSpec): {
  hidden(k: number): LayerRule;
  output(k: number): LayerRule;
} {
  const widths = hiddenWidths(spec);
  const rule = (number: number, units: number): LayerRule => {
    const inputs = number === 1 ? spec.inputs : widths[number - 2];
    const columns = Math.ceil(inputs);
    return {
      number,
      inputs: columns,
      units: Math.ceil(units),
      exact: { inputs, units },
      lastInput: inputs < columns ? inputs - (columns - 1) : 1,
    };
  };
  return { hidden: (k) => rule(k, widths[k - 1]), output: (k) => rule(k, spec.outputs) };
}

/** A set of weights: drawn from a seed, or given number by number. */
export type Side = { seed: Seed } | { layers: ExplicitLayer[] };

/** The sides whose sum gives a network's weights, each with the share by which to multiply it. */
export function sidesOf(spec: NetworkSpec): { side: Side; share: number }[] {
  const drawn = () => seedShares(spec.seed).map(({ seed, share }) => ({ side: { seed }, share }));
  const { weights } = spec;
  if (!weights) return drawn();
  if (Array.isArray(weights)) return [{ side: { layers: weights }, share: 1 }];
  const { from, to, fraction } = weights;
  const ends = [
    { end: from, part: 1 - fraction },
    { end: to, part: fraction },
  ];
  return ends
    .filter(({ part }) => part > 0)
    .flatMap(({ end, part }) => {
      const sides = end === 'drawn' ? drawn() : [{ side: { layers: end }, share: 1 }];
      return sides.map(({ side, share }) => ({ side, share: part * share }));
    });
}

/** The factors of a side's draws in a layer: w = weights u and b = biases u. */
export function scalesOf(
  spec: NetworkSpec,
  rule: LayerRule,
  side: Side,
): { weights: number; biases: number } {
  if ('layers' in side) return explicitScales(side.layers[rule.number - 1]);
  const weights = scaleOf(spec, rule.exact);
  return { weights, biases: rule.number === 1 && !spec.firstLayerBias ? 0 : (spec.biasScale ?? weights) };
}

/** The scales of explicit layers, kept because they are needed once per unit. */
const knownScales = new WeakMap<ExplicitLayer, { weights: number; biases: number }>();

/** Powers of two, so that scaled weights are at most 1 and none overflows float32. */
function explicitScales(layer: ExplicitLayer): { weights: number; biases: number } {
  let scales = knownScales.get(layer);
  if (!scales) {
    const { w, b } = layer;
    scales = {
      weights: powerFor(w.reduce((most, row) => largest(row, most), 0)),
      biases: powerFor(largest(b ?? [], 0)),
    };
    knownScales.set(layer, scales);
  }
  return scales;
}

const largest = (numbers: number[], most: number) =>
  numbers.reduce((so, number) => Math.max(so, Math.abs(number)), most);

/** The smallest power of two that is at least `value`, within float64's range of full precision. */
const powerFor = (value: number) => 2 ** Math.max(-900, Math.ceil(Math.log2(value)));

function makeLayer(spec: NetworkSpec, rule: LayerRule, draws: DrawCache): Layer {
  const { inputs, units, lastInput } = rule;
  const layer = emptyLayer(inputs, units);
  for (const { side, share } of sidesOf(spec)) {
    const scales = scalesOf(spec, rule, side);
    for (let unit = 0; unit < units; unit++) {
      const drawn = unitDraws(spec, rule, side, unit, draws);
      layer.biases[unit] += share * scales.biases * drawn[0];
      for (let i = 0; i < inputs; i++) {
        layer.weights[unit * inputs + i] += share * scales.weights * drawn[1 + i];
      }
    }
  }
  for (let last = inputs - 1; last < units * inputs; last += inputs) layer.weights[last] *= lastInput;
  return layer;
}

/**
 * A unit's draws: its bias, then its weights, before scaling: see scalesOf; at least (1 + inputs) long.
 * @param unit - From 0.
 */
export function unitDraws(
  spec: NetworkSpec,
  rule: LayerRule,
  side: Side,
  unit: number,
  draws: DrawCache,
): ArrayLike<number> {
  if ('seed' in side) return draws.unit(side.seed, rule.number, unit + 1, rule.inputs, spec.distribution);
  const { w, b } = side.layers[rule.number - 1];
  const { weights, biases } = scalesOf(spec, rule, side);
  return [(b?.[unit] ?? 0) / biases, ...w[unit].map((weight) => weight / weights)];
}

/** The scale of the weights: see `weightScale` and `initialisation` in spec.ts. */
function scaleOf(spec: NetworkSpec, { inputs, units }: LayerRule['exact']): number {
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
function seedShares(seed: NetworkSpec['seed']): { seed: Seed; share: number }[] {
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
