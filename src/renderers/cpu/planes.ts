/** A frame's brightness as floats, before it becomes pixels: for surfaces and contours. */

import type { FrameDescription } from '../../core/frame/description.js';
import type { Evaluate } from '../../core/frame/evaluate.js';
import { pixelOffsets } from '../../core/frame/geometry.js';
import { DrawCache } from '../../core/network/draws.js';
import { chooseKernel, type KernelChoice, kernelModule, kernels } from './choose-kernel.js';
import { Evaluator } from './evaluator.js';
import { activationsOf, type KernelShape } from './kernel.js';
import { packNetwork } from './pack.js';

const draws = new DrawCache();
const evaluators = new Map<KernelShape, Evaluator>();

/**
 * One plane of brightness in [0, 1] for each output (1 or 3), each (height, width), row-major, top row first, sampled
 * at pixel centres. Computed synchronously: meant for some ten thousand points, not for pictures.
 * @param kernel - Defaults to the fastest. `kernels.plain` gives the same bits on every machine.
 */
export function brightnessPlanes(
  frame: FrameDescription,
  kernel: KernelChoice = chooseKernel(),
): Float32Array[] {
  const { x, y } = pixelOffsets(frame);
  return brightnessAt(frame, x, y, kernel);
}

/** Evaluates points with the plain kernel, which gives the same bits on every machine. */
export const evaluate: Evaluate = (frame, x, y) => brightnessAt(frame, x, y, kernels.plain);

/** Brightness at any points, given as offsets from the view's centre: one number per point and output. */
function brightnessAt(
  frame: FrameDescription,
  x: Float32Array,
  y: Float32Array,
  { shape }: KernelChoice,
): Float32Array[] {
  const evaluator = evaluators.get(shape) ?? new Evaluator(shape);
  evaluators.set(shape, evaluator);
  const network = packNetwork(frame, shape, draws);
  const module = kernelModule(shape, activationsOf(frame.network, network));
  evaluator.load(module, network, x.length);
  evaluator.x.set(x);
  evaluator.y.set(y);
  return evaluator.evaluate(x.length).map((plane) => plane.slice());
}
