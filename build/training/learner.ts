/**
 * A network that learns: forward pass, gradient and Adam, in float64, on batches of points. For small networks; see
 * src/core/network/forward.ts for the forward pass of any.
 */
import type { Network } from 'untrained';

/** Points per block: the values of all units for a block stay in the processor's cache. */
const BLOCK = 256;

/** A layer: its parameters, what Adam remembers about each, and its values for the current block. */
interface LearningLayer {
  inputs: number;
  units: number;
  weights: Learned; // (units, inputs), row-major
  biases: Learned; // (units)
  sums: Float64Array[]; // one (BLOCK) per unit
  values: Float64Array[]; // one (BLOCK) per unit: the activation of the sums
  slopes: Float64Array[]; // one (BLOCK) per unit: the loss's derivatives with respect to the values, then the sums
}

interface Learned {
  values: Float64Array;
  gradient: Float64Array;
  mean: Float64Array; // Adam's estimate of the gradient
  square: Float64Array; // and of its square
}

/** What a batch teaches: the value of each output at points of the plane. */
export interface Lesson {
  /** One Float64Array per input, each as long as the batch: a multiple of 256. */
  inputs: Float64Array[];
  /** One per output, in [0, 1]. */
  targets: Float64Array[];
}

/** A sine network with a sigmoid at its end, whose loss is the mean square error of its outputs. */
export class Learner {
  readonly #layers: LearningLayer[];
  #steps = 0;

  /** @param network - Where it starts: hidden layers of sines, and outputs of sigmoids. */
  constructor(network: Network) {
    this.#layers = [...network.hidden, network.output].map(({ inputs, units, weights, biases }) => ({
      inputs,
      units,
      weights: learned(weights),
      biases: learned(biases),
      sums: planes(units),
      values: planes(units),
      slopes: planes(units),
    }));
  }

  /** All weights and biases: per layer the weights, row by row, then the biases. */
  parameters(): number[] {
    return this.#layers.flatMap(({ weights, biases }) => [...weights.values, ...biases.values]);
  }

  /** The value of each output at points, in [0, 1]. @param inputs - As in a lesson. */
  answers(inputs: Float64Array[]): Float64Array[] {
    const { length } = inputs[0];
    const { values } = this.#layers.at(-1)!;
    const answers = values.map(() => new Float64Array(length));
    for (let start = 0; start < length; start += BLOCK) {
      this.#forward(inputs.map((whole) => whole.subarray(start, start + BLOCK)));
      for (const [k, answer] of answers.entries()) answer.set(values[k], start);
    }
    return answers;
  }

  /** The loss of a batch, and its gradient, which step() uses. */
  examine({ inputs, targets }: Lesson): number {
    const { length } = inputs[0];
    for (const { weights, biases } of this.#layers) {
      weights.gradient.fill(0);
      biases.gradient.fill(0);
    }
    let loss = 0;
    for (let start = 0; start < length; start += BLOCK) {
      const part = (whole: Float64Array) => whole.subarray(start, start + BLOCK);
      const values = inputs.map(part);
      this.#forward(values);
      loss += this.#lossOfBlock(targets.map(part), length);
      this.#backward(values);
    }
    return loss;
  }

  /**
   * A step of Adam along the gradient that examine() found: Kingma & Ba, arXiv:1412.6980, algorithm 1, with their
   * constants.
   * @param rate - The learning rate.
   */
  step(rate: number): void {
    this.#steps++;
    const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
    const [unbias1, unbias2] = [1 - beta1 ** this.#steps, 1 - beta2 ** this.#steps];
    for (const { weights, biases } of this.#layers) {
      for (const { values, gradient, mean, square } of [weights, biases]) {
        for (let i = 0; i < values.length; i++) {
          mean[i] = beta1 * mean[i] + (1 - beta1) * gradient[i];
          square[i] = beta2 * square[i] + (1 - beta2) * gradient[i] ** 2;
          values[i] -= (rate * (mean[i] / unbias1)) / (Math.sqrt(square[i] / unbias2) + epsilon);
        }
      }
    }
  }

  /** Moves its parameters towards those of another learner of the same shape. @param share - Of the way, 0 to 1. */
  approach(other: Learner, share: number): void {
    for (const [k, { weights, biases }] of this.#layers.entries()) {
      const towards = other.#layers[k];
      for (const [own, theirs] of [
        [weights, towards.weights],
        [biases, towards.biases],
      ])
        for (let i = 0; i < own.values.length; i++)
          own.values[i] += share * (theirs.values[i] - own.values[i]);
    }
  }

  #forward(inputs: Float64Array[]): void {
    let y = inputs;
    for (const layer of this.#layers) {
      const isLast = layer === this.#layers.at(-1);
      for (let unit = 0; unit < layer.units; unit++) {
        const [sums, values] = [layer.sums[unit], layer.values[unit]];
        sums.fill(layer.biases.values[unit]);
        addWeighted(sums, layer.weights.values, unit * layer.inputs, 1, y);
        if (isLast) for (let p = 0; p < BLOCK; p++) values[p] = 1 / (1 + Math.exp(-sums[p]));
        else for (let p = 0; p < BLOCK; p++) values[p] = Math.sin(sums[p]);
      }
      y = layer.values;
    }
  }

  /** A block's part of the loss, and the derivatives with respect to the last layer's sums. */
  #lossOfBlock(targets: Float64Array[], points: number): number {
    const { values, slopes } = this.#layers.at(-1)!;
    const share = 1 / (points * targets.length);
    let loss = 0;
    for (const [k, target] of targets.entries()) {
      const [value, slope] = [values[k], slopes[k]];
      for (let p = 0; p < BLOCK; p++) {
        const error = value[p] - target[p];
        loss += share * error * error;
        slope[p] = 2 * share * error * value[p] * (1 - value[p]);
      }
    }
    return loss;
  }

  /** Adds a block's part of the gradient, last layer first. */
  #backward(inputs: Float64Array[]): void {
    for (let k = this.#layers.length - 1; k >= 0; k--) {
      const { units, weights, biases, slopes, ...layer } = this.#layers[k];
      const before = this.#layers[k - 1];
      const y = before?.values ?? inputs;
      for (let unit = 0; unit < units; unit++) {
        const slope = slopes[unit];
        let sum = 0;
        for (let p = 0; p < BLOCK; p++) sum += slope[p];
        biases.gradient[unit] += sum;
        addProducts(weights.gradient, unit * layer.inputs, slope, y);
      }
      if (!before) return;
      for (let i = 0; i < before.units; i++) {
        const [slope, sums] = [before.slopes[i], before.sums[i]];
        slope.fill(0);
        addWeighted(slope, weights.values, i, layer.inputs, slopes);
        for (let p = 0; p < BLOCK; p++) slope[p] *= Math.cos(sums[p]);
      }
    }
  }
}

