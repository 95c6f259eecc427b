/**
 * The readable forward pass: one point at a time, in float64, following the article's equation (1):
 *
 *     y_0 = x,    y_k = a(W_k y_{k-1} + b_k),    f(x) = σ(W_L y_{L-1} + b_L)
 *
 * With a residual ρ, y_k also adds ρ y_{k-1}, from the second hidden layer on (He et al., "Deep Residual Learning for
 * Image Recognition", arXiv:1512.03385, where ρ is 1). With layer normalisation, W_k multiplies n(y_{k-1}) from the
 * second matrix on; the residual still adds y_{k-1} itself.
 *
 * It is the reference that all renderers are tested against, and far too slow for pictures: see src/renderers.
 */
import { activationFunction, brightness, scaledActivation, type UnitActivation } from './activations.js';
import { type HiddenLayer, type Layer, type Network, weightedSums } from './layers.js';

/**
 * The network's value at the point x (one number per input): 1 or 3 brightnesses in [0, 1].
 * @param levels - The output values that become 0 and 1: see `levels` of a frame.
 */
export function forward(
  network: Network,
  x: ArrayLike<number>,
  levels?: readonly [low: number, high: number],
): number[] {
  return logits(network, x).map((z) => brightness(network.outputActivation, z, 0, levels));
}

/**
 * The sums z = W_L y_{L-1} + b_L of the last layer, before the output activation. A sum that overflows float64 becomes
 * infinite, with its sign; intermediate values do not overflow: see Scaled.
 */
export function logits(network: Network, x: ArrayLike<number>): number[] {
  const { hidden, earlier } = network;
  const values = hiddenValues(network, x, hidden.length);
  const z = apply(network.output, received(network, values, hidden.length));
  if (!earlier) return inFull(z);
  const { output, share } = earlier;
  const before = apply(output, received(network, values, hidden.length - 1));
  return inFull(sum(z, 1 - share, before, share));
}

/**
 * The brightness in [0, 1] of every unit of a hidden layer, shown as an output would be.
 * @param k - The layer, counted from 1.
 * @param levels - The values that become 0 and 1: see `levels` of a frame.
 */
export function unitBrightness(
  network: Network,
  x: ArrayLike<number>,
  k: number,
  levels?: readonly [low: number, high: number],
): number[] {
  const values = hiddenValues(network, x, k - 1);
  const layer = network.hidden[k - 1];
  const sums = inFull(apply(layer, received(network, values, k - 1)));
  const added = k > 1 ? inFull(kept(network, values[k - 1], network.hidden[k - 2], layer)) : [];
  return sums.map((z, unit) => brightness(activationOf(layer, unit), z, added[unit] ?? 0, levels));
}

/** The values of the hidden layers' units at the point x, first to last, before any normalisation. */
export function layerValues(network: Network, x: ArrayLike<number>): number[][] {
  return hiddenValues(network, x, network.hidden.length).slice(1).map(inFull);
}

/** y_0 to y_count, before normalisation. */
function hiddenValues(network: Network, x: ArrayLike<number>, count: number): Scaled[] {
  const values: Scaled[] = [{ values: x, exponent: 0 }];
  for (let k = 1; k <= count; k++) {
    const layer = network.hidden[k - 1];
    const z = apply(layer, received(network, values, k - 1));
    const own = {
      values: mapped(z.values, activationsOf(layer, z.exponent)),
      exponent: z.exponent,
    };
    const adds = network.residual !== 0 && k > 1;
    values.push(adds ? sum(own, 1, kept(network, values[k - 1], network.hidden[k - 2], layer), 1) : own);
  }
  return values;
}

/** What the matrix after layer k receives: y_k, normalised if the network is and k is a hidden layer. */
function received({ normalisation, hidden }: Network, values: Scaled[], k: number): Scaled {
  return normalisation === 'layer' && k > 0 ? normalised(values[k], hidden[k - 1].lastUnit) : values[k];
}

