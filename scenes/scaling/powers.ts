/** How large the activations of each layer of a network are. */
import { map, range } from '@motion-canvas/core';
import { buildNetwork, type NetworkInput, networkSchema } from 'untrained';

/**
 * The typical size of each hidden layer's activations as a power of ten: the log10 of their root mean square over
 * points of the usual view.
 * @param tanh - The fraction of tanh in the activation; the rest is the identity.
 */
export function powersOf(network: NetworkInput, tanh: number): number[] {
  const { hidden } = buildNetwork(networkSchema.parse(network));
  const side = range(7).map((i) => 2.6 * (i / 3 - 1));
  let points = side.flatMap((x) => side.map((y) => Float64Array.of(x + 1, y)));
  return hidden.map(({ weights, inputs, units }) => {
    let squares = 0;
    points = points.map((point) => {
      const next = new Float64Array(units);
      for (let unit = 0; unit < units; unit++) {
        let sum = 0;
        for (let i = 0; i < inputs; i++) sum += weights[unit * inputs + i] * point[i];
        next[unit] = map(sum, Math.tanh(sum), tanh);
        squares += next[unit] ** 2;
      }
      return next;
    });
    return Math.log10(squares / (units * points.length)) / 2;
  });
}

/** The value at a fractional index, between those of its neighbours. */
export function between(values: number[], index: number): number {
  const before = Math.min(values.length - 2, Math.max(0, Math.floor(index)));
  return map(values[before], values[before + 1], index - before);
}
