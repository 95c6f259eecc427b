/** Chooses the fastest kernel for this engine, and caches compiled modules. */

import { compileModule, mayWiden } from '#host';
import { frameSchema } from '../../core/frame/description.js';
import { DrawCache } from '../../core/network/draws.js';
import { drawPart } from './band.js';
import { Evaluator } from './evaluator.js';
import { emitKernel } from './kernel.js';
import { type PackedNetwork, packNetwork } from './pack.js';
import { type Block, type Kernel, kernels, shapeFor } from './shapes.js';

let choice: Kernel | undefined;

/** The fastest kernel on this engine. If there is a choice, it is measured once per process, in about 0.1 s. */
export function chooseKernel(): Kernel {
  choice ??= findKernel();
  return choice;
}

function findKernel(): Kernel {
  const { plain, relaxed, wide } = kernels;
  if (!runs(relaxed)) return plain;
  if (!mayWiden) return relaxed;
  // The engine does not report whether it widens. An identical picture in clearly less time shows that it does, and all
  // of the kernel's blocks must show it.
  const { narrow, broad } = wide.blocks;
  const all = (block: Block): Kernel => ({ ...wide, blocks: { narrow: block, broad: block } });
  const [usual, ...widened] = trial([relaxed, all(narrow), all(broad)]);
  const isWidened = widened.every(
    ({ rgba, ms }) => ms < 0.8 * usual.ms && usual.rgba.every((byte, i) => byte === rgba[i]),
  );
  return isWidened ? wide : relaxed;
}

/**
 * Names what determines the last bits of a kernel's pixels: whether a * b + c is rounded once or twice. Relaxed SIMD
 * leaves that to the machine, so it is tested rather than assumed. Tile and vector sizes do not affect the bits, so the
 * name does not depend on the choice above.
 */
export function arithmeticOf({ instructions }: Kernel): string {
  return instructions.relaxed && fuses() ? 'float32, fused multiply-add' : 'float32';
}

/** The arithmetic of this engine on this machine, without measuring which kernel is the fastest. */
export function arithmeticHere(): string {
  const { plain, relaxed } = kernels;
  return arithmeticOf(runs(relaxed) ? relaxed : plain);
}

let fused: boolean | undefined;

/** Whether this machine rounds relaxed SIMD's multiply-add once: if so, 1 - (1 + e)(1 - e) is e², otherwise 0. */
function fuses(): boolean {
  if (fused !== undefined) return fused;
  const e = 2 ** -13;
  const frame = frameSchema.parse({
    network: { outputActivation: 'identity', weights: [{ w: [[-1 - e, 0]], b: [1] }] },
    view: { centre: [0, 0] },
    size: [1, 1],
  });
  const network = packNetwork(frame, kernels.relaxed, new DrawCache());
  const evaluator = new Evaluator();
  evaluator.load(kernelModule(network), network, 1);
  evaluator.input(0, 1)[0] = 1 - e;
  evaluator.input(1, 1)[0] = 0;
  fused = evaluator.evaluate(1)[0][0] > 0;
  return fused;
}

/** Modules by shape and activations, most recently used last; shared by threads and single points. */
const modules = new Map<string, WebAssembly.Module>();
/** A module is a few kilobytes of code, but its compiled form may take a hundred times as much. */
const MOST_MODULES = 64;

/** The compiled module for a network, cached for later ones of this shape with these activations. */
export function kernelModule({
  shape,
  activations,
}: Pick<PackedNetwork, 'shape' | 'activations'>): WebAssembly.Module {
  const key = JSON.stringify([shape, activations]);
  const module = modules.get(key) ?? compileModule(emitKernel(shape, activations), shape);
  modules.delete(key);
  modules.set(key, module);
  if (modules.size > MOST_MODULES) modules.delete(modules.keys().next().value!);
  return module;
}

/** Whether this engine can run a kernel. */
export function runs(kernel: Kernel): boolean {
  try {
    kernelModule({ shape: shapeFor(kernel, 0), activations: { hidden: 'relu', output: 'relu' } });
    return true;
  } catch {
    return false;
  }
}

/** Long enough for the engine to optimise all kernels. */
const TRIAL_MS = 100;

/**
 * Draws a small picture repeatedly, so that the engine optimises the kernels, and returns the minimum time of each.
 * Kernels alternate, so that other load on the machine affects all of them alike.
 */
function trial(kernels: Kernel[]): { rgba: Uint8Array; ms: number }[] {
  const frame = frameSchema.parse({ network: { layers: 9, units: 30 }, size: [64, 30] });
  const trials = kernels.map((kernel) => {
    const evaluator = new Evaluator();
    const network = packNetwork(frame, kernel, new DrawCache());
    evaluator.load(kernelModule(network), network, 64 * 30);
    return { evaluator, rgba: new Uint8Array(4 * 64 * 30), ms: Number.POSITIVE_INFINITY };
  });
  const end = performance.now() + TRIAL_MS;
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
