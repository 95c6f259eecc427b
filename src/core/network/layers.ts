/** A spec's layers before any fade: their weights, drawn or given, and scaled. */
import type { UnitActivation } from './activations.js';
import type { DrawCache, Seed } from './draws.js';
import { mixGain } from './mix-gains.js';
import { type LayerRule, scaleOf } from './rules.js';
import type { ExplicitLayer, NetworkSpec } from './spec.js';

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
  /**
   * With a fractional number of layers: the output layer one layer earlier, and its share of the sums. The weights of
   * both layers then contain the factors of the fade: see fade.ts.
   */
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
  for (let unit = 0; unit < units; unit++) sums[unit] = biases[unit] * biasScale;
  // Four units at a time: the additions of one wait for each other, those of several do not.
  const whole = units - (units % 4);
  for (let unit = 0; unit < whole; unit += 4) {
    let [a, b, c, d] = [sums[unit], sums[unit + 1], sums[unit + 2], sums[unit + 3]];
    let at = unit * inputs;
    for (let i = 0; i < inputs; i++, at++) {
      const value = y[i];
      a += weights[at] * value;
      b += weights[at + inputs] * value;
      c += weights[at + 2 * inputs] * value;
      d += weights[at + 3 * inputs] * value;
    }
    sums[unit] = a;
    sums[unit + 1] = b;
    sums[unit + 2] = c;
    sums[unit + 3] = d;
  }
  for (let unit = whole; unit < units; unit++)
    for (let i = 0; i < inputs; i++) sums[unit] += weights[unit * inputs + i] * y[i];
  return sums;
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
  const biases = rule.number === 1 && !spec.firstLayerBias ? 0 : (spec.biasScale ?? weights);
  return { weights: weights * mixGain(spec, rule.number), biases };
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

/** Draws a layer's weights and scales them. */
export function makeLayer(spec: NetworkSpec, rule: LayerRule, draws: DrawCache): Layer {
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
  if ('seed' in side) return draws.unit(side.seed, rule.number, unit + 1, rule.inputs, spec);
  const { w, b } = side.layers[rule.number - 1];
  const { weights, biases } = scalesOf(spec, rule, side);
  return [(b?.[unit] ?? 0) / biases, ...w[unit].map((weight) => weight / weights)];
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
