/** The recorded runs of scenes/training.tsx, and the code that trained them. */
import { describe, expect, test } from 'vitest';
import { Learner } from '../../build/training/learner.js';
import { EXTENT, pictureAt } from '../../build/training/picture.js';
import { halfWidth, network, runs } from '../../scenes/training/runs.js';
import { buildNetwork, forward, type Network, type NetworkSpec, networkSchema } from '../../src/index.js';

/** The mean square error of a network with these weights, at points all over the square of the picture. */
function lossOf(weights: NetworkSpec['weights']): number {
  const trained = buildNetwork(networkSchema.parse({ weights, activation: network.activation }));
  let sum = 0;
  for (let i = 0; i < 400; i++) {
    const [x, y] = [(i % 20) / 10 - 0.95, Math.floor(i / 20) / 10 - 0.95];
    const colour = forward(trained, [halfWidth * x, halfWidth * y]);
    for (const [k, value] of pictureAt(x, y).entries()) sum += (colour[k] - value) ** 2;
  }
  return sum / 1200;
}

/** Whether `rounded` is the float16 nearest to a number that is not subnormal. */
function half(rounded: number, exact: number): boolean {
  return Math.abs(rounded - exact) <= Math.max(2 ** -25, 2 ** -11 * Math.abs(exact));
}

describe.each(runs)('the run from a weight scale of $weightScale', ({ weightScale, checkpoints, lossAt }) => {
  test('starts from the draws of its network, as float16', () => {
    const { hidden, output } = buildNetwork(networkSchema.parse({ ...network, weightScale }));
    for (const [k, { units, inputs, weights, biases }] of [...hidden, output].entries()) {
      const { w, b = [] } = checkpoints[0].weights[k];
      expect(w.map((row) => row.length)).toEqual(new Array(units).fill(inputs));
      for (const [i, weight] of w.flat().entries()) expect(half(weight, weights[i])).toBe(true);
      for (const [unit, bias] of b.entries()) expect(half(bias, biases[unit])).toBe(true);
      expect(b.length).toBe(units);
    }
  });

  test('has checkpoints of one shape, at ascending steps', () => {
    expect(checkpoints.length).toBeGreaterThanOrEqual(20);
    const shape = ({ weights }: (typeof checkpoints)[0]) =>
      weights.map(({ w, b }) => [w.map((row) => row.length), b!.length]);
    for (const [i, checkpoint] of checkpoints.entries()) {
      if (i > 0) expect(checkpoint.step).toBeGreaterThan(checkpoints[i - 1].step);
      expect(shape(checkpoint)).toEqual(shape(checkpoints[0]));
    }
  });

  test('has the losses of its checkpoints', () => {
    for (const { step, weights } of [checkpoints[0], checkpoints.at(-1)!])
      expect(lossOf(weights) / lossAt(step)).toBeCloseTo(1, 0);
  });
});

test('the run from good weights learns the picture, and the one from large weights does not', () => {
  const [[before, after], [, large]] = runs.map(({ checkpoints }) =>
    [checkpoints[0], checkpoints.at(-1)!].map(({ weights }) => lossOf(weights)),
  );
  expect(after).toBeLessThan(before / 50);
  expect(large).toBeGreaterThan(50 * after);
});

describe('the learner', () => {
  const spec = networkSchema.parse({ seed: 3, layers: 3, units: 5, activation: 'sin', firstLayerBias: true });
  const points = Array.from({ length: 256 }, (_, i) => [
    EXTENT[0] * Math.cos(i),
    EXTENT[1] * Math.sin(7 * i),
  ]);
  const inputs = [0, 1].map((axis) => Float64Array.from(points, (point) => point[axis]));
  const targets = [0, 1, 2].map((k) => Float64Array.from(points, ([x, y]) => pictureAt(x, y)[k]));

  test('answers as the reference does', () => {
    const network = buildNetwork(spec);
    const answers = new Learner(network).answers(inputs);
    for (const [p, point] of points.entries())
      for (const [k, value] of forward(network, point).entries())
        expect(answers[k][p]).toBeCloseTo(value, 12);
  });

  test('moves each parameter by the learning rate in its first step, in the direction that lowers the loss', () => {
    const learner = new Learner(buildNetwork(spec));
    const before = learner.parameters();
    learner.examine({ inputs, targets });
    learner.step(1e-3);
    const moves = learner.parameters().map((value, i) => value - before[i]);
    const parts = ({ hidden, output }: Network) =>
      [...hidden, output].flatMap(({ weights, biases }) => [weights, biases]);
    const slopes = parts(buildNetwork(spec)).flatMap((part, k) =>
      Array.from(part, (_, i) => {
        const lossWith = (change: number) => {
          const changed = buildNetwork(spec);
          parts(changed)[k][i] += change;
          return new Learner(changed).examine({ inputs, targets });
        };
        return lossWith(1e-5) - lossWith(-1e-5);
      }),
    );
    for (const [i, move] of moves.entries()) expect(move).toBeCloseTo(-1e-3 * Math.sign(slopes[i]), 5);
  });
});
