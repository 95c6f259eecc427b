/** Chooses what draws: WebGPU, or else WebGL2 on a real GPU, or else WebAssembly in workers. */
import type { FrameRenderer } from '../core/frame/renderer.js';
import { CpuRenderer } from '../renderers/cpu/renderer.js';
import { createRenderer } from '../renderers/create-renderer.js';
import { findAdapter } from '../renderers/gpu/device.js';

/** Starts the fastest renderer of this browser. */
export async function startRenderer(): Promise<FrameRenderer> {
  const adapter = await findAdapter().catch(() => undefined);
  const hasGpu = adapter !== undefined && !('problem' in adapter) && !adapter.software;
  if (hasGpu) return createRenderer();
  return new CpuRenderer();
}
