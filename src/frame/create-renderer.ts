/** The one place that decides which backend draws. */
import { UsageError } from '../errors.js';
import { CpuRenderer } from './cpu/renderer.js';
import type { FrameRenderer } from './renderer.js';

export const backends = ['auto', 'cpu', 'gpu'] as const;

export interface RendererOptions {
  /** `auto`, the default, takes the fastest there is. */
  backend?: (typeof backends)[number];
  /** CPU threads, 1 or more; by default one per core. */
  threads?: number;
}

/** Starts a renderer; end it with `close()`. */
export async function createRenderer({
  backend = 'auto',
  threads,
}: RendererOptions = {}): Promise<FrameRenderer> {
  if (backend === 'gpu') {
    throw new UsageError('This version has no GPU renderer yet: take --backend cpu, or leave it out.');
  }
  return new CpuRenderer(threads);
}
