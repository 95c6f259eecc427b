/**
 * The readable forward pass: one point at a time, in float64, beside the article's equation (1):
 *
 *     y_0 = x,    y_k = a(W_k y_{k-1} + b_k),    f(x) = σ(W_L y_{L-1} + b_L)
 *
 * It is the reference everything else is held against, and far too slow for pictures: those are made in src/frame.
 */
import { activationFunction, brightness } from './activations.js';
import type { Layer, Network } from './network.js';

/** What the network gives at the point x (as many numbers as it has inputs): 1 or 3 brightnesses in [0, 1]. */
export function forward(network: Network, x: ArrayLike<number>): number[] {
  return logits(network, x).map((z) => brightness(network.outputActivation, z));
}

/** The sums z = W_L y_{L-1} + b_L of the last layer, before the output activation. */
export function logits(network: Network, x: ArrayLike<number>): number[] {
  const a = activationFunction(network.activation);
  let y = x;
  let before = x; // y_{L-2}, which the output one layer earlier reads
  for (const layer of network.hidden) {
    before = y;
    y = apply(layer, y).map(a);
  }
  const z = apply(network.output, y);
  if (!network.earlier) return z;
  const { output, share } = network.earlier;
  const earlier = apply(output, before);
  return z.map((value, i) => (1 - share) * value + share * earlier[i]);
}

/** W y + b. */
function apply(layer: Layer, y: ArrayLike<number>): number[] {
  const { inputs, units, weights, biases } = layer;
  const z: number[] = [];
  for (let unit = 0; unit < units; unit++) {
    let sum = biases[unit];
    for (let i = 0; i < inputs; i++) sum += weights[unit * inputs + i] * y[i];
    z.push(sum);
  }
  return z;
}
