/** Which layers of a network a frame draws: all of them, or those up to the hidden layer that it shows. */
import type { FrameDescription } from '../core/frame/description.js';
import { hiddenShown } from '../core/frame/shown.js';
import type { UnitActivation } from '../core/network/activations.js';
import { unitActivations } from '../core/network/layer-activations.js';
import type { Layer } from '../core/network/layers.js';
import { earlierShare } from '../core/network/network.js';
import { hiddenWidths } from '../core/network/spec.js';

/** The layers that a frame draws. */
export interface Drawn {
  /** The number of hidden layers below the one that is drawn. */
  hidden: number;
  /** The matrix whose sums are drawn, counted from 1, and what it is in the network. */
  number: number;
  kind: 'hidden' | 'output';
  /** The units of that matrix that are drawn: the first, counted from 0, and how many. */
  units: { first: number; count: number };
  /** The activation of each unit that is drawn; or one for all. */
  activation: UnitActivation | UnitActivation[];
  /** The share of the output one layer earlier, which is above 0 if the number of layers is a fraction. */
  earlier: number;
}

export function drawnOf({ network: spec, shown }: Pick<FrameDescription, 'network' | 'shown'>): Drawn {
  const part = hiddenShown(shown);
  const count = Math.ceil(spec.layers);
  if (!part) {
    return {
      hidden: count - 1,
      number: count,
      kind: 'output',
      units: { first: 0, count: spec.outputs },
      activation: spec.outputActivation,
      earlier: earlierShare(spec),
    };
  }
  const { layer, unit } = part;
  const width = Math.ceil(hiddenWidths(spec)[layer - 1]);
  const units = unit === undefined ? { first: 0, count: width } : { first: unit - 1, count: 1 };
  const all = unitActivations(spec, layer, width);
  return {
    hidden: layer - 1,
    number: layer,
    kind: 'hidden',
    units,
    activation: Array.isArray(all) ? all.slice(units.first, units.first + units.count) : all,
    earlier: 0,
  };
}

/** Some of a layer's units as a layer. */
export function unitsOf(layer: Layer, { first, count }: Drawn['units']): Layer {
  const { inputs, weights, biases } = layer;
  if (first === 0 && count === layer.units) return layer;
  return {
    inputs,
    units: count,
    weights: weights.subarray(first * inputs, (first + count) * inputs),
    biases: biases.subarray(first, first + count),
  };
}
