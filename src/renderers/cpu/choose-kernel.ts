/** Which kernel this engine runs best, and the compiled modules of all kernels. */

import { compileModule, mayWiden } from '#host';
import { frameSchema } from '../../core/frame/description.js';
import { DrawCache } from '../../core/network/draws.js';
import { drawBand } from './band.js';
import { Evaluator } from './evaluator.js';
import { activationsOf, emitKernel, type KernelActivations, type KernelShape } from './kernel.js';
import { packNetwork } from './pack.js';

/** A kernel's shape, and its name in words, for people. */
export interface KernelChoice {
  shape: KernelShape;
  name: string;
}

export const kernels = {
  plain: { shape: { rows: 4, vectors: 2, relaxed: false }, name: '128-bit SIMD' },
  relaxed: { shape: { rows: 3, vectors: 3, relaxed: true }, name: '128-bit relaxed SIMD' },
  wide: { shape: { rows: 5, vectors: 4, relaxed: true, wide: true }, name: '256-bit relaxed SIMD' },
} as const satisfies Record<string, KernelChoice>;

let choice: KernelChoice | undefined;

/** The fastest kernel here; measured once per process, in about a tenth of a second where there is a choice. */
export function chooseKernel(): KernelChoice {
  choice ??= findKernel();
  return choice;
}

function findKernel(): KernelChoice {
  const { plain, relaxed, wide } = kernels;
  if (!runs(relaxed.shape)) return plain;
  if (!mayWiden) return relaxed;
  // Nothing tells whether the engine really widens. The same picture to the byte, in clearly less time, does.
  const [narrow, widened] = trial([relaxed.shape, wide.shape]);
  const same = narrow.rgba.every((byte, i) => byte === widened.rgba[i]);
  return same && widened.ms < 0.8 * narrow.ms ? wide : relaxed;
}

/**
 * Names what decides the last bits of a kernel's pixels: whether a b + c is rounded once or twice. Relaxed SIMD leaves
 * that to the machine, so it is computed and not assumed. How many samples and units a kernel takes at a time, and how
 * wide its vectors are, changes no bit; so however the choice above turns out, the name is the same.
 */
export function arithmeticOf(shape: KernelShape): string {
  return shape.relaxed && fuses() ? 'float32, fused multiply-add' : 'float32';
}

let fused: boolean | undefined;

/** Whether this machine rounds relaxed SIMD's multiply-add once: 1 - (1 + e)(1 - e) is e² then, and otherwise 0. */
function fuses(): boolean {
  if (fused !== undefined) return fused;
  const e = 2 ** -13;
  const { shape } = kernels.relaxed;
  const frame = frameSchema.parse({
    network: { outputActivation: 'identity', weights: [{ w: [[-1 - e, 0]], b: [1] }] },
    view: { centre: [0, 0] },
    size: [1, 1],
  });
  const network = packNetwork(frame, shape, new DrawCache());
  const evaluator = new Evaluator(shape);
  evaluator.load(kernelModule(shape, activationsOf(frame.network, network)), network, 1);
  evaluator.x[0] = 1 - e;
  evaluator.y[0] = 0;
  fused = evaluator.evaluate(1)[0][0] > 0;
  return fused;
}

/** Modules by shape and activations, the one used last at the end; threads and points share them. */
const modules = new Map<string, WebAssembly.Module>();
/** Modules are some kilobytes of code each, but what engines keep of them may be a hundred times that. */
const MOST_MODULES = 64;

/** A kernel's compiled module, kept for the next frame with these activations. */
export function kernelModule(shape: KernelShape, activations: KernelActivations): WebAssembly.Module {
  const key = JSON.stringify([shape, activations]);
  const module = modules.get(key) ?? compileModule(emitKernel(shape, activations), shape);
  modules.delete(key);
  modules.set(key, module);
  if (modules.size > MOST_MODULES) modules.delete(modules.keys().next().value!);
  return module;
}

/** Whether this engine can run a kernel. */
export function runs(shape: KernelShape): boolean {
  try {
    kernelModule(shape, { hidden: 'relu', output: 'relu' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Draws a small picture over and over for a while, so that the engine has optimised the kernels, and takes the least
 * time of each. Kernels take turns, so that other work on the machine slows all of them down.
 */
function trial(shapes: KernelShape[]): { rgba: Uint8Array; ms: number }[] {
  const frame = frameSchema.parse({ network: { layers: 9, width: 30 }, size: [64, 30] });
  const trials = shapes.map((shape) => {
    const evaluator = new Evaluator(shape);
    const module = kernelModule(shape, { hidden: 'tanh', output: 'sigmoid' });
    evaluator.load(module, packNetwork(frame, shape, new DrawCache()), 64 * 30);
    return { evaluator, rgba: new Uint8Array(4 * 64 * 30), ms: Number.POSITIVE_INFINITY };
  });
  const end = performance.now() + 50 * shapes.length;
  for (let now = performance.now(); now < end; ) {
    for (const each of trials) {
      drawBand(each.evaluator, { ...frame, colouring: 'rgb' }, { firstRow: 0, rows: 30 }, each.rgba);
      const then = now;
      now = performance.now();
      each.ms = Math.min(each.ms, now - then);
    }
  }
  return trials;
}
