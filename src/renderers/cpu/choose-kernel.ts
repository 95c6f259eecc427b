/** Which kernel this engine runs best. */

import { compileModule, mayWiden } from '#host';
import { frameSchema } from '../../core/frame/description.js';
import { DrawCache } from '../../core/network/draws.js';
import { drawBand } from './band.js';
import { Evaluator } from './evaluator.js';
import { emitKernel, type KernelActivations, type KernelShape } from './kernel.js';
import { packNetwork } from './pack.js';

/** A kernel's shape, and what to call it. */
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

/** The best kernel here; found out once a process, in about a tenth of a second where there is a choice. */
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

/** A kernel's module. Compiled by this one function, it has what it needs of the engine. */
export function compileKernel(shape: KernelShape, activations: KernelActivations): WebAssembly.Module {
  return compileModule(emitKernel(shape, activations), shape);
}

/** Whether this engine can run a kernel. */
export function runs(shape: KernelShape): boolean {
  try {
    compileKernel(shape, { hidden: 'relu', output: 'relu' });
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
    const module = compileKernel(shape, { hidden: 'tanh', output: 'sigmoid' });
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
