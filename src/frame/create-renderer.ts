/** The one place that decides which backend draws. */
import { UsageError } from '../errors.js';
import type { backends } from './backends.js';
import { CpuRenderer } from './cpu/renderer.js';
import { cpuTakesOver, FallbackRenderer } from './fallback.js';
import { findAdapter } from './gpu/device.js';
import { GpuRenderer } from './gpu/renderer.js';
import type { FrameRenderer } from './renderer.js';

export interface RendererOptions {
  /** `auto`, the default, takes a real GPU if there is one; `gpu` takes a program that plays one as well. */
  backend?: (typeof backends)[number];
  /** CPU threads, 1 or more; by default one per core. Who asks for them asks for the CPU. */
  threads?: number;
  /**
   * Whether a GPU checks every index, true by default. `false` is faster, and only for what you have written yourself: not
   * for recipes, links or films of others. The pixels are the same.
   */
  boundsChecks?: boolean;
  /** Told, in one line, when `auto` has begun on a GPU and goes on with the CPU, and why. */
  onNote?: (message: string) => void;
  /** Gives up looking for a GPU; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Starts a renderer; end it with `close()`.
 * @throws UsageError where a GPU is asked for and there is none, or threads for it.
 */
export async function createRenderer({
  backend = 'auto',
  threads,
  boundsChecks = true,
  onNote,
  signal,
}: RendererOptions = {}): Promise<FrameRenderer> {
  if (backend === 'gpu' && threads !== undefined) {
    throw new UsageError(`--threads ${threads} does not apply to the GPU: remove it, or use --backend cpu.`);
  }
  if (backend === 'cpu' || threads !== undefined) return new CpuRenderer(threads);
  const adapter = await findAdapter({ software: backend === 'gpu', signal });
  const problem = 'problem' in adapter ? adapter.problem : undefined;
  if (backend === 'gpu' && problem) throw new UsageError(`${problem} Or use --backend cpu.`);
  if ('problem' in adapter || (backend === 'auto' && adapter.software)) return new CpuRenderer();
  const start = () => GpuRenderer.start(() => adapter.open({ boundsChecks }));
  if (backend === 'gpu') return start();
  try {
    return new FallbackRenderer(await start(), () => new CpuRenderer(), onNote);
  } catch (error) {
    onNote?.(cpuTakesOver(error as Error));
    return new CpuRenderer();
  }
}