/** What a layer's units add from the layer before: ρ times the same unit, if there is one. */
function kept(
  { residual }: Network,
  { values, exponent }: Scaled,
  before: HiddenLayer,
  layer: Layer,
): Scaled {
  const share = (unit: number) => (unit === before.units - 1 ? before.lastUnit : 1);
  return {
    values: Array.from({ length: layer.units }, (_, unit) =>
      unit < before.units ? residual * share(unit) * values[unit] : 0,
    ),
    exponent,
  };
}

const activationOf = ({ activation }: HiddenLayer, unit: number): UnitActivation =>
  Array.isArray(activation) ? activation[unit] : activation;

/** What a layer applies to a unit's sum. */
function activationsOf({ activation }: HiddenLayer, exponent: number): (z: number, unit: number) => number {
  if (!Array.isArray(activation)) return activated(activation, exponent);
  return (z, unit) => activated(activation[unit], exponent)(z);
}

const activated = (activation: UnitActivation, exponent: number) =>
  scaledActivation(activationFunction(activation), exponent);

/** Added to the variance: see `normalised`. */
export const NORMALISATION_EPSILON = 1e-5;

/**
 * Layer normalisation without gain and bias: (y - mean) / sqrt(variance + 1e-5), over a layer's units (Ba, Kiros &
 * Hinton, "Layer Normalization", arXiv:1607.06450). A unit that is fading in is weighted by its fraction in the mean
 * and in the variance.
 */
export function normalised({ values, exponent }: Scaled, lastUnit: number): Scaled {
  const units = values.length;
  const share = (unit: number) => (unit === units - 1 ? lastUnit : 1);
  const whole = units - 1 + lastUnit;
  let mean = 0;
  for (let unit = 0; unit < units; unit++) mean += (share(unit) * values[unit]) / whole;
  let variance = 0;
  for (let unit = 0; unit < units; unit++) variance += (share(unit) * (values[unit] - mean) ** 2) / whole;
  const deviation = Math.sqrt(variance + NORMALISATION_EPSILON * 2 ** (-2 * exponent));
  // If the deviation is 0, all values equal the mean: they are huge and the same.
  const scale = deviation > 0 ? 1 / deviation : 0;
  return { values: mapped(values, (value) => (value - mean) * scale), exponent: 0 };
}

/**
 * Numbers v that represent 2^exponent v. The exponent is 0 until a value is so large that the next layer's sums might
 * overflow float64: a thousand layers of relus may reach 2^5000. Scaling by powers of two loses no precision.
 */
export interface Scaled {
  values: ArrayLike<number>;
  exponent: number;
}

/** Values stay below about 2^500: a layer multiplies them by 2^113 at most. */
const MOST_BITS = 500;

/** W y + b. */
function apply(layer: Layer, { values: y, exponent }: Scaled): Scaled {
  return rescaled({ values: weightedSums(layer, y, 2 ** -exponent), exponent });
}

/** p a + q b. */
function sum(a: Scaled, p: number, b: Scaled, q: number): Scaled {
  const exponent = Math.max(a.exponent, b.exponent);
  const at = ({ values, exponent: own }: Scaled, i: number) => values[i] * 2 ** (own - exponent);
  return rescaled({ values: mapped(a.values, (_, i) => p * at(a, i) + q * at(b, i)), exponent });
}

function rescaled({ values, exponent }: Scaled): Scaled {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  const shift = Math.max(-exponent, Math.ceil(Math.log2(most)) - MOST_BITS);
  if (exponent === 0 && shift <= 0) return { values, exponent };
  return { values: mapped(values, (value) => value * 2 ** -shift), exponent: exponent + shift };
}

/** Like Array.from(values, f), which takes several times as long. */
function mapped(values: ArrayLike<number>, f: (value: number, i: number) => number): Float64Array {
  const results = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) results[i] = f(values[i], i);
  return results;
}

/** The unscaled numbers. */
function inFull({ values, exponent }: Scaled): number[] {
  return Array.from(values, (value) => (value === 0 ? 0 : value * 2 ** exponent));
}
