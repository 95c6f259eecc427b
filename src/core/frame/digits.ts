/**
 * Tells whether float32 is precise enough for a view. At deep zooms, neighbouring pixels differ by less than float32
 * can resolve. In most networks the picture is flat there, so nobody notices. But a network that amplifies small
 * differences also amplifies float32's rounding errors, and its picture becomes grainy.
 *
 * This is measured, not estimated: at some points of the frame, and at the pixels next to them, float32 is
 * compared with forward() in float64. Its error is related to how much the true picture changes from one pixel to the
 * next. In wide views of wild networks both are large, and there is no grain: such a picture really is as rough as
 * that.
 */

import { forward, unitBrightness } from '../network/forward.js';
import { buildNetwork } from '../network/network.js';
import { countWeights } from '../network/spec.js';
import type { FrameDescription } from './description.js';
import type { Evaluate } from './evaluate.js';
import { areLinear, featuresAt, inputAt } from './inputs.js';
import { hiddenShown, picturesIn, unitGrid } from './shown.js';

/** The effect of float32 on a frame, in 8-bit steps: root mean squares over points and outputs. */
interface Digits {
  /** The error of float32 against float64. */
  error: number;
  /** How much the picture changes, in float64, from one pixel to the next. */
  change: number;
}

/** The error from which grain is visible. */
const VISIBLE = 1;
/** The error must also be at least this fraction of the change from pixel to pixel. */
const OUTWEIGHS = 0.5;
/** Float32 distinguishes pixels larger than this fraction of the values that it rounds, whatever the network. */
const SAFE_PIXEL = 1e-4;
/** The maximum number of float64 multiplications in a measurement: some tens of milliseconds. */
const MAX_WORK = 4e6;
/** The minimum and maximum number of points along each side of the grid. */
const [MIN_POINTS, MAX_POINTS] = [2, 5];

/** Whether a frame shows float32 grain instead of its picture. */
export function isGrainy(frame: FrameDescription, evaluate: Evaluate): boolean {
  if (!isDeep(frame)) return false;
  const { error, change } = digitsOf(frame, evaluate);
  return error >= VISIBLE && error >= OUTWEIGHS * change;
}

/** The parts of a frame that determine whether it is deep. */
type Depth = Pick<FrameDescription, 'size' | 'supersample' | 'view' | 'slice'> & {
  network: Pick<FrameDescription['network'], 'weightScale' | 'biasScale' | 'weights' | 'features' | 'fold'>;
};

/** Whether a frame's pixels are so small that float32 may not be precise enough. Costs almost nothing. */
export function isDeep(frame: Depth): boolean {
  const { size, supersample, view, slice, network } = frame;
  const pixel = (2 * view.halfWidth) / (Math.min(...size) * supersample);
  const { weightScale = 1, biasScale = 0, weights } = network;
  const biases = weights ? 1 : weightScale > 0 ? biasScale / weightScale : 0;
  const rounded = Math.max(1, biases, ...[...largestInputs(frame), ...slice].map(Math.abs));
  return pixel < SAFE_PIXEL * rounded;
}

/**
 * The inputs that determine the rounding of sums: the coordinates of the view's centre or, if there are other features,
 * which may be much larger elsewhere in the view, the features at its centre and corners. Measured with ten sets of
 * features and three centres: grain appeared in pixels of up to 0.9e-4 of the largest.
 */
function largestInputs({ view, network }: Depth): number[] {
  if (areLinear(network)) return view.centre;
  const h = view.halfWidth;
  const places = [0, 0, h, h, -h, h, h, -h, -h, -h];
  return [0, 1, 2, 3, 4].flatMap((i) => featuresAt(network, view, places[2 * i], places[2 * i + 1]));
}

/**
 * One line about a view that exceeds float32 precision: what is wrong, where it begins, and what to do.
 * @param seconds - When it begins; undefined if from the start.
 */
export function explainGrain(halfWidth: number, seconds?: number): string {
  const where = `at half-width ${Number(halfWidth.toPrecision(2))}`;
  const begin =
    seconds === undefined ? `A${where.slice(1)}` : `From ${Number(seconds.toFixed(2))} s, ${where},`;
  return (
    `${begin} the zoom exceeds float32 precision and the picture turns to grain: ` +
    'zoom in less, or use fewer layers or a smaller weightScale.'
  );
}

/** Measures the grain on one thread, in some tens of milliseconds, with the same result on every machine. */
function digitsOf(frame: FrameDescription, evaluate: Evaluate): Digits {
  const { view, network: spec } = frame;
  const hidden = hiddenShown(frame.shown);
  const isGrid = hidden !== undefined && hidden.unit === undefined;
  const size = isGrid ? unitGrid(frame.size, picturesIn(frame.shown, spec)).cell : frame.size;
  const weights = countWeights(spec);
  const n = Math.max(MIN_POINTS, Math.min(MAX_POINTS, Math.floor(Math.sqrt(MAX_WORK / (2 * weights)))));
  const pixel = (2 * view.halfWidth) / Math.min(...size);
  const points = Array.from({ length: n * n }, (_, i) => {
    const [x, y] = [i % n, Math.floor(i / n)].map((k) => view.halfWidth * ((2 * k + 1) / n - 1));
    return [
      [x, y],
      [x + pixel, y],
    ] as const;
  }).flat();
  // Both float32 and float64 get the rounded offsets: rounding an offset is not an error of the picture.
  const x = Float32Array.from(points, ([x]) => x);
  const y = Float32Array.from(points, ([, y]) => y);
  const planes = evaluate(frame, x, y);
  const network = buildNetwork(spec);
  const exact = points.map((_, i) => {
    const input = inputAt(frame, x[i], y[i]);
    if (!hidden) return forward(network, input, frame.levels);
    const units = unitBrightness(network, input, hidden.layer, frame.levels);
    return isGrid ? units : [units[hidden.unit! - 1]];
  });
  const rms = (values: number[]) =>
    255 * Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
  return {
    error: rms(exact.flatMap((outputs, i) => outputs.map((v, c) => v - planes[c][i]))),
    change: rms(exact.flatMap((outputs, i) => (i % 2 ? outputs.map((v, c) => v - exact[i - 1][c]) : []))),
  };
}
