/** The one place that decides which backend draws. */
import { UsageError } from '../errors.js';
import type { backends } from './backends.js';
import { CpuRenderer } from './cpu/renderer.js';
import { findAdapter } from './gpu/device.js';
import { GpuRenderer } from './gpu/renderer.js';
import type { FrameRenderer } from './renderer.js';

export interface RendererOptions {
  /** `auto`, the default, takes a real GPU if there is one; `gpu` takes a program that plays one as well. */
  backend?: (typeof backends)[number];
  /** CPU threads, 1 or more; by default one per core. Who asks for them asks for the CPU. */
  threads?: number;
}

/**
 * Starts a renderer; end it with `close()`.
 * @throws UsageError where a GPU is asked for and there is none, or threads for it.
 */
export async function createRenderer({
  backend = 'auto',
  threads,
}: RendererOptions = {}): Promise<FrameRenderer> {
  if (backend === 'gpu' && threads !== undefined) {
    throw new UsageError(
      `A GPU takes no threads, and ${threads} were given: leave them out, or take --backend cpu.`,
    );
  }
  if (backend === 'cpu' || threads !== undefined) return new CpuRenderer(threads);
  const adapter = await findAdapter({ software: backend === 'gpu' });
  const problem = 'problem' in adapter ? adapter.problem : undefined;
  if (backend === 'gpu' && problem) throw new UsageError(`${problem} Or take --backend cpu.`);
  if ('problem' in adapter || (backend === 'auto' && adapter.software)) return new CpuRenderer();
  return GpuRenderer.start(() => adapter.open());
}