/** Adds the sum of the planes, each times its weight: weights[first + i stride] for the i-th. Four planes at a time. */
function addWeighted(
  sum: Float64Array,
  weights: Float64Array,
  first: number,
  stride: number,
  from: Float64Array[],
): void {
  let i = 0;
  for (; i + 4 <= from.length; i += 4) {
    const [a, b, c, d] = [from[i], from[i + 1], from[i + 2], from[i + 3]];
    const at = first + i * stride;
    const [u, v, w, x] = [
      weights[at],
      weights[at + stride],
      weights[at + 2 * stride],
      weights[at + 3 * stride],
    ];
    for (let p = 0; p < BLOCK; p++) sum[p] += u * a[p] + v * b[p] + w * c[p] + x * d[p];
  }
  for (; i < from.length; i++) {
    const [a, u] = [from[i], weights[first + i * stride]];
    for (let p = 0; p < BLOCK; p++) sum[p] += u * a[p];
  }
}

/** Adds the dot product of a plane with each of the others to `sums`, from `first` on. Four at a time. */
function addProducts(sums: Float64Array, first: number, plane: Float64Array, with_: Float64Array[]): void {
  let i = 0;
  for (; i + 4 <= with_.length; i += 4) {
    const [a, b, c, d] = [with_[i], with_[i + 1], with_[i + 2], with_[i + 3]];
    let [s, t, u, v] = [0, 0, 0, 0];
    for (let p = 0; p < BLOCK; p++) {
      const factor = plane[p];
      s += factor * a[p];
      t += factor * b[p];
      u += factor * c[p];
      v += factor * d[p];
    }
    const at = first + i;
    sums[at] += s;
    sums[at + 1] += t;
    sums[at + 2] += u;
    sums[at + 3] += v;
  }
  for (; i < with_.length; i++) {
    const a = with_[i];
    let s = 0;
    for (let p = 0; p < BLOCK; p++) s += plane[p] * a[p];
    sums[first + i] += s;
  }
}

function learned(start: Float64Array): Learned {
  const zeros = () => new Float64Array(start.length);
  return { values: start.slice(), gradient: zeros(), mean: zeros(), square: zeros() };
}

function planes(count: number): Float64Array[] {
  return Array.from({ length: count }, () => new Float64Array(BLOCK));
}
