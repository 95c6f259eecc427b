/** A frame's brightness as floats, before it becomes pixels: for surfaces and contours. */

import type { FrameDescription } from '../../core/frame/description.js';
import type { Evaluate, EvaluateValues } from '../../core/frame/evaluate.js';
import { inputsAt, inputWriter } from '../../core/frame/inputs.js';
import { DrawCache } from '../../core/network/draws.js';
import { chooseKernel, kernelModule } from './choose-kernel.js';
import { Evaluator } from './evaluator.js';
import { type PackedNetwork, packNetwork } from './pack.js';
import { type Kernel, kernels } from './shapes.js';
import type { Result } from './steps.js';

const draws = new DrawCache();
const evaluator = new Evaluator();

/**
 * One plane of brightness in [0, 1] for each output that is drawn (1 or 3, or one for each unit of a layer), each
 * (height, width), row-major, top row first, sampled at pixel centres. Computed synchronously: meant for around ten
 * thousand points, not for pictures.
 * @param kernel - Defaults to the fastest. `kernels.plain` gives the same bits on every machine.
 */
export function brightnessPlanes(frame: FrameDescription, kernel: Kernel = chooseKernel()): Float32Array[] {
  const [width, height] = frame.size;
  const inputs = inputWriter({ ...frame, supersample: 1 });
  const write = (plane: number, into: Float32Array) => inputs.write(plane, 0, height, into);
  return evaluated(packed(frame, kernel), inputs.planes, width * height, write);
}

/** Evaluates points with the plain kernel, which gives the same bits on every machine. */
export const evaluate: Evaluate = (frame, x, y) => atPoints(frame, packed(frame, kernels.plain), x, y);

/** The same for values. */
export const evaluateValues: EvaluateValues = (frame, x, y) => {
  const network = packed(frame, kernels.plain, 'values');
  const scale = 2 ** network.scale;
  const planes = atPoints(frame, network, x, y);
  return planes.map((plane) => Float64Array.from(plane, (value) => value * scale));
};

const packed = (frame: FrameDescription, kernel: Kernel, result?: Result) =>
  packNetwork(frame, kernel, draws, result);

function atPoints(frame: FrameDescription, network: PackedNetwork, x: Float32Array, y: Float32Array) {
  const inputs = inputsAt(frame, x, y);
  const write = (plane: number, into: Float32Array) => into.set(inputs[plane]);
  return evaluated(network, inputs.length, x.length, write);
}

/** What a network is packed for, at any points: one number per point and output. @param write - Writes an input. */
function evaluated(
  network: PackedNetwork,
  planes: number,
  points: number,
  write: (plane: number, into: Float32Array) => void,
): Float32Array[] {
  evaluator.load(kernelModule(network), network, points);
  for (let plane = 0; plane < planes; plane++) write(plane, evaluator.input(plane, points));
  return evaluator.evaluate(points).map((plane) => plane.slice());
}
