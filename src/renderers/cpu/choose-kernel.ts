/** Chooses the fastest kernel for this engine, and caches compiled modules. */

import { compileModule, mayWiden } from '#host';
import { frameSchema } from '../../core/frame/description.js';
import { DrawCache } from '../../core/network/draws.js';
import { drawPart } from './band.js';
import { Evaluator } from './evaluator.js';
import { emitKernel, type KernelActivations, type KernelShape } from './kernel.js';
import { packNetwork } from './pack.js';

/** A kernel's shape and its display name. */
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

/** The fastest kernel on this engine. If there is a choice, it is measured once per process, in about 0.1 s. */
export function chooseKernel(): KernelChoice {
  choice ??= findKernel();
  return choice;
}

function findKernel(): KernelChoice {
  const { plain, relaxed, wide } = kernels;
  if (!runs(relaxed.shape)) return plain;
  if (!mayWiden) return relaxed;
  // The engine does not report whether it widens. An identical picture in clearly less time shows that it does.
  const [narrow, widened] = trial([relaxed.shape, wide.shape]);
  const same = narrow.rgba.every((byte, i) => byte === widened.rgba[i]);
  return same && widened.ms < 0.8 * narrow.ms ? wide : relaxed;
}

/**
 * Names what determines the last bits of a kernel's pixels: whether a * b + c is rounded once or twice. Relaxed SIMD
 * leaves that to the machine, so it is tested rather than assumed. Tile and vector sizes do not affect the bits, so the
 * name does not depend on the choice above.
 */
export function arithmeticOf(shape: KernelShape): string {
  return shape.relaxed && fuses() ? 'float32, fused multiply-add' : 'float32';
}

/** The arithmetic of this engine on this machine, without measuring which kernel is the fastest. */
export function arithmeticHere(): string {
  const { plain, relaxed } = kernels;
  return arithmeticOf(runs(relaxed.shape) ? relaxed.shape : plain.shape);
}

let fused: boolean | undefined;

/** Whether this machine rounds relaxed SIMD's multiply-add once: if so, 1 - (1 + e)(1 - e) is e², otherwise 0. */
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
  evaluator.load(kernelModule(shape, network.activations), network, 1);
  evaluator.input(0, 1)[0] = 1 - e;
  evaluator.input(1, 1)[0] = 0;
  fused = evaluator.evaluate(1)[0][0] > 0;
  return fused;
}

/** Modules by shape and activations, most recently used last; shared by threads and single points. */
const modules = new Map<string, WebAssembly.Module>();
/** A module is a few kilobytes of code, but its compiled form may take a hundred times as much. */
const MOST_MODULES = 64;

/** A kernel's compiled module, cached for later frames with these activations. */
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
 * Draws a small picture repeatedly, so that the engine optimises the kernels, and returns the minimum time of each.
 * Kernels alternate, so that other load on the machine affects all of them alike.
 */
function trial(shapes: KernelShape[]): { rgba: Uint8Array; ms: number }[] {
  const frame = frameSchema.parse({ network: { layers: 9, units: 30 }, size: [64, 30] });
  const trials = shapes.map((shape) => {
    const evaluator = new Evaluator(shape);
    const module = kernelModule(shape, { hidden: 'tanh', output: 'sigmoid' });
    evaluator.load(module, packNetwork(frame, shape, new DrawCache()), 64 * 30);
    return { evaluator, rgba: new Uint8Array(4 * 64 * 30), ms: Number.POSITIVE_INFINITY };
  });
  const end = performance.now() + 50 * shapes.length;
  for (let now = performance.now(); now < end; ) {
    for (const each of trials) {
      drawPart(
        each.evaluator,
        { ...frame, colouring: 'rgb' },
        { x: 0, y: 0, width: 64, height: 30 },
        each.rgba,
      );
      const then = now;
      now = performance.now();
      each.ms = Math.min(each.ms, now - then);
    }
  }
  return trials;
}
