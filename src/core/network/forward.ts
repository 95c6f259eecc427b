/**
 * The readable forward pass: one point at a time, in float64, following the article's equation (1):
 *
 *     y_0 = x,    y_k = a(W_k y_{k-1} + b_k),    f(x) = σ(W_L y_{L-1} + b_L)
 *
 * It is the reference that all renderers are tested against, and far too slow for pictures: see src/renderers.
 */
import { activationFunction, brightness, scaledActivation } from './activations.js';
import { type Layer, type Network, weightedSums } from './network.js';

/** The network's value at the point x (one number per input): 1 or 3 brightnesses in [0, 1]. */
export function forward(network: Network, x: ArrayLike<number>): number[] {
  return logits(network, x).map((z) => brightness(network.outputActivation, z));
}

/**
 * The sums z = W_L y_{L-1} + b_L of the last layer, before the output activation. A sum that overflows float64 becomes
 * infinite, with its sign; intermediate values do not overflow: see Scaled.
 */
export function logits(network: Network, x: ArrayLike<number>): number[] {
  const a = activationFunction(network.activation);
  let y: Scaled = { values: x, exponent: 0 };
  let before = y; // y_{L-2}, which the output one layer earlier reads
  for (const layer of network.hidden) {
    before = y;
    const { values, exponent } = apply(layer, y);
    y = { values: Array.from(values, scaledActivation(a, exponent)), exponent };
  }
  const z = apply(network.output, y);
  if (!network.earlier) return inFull(z);
  const { output, share } = network.earlier;
  const earlier = apply(output, before);
  const exponent = Math.max(z.exponent, earlier.exponent);
  const at = (sums: Scaled, i: number) => sums.values[i] * 2 ** (sums.exponent - exponent);
  const values = Array.from(z.values, (_, i) => (1 - share) * at(z, i) + share * at(earlier, i));
  return inFull({ values, exponent });
}

/**
 * Numbers v that represent 2^exponent v. The exponent is 0 until a value is so large that the next layer's sums might
 * overflow float64: a thousand layers of relus may reach 2^5000. Scaling by powers of two loses no precision.
 */
interface Scaled {
  values: ArrayLike<number>;
  exponent: number;
}

/** Values stay below about 2^500: a layer multiplies them by 2^113 at most. */
const MOST_BITS = 500;

/** W y + b. */
function apply(layer: Layer, { values: y, exponent }: Scaled): Scaled {
  const z = weightedSums(layer, y, 2 ** -exponent);
  const largest = z.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const shift = Math.max(-exponent, Math.ceil(Math.log2(largest)) - MOST_BITS);
  if (exponent === 0 && shift <= 0) return { values: z, exponent };
  return { values: z.map((value) => value * 2 ** -shift), exponent: exponent + shift };
}

/** The unscaled numbers. */
function inFull({ values, exponent }: Scaled): number[] {
  return Array.from(values, (value) => (value === 0 ? 0 : value * 2 ** exponent));
}
