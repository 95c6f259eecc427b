/** Comparing two networks, and changing one weight of a network. */
import { forward } from './forward.js';
import type { Layer, Network } from './layers.js';

/** One weight of a network. */
export interface WeightPlace {
  /** The number of the weight matrix, counted from 1. */
  layer: number;
  /** Its row, counted from 1. */
  unit: number;
  /** Its column, counted from 1. */
  input: number;
}

/** The number of weights of a network, without its biases. @param network - The result of buildNetwork. */
export function weightCount(network: Network): number {
  return [...network.hidden, network.output].reduce((sum, { weights }) => sum + weights.length, 0);
}

/**
 * A copy of a network with one weight multiplied by a factor; it shares all other layers with the original.
 * @param network - The result of buildNetwork.
 * @param place - The weight. Where the network has none, nothing changes.
 * @param factor - In any range.
 */
export function withWeightTimes(network: Network, place: WeightPlace, factor: number): Network {
  const changed = <T extends Layer>(layer: T): T => {
    const weights = Float64Array.from(layer.weights);
    weights[(place.unit - 1) * layer.inputs + place.input - 1] *= factor;
    return { ...layer, weights };
  };
  const { hidden, output } = network;
  return {
    ...network,
    hidden: hidden.map((layer, k) => (k === place.layer - 1 ? changed(layer) : layer)),
    output: place.layer === hidden.length + 1 ? changed(output) : output,
  };
}

/**
 * How different two networks' outputs are on a list of points: the mean absolute difference, over points and outputs,
 * divided by that between the first network and unrelated ones. 0 is the same picture, and about 1 is one that has
 * nothing to do with the other.
 * @param a - The first network. @param b - The second, of the same shape.
 * @param unrelated - Networks of the same shape with other seeds, at least one.
 * @param points - At least one, each with one number per input.
 * @returns 0 or more.
 */
export function differenceBetween(
  a: Network,
  b: Network,
  unrelated: readonly Network[],
  points: readonly (readonly number[])[],
): number {
  const outputs = (network: Network) => points.flatMap((point) => forward(network, point));
  const own = outputs(a);
  const meanDifference = (network: Network) =>
    outputs(network).reduce((sum, value, i) => sum + Math.abs(value - own[i]), 0) / own.length;
  const usual = unrelated.reduce((sum, network) => sum + meanDifference(network), 0) / unrelated.length;
  return meanDifference(b) / usual;
}
