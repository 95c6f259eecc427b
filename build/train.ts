/**
 * Trains the networks of scenes/training.tsx, and records how they change in scenes/training/runs.json. Takes a few
 * minutes on one core. It is deterministic on one machine, but sines and exponentials may differ in their last bit on
 * another, and training amplifies that: the result is therefore part of the repository.
 *
 *     npm run build && npx jiti build/train.ts && npm run format
 */
import { writeFile } from 'node:fs/promises';
import seedrandom from 'seedrandom';
import { buildNetwork, networkSchema } from 'untrained';
import { halfOf } from './training/half.js';
import { Learner, type Lesson } from './training/learner.js';
import { EXTENT, pictureAt } from './training/picture.js';

/** The network. Its last layer's units are red, green and blue. */
const network = { seed: 21, layers: 5, units: 24, activation: 'sin', firstLayerBias: true } as const;
/** The view in which it is trained. With a larger half-width, the picture has finer details, but so has the noise. */
const HALF_WIDTH = 16;
/** The weight scales of the runs. Everything else is the same: the seed, the lessons, the rates. */
const WEIGHT_SCALES = [0.5, 3];

const STEPS = 3000;
const BATCH = 1024;
const RATE = 6e-3;
const WARM_UP = 50;
/** The share of points drawn from the whole picture rather than from its square. */
const BEYOND = 0.3;
/** Both runs together must stay below 300 kB. */
const CHECKPOINTS = 28;

/** The learning rate of a step, counted from 0: rises for a while, then falls along a cosine. */
const rateOf = (step: number) =>
  RATE * Math.min(1, (step + 1) / WARM_UP) * (0.51 + 0.49 * Math.cos((Math.PI * step) / STEPS));

/**
 * The share of the newest weights in the average of recent ones. That average is recorded: it learns as fast, but does
 * not jitter (Polyak & Juditsky, "Acceleration of stochastic approximation by averaging", 1992).
 */
const shareOf = (step: number) => Math.max(0.02, 9 / (10 + step));

/** The picture's colours at points, which are given in its own coordinates. */
function lesson(points: [x: number, y: number][]): Lesson {
  const colours = points.map(([x, y]) => pictureAt(x, y));
  return {
    inputs: [0, 1].map((axis) => Float64Array.from(points, (point) => HALF_WIDTH * point[axis])),
    targets: [0, 1, 2].map((channel) => Float64Array.from(colours, (colour) => colour[channel])),
  };
}

function randomPoints(random: () => number): [number, number][] {
  return Array.from({ length: BATCH }, () => {
    const [width, height] = random() < BEYOND ? EXTENT : [1, 1];
    return [width * (2 * random() - 1), height * (2 * random() - 1)];
  });
}

/** The square of the picture, for measuring the loss and how much the picture changes. */
const SIDE = 48;
const square = lesson(
  Array.from({ length: SIDE * SIDE }, (_, i): [number, number] => [
    (2 * (i % SIDE) + 1) / SIDE - 1,
    (2 * Math.floor(i / SIDE) + 1) / SIDE - 1,
  ]),
);

/** The state of a network after so many steps. */
interface Moment {
  step: number;
  /** The mean square error over the picture's square, averaged over red, green and blue. */
  loss: number;
  parameters: number[];
  picture: Float64Array[];
}

/** The mean square difference of two pictures. */
function difference(a: Float64Array[], b: Float64Array[]): number {
  let sum = 0;
  for (const [k, plane] of a.entries())
    for (let i = 0; i < plane.length; i++) sum += (plane[i] - b[k][i]) ** 2;
  return sum / (a.length * a[0].length);
}

/** Trains a network, and returns the moments at steps 0 to 60, and from then on whenever the step has grown by 2%. */
function train(weightScale: number): Moment[] {
  const start = buildNetwork(networkSchema.parse({ ...network, weightScale }));
  const [learner, average] = [new Learner(start), new Learner(start)];
  const random = seedrandom('lessons');
  const moments: Moment[] = [];
  for (let step = 0; step <= STEPS; step++) {
    const last = moments.at(-1)?.step ?? Number.NEGATIVE_INFINITY;
    if (step <= 60 || step >= 1.02 * last || step === STEPS) {
      const picture = average.answers(square.inputs);
      const loss = difference(picture, square.targets);
      moments.push({ step, loss, parameters: average.parameters(), picture });
      if (moments.length % 10 === 1)
        console.log(`scale ${weightScale}, step ${step}: loss ${loss.toFixed(5)}`);
    }
    learner.examine(lesson(randomPoints(random)));
    learner.step(rateOf(step));
    average.approach(learner, shareOf(step));
  }
  console.log(`scale ${weightScale}, step ${STEPS}: loss ${moments.at(-1)!.loss.toFixed(5)}`);
  return moments;
}

/**
 * Moments between which the picture changes about equally, the first and the last among them.
 * @param count - Their maximum number.
 */
function checkpoints(moments: Moment[], count: number): Moment[] {
  let length = 0;
  const lengths = moments.map(({ picture }, i) => {
    if (i > 0) length += Math.sqrt(difference(picture, moments[i - 1].picture));
    return length;
  });
  const chosen = Array.from({ length: count }, (_, i) => {
    const wanted = (i / (count - 1)) * length;
    return moments[lengths.findIndex((reached) => reached >= wanted * (1 - 1e-12))];
  });
  return [...new Set(chosen)];
}

const trained = WEIGHT_SCALES.map((weightScale) => ({ weightScale, moments: train(weightScale) }));
/** The moments whose losses are written: half of them suffice for a curve. */
const kept = trained[0].moments.flatMap((_, i, { length }) => (i === 0 || (length - i) % 2 ? [i] : []));
const runs = trained.map(({ weightScale, moments }) => {
  const chosen = checkpoints(moments, CHECKPOINTS);
  console.log(`scale ${weightScale}: checkpoints at ${chosen.map(({ step }) => step).join(' ')}`);
  return {
    weightScale,
    losses: kept.map((i) => Number(moments[i].loss.toPrecision(4))),
    checkpoints: chosen.map(({ step, parameters }) => ({ step, weights: halfOf(parameters) })),
  };
});
const steps = kept.map((i) => trained[0].moments[i].step);

await writeFile(
  new URL('../scenes/training/runs.json', import.meta.url),
  `${JSON.stringify({ network, halfWidth: HALF_WIDTH, steps, runs }, null, 2)}\n`,
);
