/** A frame's brightness before it becomes bytes, for what draws more than pixels: surfaces, contours. */

import type { FrameDescription } from '../../core/frame/description.js';
import type { Evaluate } from '../../core/frame/evaluate.js';
import { pixelOffsets } from '../../core/frame/geometry.js';
import { DrawCache } from '../../core/network/draws.js';
import { chooseKernel, compileKernel, type KernelChoice, kernels } from './choose-kernel.js';
import { Evaluator } from './evaluator.js';
import { activationsOf, type KernelShape } from './kernel.js';
import { packNetwork } from './pack.js';

const draws = new DrawCache();
const benches = new Map<KernelShape, { evaluator: Evaluator; modules: Map<string, WebAssembly.Module> }>();

/**
 * One plane of brightness in [0, 1] for each output (1 or 3), each (height, width), row-major, top row first, at the
 * middles of the pixels. Computed on the calling thread at once: meant for some ten thousand points, not for pictures.
 * @param kernel - By default the fastest here. That of `kernels.plain` gives the same bits on every machine.
 */
export function brightnessPlanes(
  frame: FrameDescription,
  kernel: KernelChoice = chooseKernel(),
): Float32Array[] {
  const { x, y } = pixelOffsets(frame);
  return brightnessAt(frame, x, y, kernel);
}

/** Evaluates points by the kernel without fused operations, which gives the same bits on every machine. */
export const evaluate: Evaluate = (frame, x, y) => brightnessAt(frame, x, y, kernels.plain);

/** The same at any points, given by their offsets from the view's centre: one number for each point and output. */
function brightnessAt(
  frame: FrameDescription,
  x: Float32Array,
  y: Float32Array,
  { shape }: KernelChoice,
): Float32Array[] {
  const { evaluator, modules } = benchFor(shape);
  const network = packNetwork(frame, shape, draws);
  const names = activationsOf(frame.network, network);
  const key = JSON.stringify(names);
  const module = modules.get(key) ?? compileKernel(shape, names);
  modules.set(key, module);
  evaluator.load(module, network, x.length);
  evaluator.x.set(x);
  evaluator.y.set(y);
  return evaluator.evaluate(x.length).map((plane) => plane.slice());
}

/** The memory and the modules of a kernel. */
function benchFor(shape: KernelShape) {
  let bench = benches.get(shape);
  if (!bench) {
    bench = { evaluator: new Evaluator(shape), modules: new Map() };
    benches.set(shape, bench);
  }
  return bench;
}
