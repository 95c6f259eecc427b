/** Which kernel this engine runs best. */

import { enableRelaxedSimd, mayWiden, setWideSimd } from '#host';
import { DrawCache } from '../../network/draws.js';
import { frameSchema } from '../description.js';
import { drawBand } from './band.js';
import { Evaluator } from './evaluator.js';
import { emitKernel, type KernelShape } from './kernel.js';
import { packNetwork } from './pack.js';

/** A kernel's shape, and what to call it. */
export interface KernelChoice {
  shape: KernelShape;
  name: string;
}

export const kernels = {
  plain: { shape: { rows: 4, vectors: 2, relaxed: false }, name: '128-bit SIMD' },
  relaxed: { shape: { rows: 3, vectors: 3, relaxed: true }, name: '128-bit relaxed SIMD' },
  wide: { shape: { rows: 5, vectors: 4, relaxed: true }, name: '256-bit relaxed SIMD' },
} as const satisfies Record<string, KernelChoice>;

let choice: KernelChoice | undefined;

/** The best kernel here; found out once a process, in about a tenth of a second where there is a choice. */
export function chooseKernel(): KernelChoice {
  choice ??= findKernel();
  return choice;
}

function findKernel(): KernelChoice {
  const { plain, relaxed, wide } = kernels;
  const sample = emitKernel(relaxed.shape, { hidden: 'relu', output: 'relu' });
  if (!WebAssembly.validate(sample)) enableRelaxedSimd(); // and only then: engines that need no flag know none
  if (!WebAssembly.validate(sample)) return plain;
  if (!mayWiden) return relaxed;
  // Nothing tells whether the engine really widens. The same picture to the byte, in clearly less time, does.
  const narrow = trial(relaxed.shape);
  setWideSimd(true);
  const widened = trial(wide.shape);
  const same = narrow.rgba.every((byte, i) => byte === widened.rgba[i]);
  if (same && widened.ms < 0.8 * narrow.ms) return wide;
  setWideSimd(false);
  return relaxed;
}

/** Draws a small picture over and over for a while, so that the engine has optimised the kernel, and times the best. */
function trial(shape: KernelShape): { rgba: Uint8Array; ms: number } {
  const frame = frameSchema.parse({ network: { layers: 9, width: 30 }, size: [64, 30] });
  const rgba = new Uint8Array(4 * 64 * 30);
  const evaluator = new Evaluator(shape);
  const module = new WebAssembly.Module(emitKernel(shape, { hidden: 'tanh', output: 'sigmoid' }));
  evaluator.load(module, packNetwork(frame, shape, new DrawCache()), 64 * 30);
  let ms = Number.POSITIVE_INFINITY;
  const end = performance.now() + 50;
  for (let now = performance.now(); now < end; ) {
    drawBand(evaluator, { ...frame, colouring: 'rgb' }, { firstRow: 0, rows: 30 }, rgba);
    const then = now;
    now = performance.now();
    ms = Math.min(ms, now - then);
  }
  return { rgba, ms };
}
