/** Renderers for saving: the plane keeps its own, so that it stays quick meanwhile. */
import type { FrameRenderer } from '../../core/frame/renderer.js';
import { createRenderer } from '../../renderers/create-renderer.js';

/** Starts a renderer like the page's, uses it, and ends it on every path. */
export async function withRenderer<Result>(
  use: (renderer: FrameRenderer) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const renderer = await createRenderer({ ...(signal && { signal }) });
  try {
    return await use(renderer);
  } finally {
    await renderer.close();
  }
}
