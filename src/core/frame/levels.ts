/**
 * Levels: which of a network's output values become 0 and 1. A value v is shown as (v - low) / (high - low), clipped to
 * [0, 1]; signed values are (v + 1) / 2 before that. Without levels, values from 0 to 1 are shown, which is all of a
 * sigmoid but little of a relu, and more than a wide network uses.
 *
 * Measured levels leave out the lowest and the highest hundredth of the values at a grid of points, and are rounded to
 * three digits of their difference, so that a recipe is readable.
 */

import { LUMINANCE } from '../luminance.js';
import { countWeights } from '../network/spec.js';
import type { FrameDescription } from './description.js';
import type { Evaluate, EvaluateValues } from './evaluate.js';
import { pixelOffsets } from './geometry.js';
import { type Levels, leastDifference } from './levels-schema.js';
import { frameParameters } from './parameters.js';
import { colouringShown, hiddenShown } from './shown.js';

/** The share of values that measured levels clip at each end. */
const CLIPPED = 0.01;
/** How many points along a side of the square are measured. The first that costs at most MOST_WORK is used. */
const SIDES = [32, 16, 8];
/** In multiply-adds: about 10 ms. */
const MOST_WORK = 5e7;
/** The cost of drawing and packing one weight, in multiply-adds. */
const WORK_PER_WEIGHT = 32;

/**
 * The levels that fit one picture, whatever its size and its own levels. Takes about 10 ms for 27 layers of 30 units,
 * and gives the same numbers on every machine.
 */
export function levelsOf(frame: FrameDescription, evaluate: EvaluateValues): Levels {
  const weights = countWeights(frame.network);
  const side =
    SIDES.find((n) => weights * (n ** 2 + WORK_PER_WEIGHT) <= MOST_WORK) ?? SIDES[SIDES.length - 1];
  return levelsFor(shownValues(frame, side, evaluate));
}

/**
 * The values that a picture shows, at (side * side) points of the square that its view defines: those of all outputs,
 * or of the one that a colour map shows.
 */
export function shownValues(
  described: FrameDescription,
  side: number,
  evaluate: EvaluateValues,
): Float64Array[] {
  const frame: FrameDescription = { ...described, size: [side, side] };
  const { x, y } = pixelOffsets(frame);
  const planes = evaluate(frame, x, y);
  const colouring = colouringShown(frame);
  return typeof colouring === 'object' && !hiddenShown(frame.shown) ? [planes[colouring.output]] : planes;
}

/** How many points along the shorter side of a picture are measured for its mean brightness. */
const STEADY_SIDE = 16;
/** And along the longer one at most. */
const MOST_STEADY = 64;

/**
 * The levels that move a picture's mean brightness to a half, whatever its own levels. With `rgb` it is the luminance
 * of the colours; with other palettes, the output that is lightness or that the colour map shows. Takes a few
 * milliseconds.
 * @returns Undefined if nothing is evaluated.
 */
export function steadyLevels(described: FrameDescription, evaluate: Evaluate): Levels | undefined {
  const shorter = Math.min(...described.size);
  const [width, height] = described.size.map((side) =>
    Math.min(MOST_STEADY, Math.round((STEADY_SIDE * side) / shorter)),
  );
  const frame: FrameDescription = { ...described, size: [width, height], levels: undefined };
  const { x, y } = pixelOffsets(frame);
  const planes = evaluate(frame, x, y);
  if (planes.length === 0) return undefined;
  const brightness = brightnessOf(frame, planes.map(meanOf));
  return [brightness - 0.5, brightness + 0.5];
}

/** How bright a picture is whose outputs have these means. */
function brightnessOf(frame: FrameDescription, means: number[]): number {
  const colouring = colouringShown(frame);
  if (hiddenShown(frame.shown)) return meanOf(means);
  if (typeof colouring === 'object') return means[colouring.output];
  if (colouring !== 'rgb' || means.length !== 3) return means[0];
  return means.reduce((sum, mean, output) => sum + LUMINANCE[output] * mean, 0);
}

function meanOf(values: Float32Array | number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The levels that fit these values. Values that are all the same become the middle between the levels. */
export function levelsFor(values: readonly ArrayLike<number>[]): Levels {
  const numbers = values.flatMap((plane) => Array.from(plane)).filter((value) => !Number.isNaN(value));
  if (numbers.length === 0) return [0, 1];
  const all = Float64Array.from(numbers).sort();
  const clipped = Math.floor(CLIPPED * all.length);
  const [low, high] = [all[clipped], all[all.length - 1 - clipped]].map(within);
  const least = Math.max(2 * leastDifference([low, high]), low === high ? 1 : 0);
  const spare = Math.max(0, least - (high - low)) / 2;
  return rounded([low - spare, high + spare]);
}

const [LOWEST, HIGHEST] = frameParameters.levels.range;
/** Well within the range of levels, so that they can be moved apart. */
const within = (value: number) => Math.max(0.9 * LOWEST, Math.min(0.9 * HIGHEST, value));

/** Rounds both levels to the third significant digit of their difference. */
function rounded([low, high]: Levels): Levels {
  const places = 2 - Math.floor(Math.log10(high - low));
  const near = (value: number) => {
    const digits = Math.floor(Math.log10(Math.abs(value))) + 1 + places;
    return digits >= 1 ? Number(value.toPrecision(Math.min(100, digits))) : 0;
  };
  return [near(low), near(high)];
}
