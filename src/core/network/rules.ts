/** The rules by which a spec's layers are made: their sizes, and the scales of what is drawn for them. */
import { networkParameters } from './parameters.js';
import { hiddenWidths, type NetworkSpec } from './spec.js';

/** The fraction of a hidden layer's last unit: 0.4 for 30.4 units, 1 for a whole number. @param k - Counted from 1. */
export function lastUnitOf(spec: NetworkSpec, k: number): number {
  const units = hiddenWidths(spec)[k - 1];
  return units - (Math.ceil(units) - 1);
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

/** The scale of drawn weights: see `weightScale` and `initialisation` in spec.ts. */
export function scaleOf(spec: NetworkSpec, { inputs, units }: LayerRule['exact']): number {
  if (!spec.initialisation) return spec.weightScale ?? networkParameters.weightScale.default;
  const deviation = {
    he: Math.sqrt(2 / inputs),
    glorot: Math.sqrt(2 / (inputs + units)),
    lecun: Math.sqrt(1 / inputs),
  }[spec.initialisation];
  const perDraw = spec.distribution === 'uniform' ? Math.sqrt(3) : 1; // uniform on [-1, 1]: deviation 1/sqrt(3)
  return (spec.weightScale ?? 1) * deviation * perDraw;
}

/** The variance of drawn weights or biases with this scale. */
export function varianceOf({ distribution }: NetworkSpec, scale: number): number {
  return scale ** 2 * (distribution === 'uniform' ? 1 / 3 : 1);
}

/** The number of a matrix's inputs as it counts for the variance of sums, where weights are squared. */
export function inputsInVariance({ inputs, lastInput }: LayerRule): number {
  return inputs - 1 + lastInput ** 2;
}
