/** A frame's brightness as floats, before it becomes pixels: for surfaces and contours. */

import type { FrameDescription } from '../../core/frame/description.js';
import type { Evaluate } from '../../core/frame/evaluate.js';
import { inputsAt, inputWriter } from '../../core/frame/inputs.js';
import { DrawCache } from '../../core/network/draws.js';
import { chooseKernel, type KernelChoice, kernelModule, kernels } from './choose-kernel.js';
import { Evaluator } from './evaluator.js';
import type { KernelShape } from './kernel.js';
import { packNetwork } from './pack.js';

const draws = new DrawCache();
const evaluators = new Map<KernelShape, Evaluator>();

/**
 * One plane of brightness in [0, 1] for each output that is drawn (1 or 3, or one for each unit of a layer), each
 * (height, width), row-major, top row first, sampled at pixel centres. Computed synchronously: meant for around ten
 * thousand points, not for pictures.
 * @param kernel - Defaults to the fastest. `kernels.plain` gives the same bits on every machine.
 */
export function brightnessPlanes(
  frame: FrameDescription,
  kernel: KernelChoice = chooseKernel(),
): Float32Array[] {
  const [width, height] = frame.size;
  const inputs = inputWriter({ ...frame, supersample: 1 });
  const write = (plane: number, into: Float32Array) => inputs.write(plane, 0, height, into);
  return evaluated(frame, inputs.planes, width * height, write, kernel);
}

/** Evaluates points with the plain kernel, which gives the same bits on every machine. */
export const evaluate: Evaluate = (frame, x, y) => {
  const inputs = inputsAt(frame, x, y);
  const write = (plane: number, into: Float32Array) => into.set(inputs[plane]);
  return evaluated(frame, inputs.length, x.length, write, kernels.plain);
};

/** Brightness at any points, whose inputs `write` writes plane by plane: one number per point and output. */
function evaluated(
  frame: FrameDescription,
  planes: number,
  points: number,
  write: (plane: number, into: Float32Array) => void,
  { shape }: KernelChoice,
): Float32Array[] {
  const evaluator = evaluators.get(shape) ?? new Evaluator(shape);
  evaluators.set(shape, evaluator);
  const network = packNetwork(frame, shape, draws);
  evaluator.load(kernelModule(shape, network.activations), network, points);
  for (let plane = 0; plane < planes; plane++) write(plane, evaluator.input(plane, points));
  return evaluator.evaluate(points).map((plane) => plane.slice());
}
