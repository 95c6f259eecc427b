/** The runs that build/train.ts has recorded: how the weights of a network changed while it was trained. */
import type { ActivationName, ExplicitLayer } from 'untrained';
import recorded from './runs.json';

/** The weights after so many steps of training. */
export interface Checkpoint {
  step: number;
  weights: ExplicitLayer[];
}

/** One training, from random weights with this scale. */
export interface Run {
  weightScale: number;
  /** In the order of their steps, the first before any training. The picture changes about equally between them. */
  checkpoints: Checkpoint[];
  /** The mean square error after so many steps, 0 or more, interpolated between the steps that were recorded. */
  lossAt(step: number): number;
}

/** What all runs have in common: the network's spec without its weight scale, and the view in which it was trained. */
export const { network, halfWidth } = recorded;

/** The steps at which losses were recorded, from 0. */
const { steps } = recorded;

/** Of the hidden layers. */
export const activation = network.activation as ActivationName;

/** The number of inputs, of each layer's units, and of outputs. */
const SIZES = [2, ...new Array<number>(network.layers - 1).fill(network.units), 3];

/** The recorded runs, by ascending weight scale. */
export const runs = recorded.runs.map(({ weightScale, losses, checkpoints }): Run => {
  return {
    weightScale,
    checkpoints: checkpoints.map(({ step, weights }) => ({ step, weights: layersOf(halves(weights)) })),
    lossAt(step) {
      const after = steps.findIndex((at) => at > step);
      if (after < 0) return losses[losses.length - 1];
      const [from, to] = [steps[after - 1], steps[after]];
      return losses[after - 1] + ((losses[after] - losses[after - 1]) * (step - from)) / (to - from);
    },
  };
});

/** A whole number as text, with commas. */
export const written = (count: number) => Math.round(count).toLocaleString('en');

/** Layer by layer, the weights row by row and then the biases. */
function layersOf(numbers: number[]): ExplicitLayer[] {
  let at = 0;
  const take = (count: number) => {
    at += count;
    return numbers.slice(at - count, at);
  };
  return SIZES.slice(1).map((units, k) => ({
    w: Array.from({ length: units }, () => take(SIZES[k])),
    b: take(units),
  }));
}

/** Numbers from base64 of float16 (IEEE 754 binary16), little-endian. */
function halves(base64: string): number[] {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 2 }, (_, i) => {
    const bits = view.getUint16(2 * i, true);
    const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
    const size = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
    return bits & 0x8000 ? -size : size;
  });
}
