/** The one place that decides which backend draws. */
import type { StopSignal } from '../core/ambient.js';
import { UsageError } from '../core/errors.js';
import type { BackendName } from '../core/frame/backends.js';
import type { FrameRenderer } from '../core/frame/renderer.js';
import { CpuRenderer } from './cpu/renderer.js';
import { cpuTakesOver, FallbackRenderer } from './fallback.js';
import { findAdapter } from './gpu/device.js';
import { GpuRenderer } from './gpu/renderer.js';

/** Which backend draws, and how. */
export interface RendererOptions {
  /** `auto`, the default, uses a real GPU if there is one; `gpu` also accepts a software adapter. */
  backend?: BackendName;
  /** CPU threads, 1 or more; one per core by default. Setting this implies the CPU backend. */
  threads?: number;
  /**
   * Whether a GPU checks every index; true by default. `false` is faster, but use it only for what you have written
   * yourself, not for recipes, links or films from others. The pixels are the same.
   */
  boundsChecks?: boolean;
  /** Called with a one-line reason when `auto` switches from a GPU to the CPU. */
  onWarning?: (message: string) => void;
  /** Cancels the search for a GPU; the promise then rejects with the signal's reason. */
  signal?: StopSignal;
}

/**
 * Starts a renderer; end it with `close()`.
 * @throws UsageError if a GPU is requested but not available, or is combined with `threads`.
 */
export async function createRenderer({
  backend = 'auto',
  threads,
  boundsChecks = true,
  onWarning,
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
    return new FallbackRenderer(await start(), () => new CpuRenderer(), onWarning);
  } catch (error) {
    onWarning?.(cpuTakesOver(error as Error));
    return new CpuRenderer();
  }
}
