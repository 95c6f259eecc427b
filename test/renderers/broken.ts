/** A GPU that cannot draw, in whose place the CPU does. */
import { RenderError } from '../../src/core/errors.js';
import type { FrameRenderer } from '../../src/core/frame/renderer.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { FallbackRenderer } from '../../src/renderers/fallback.js';

/** A GPU whose frames all fail; once closed, its error says so, like GpuRenderer's. */
function broken(): FrameRenderer {
  let problem = 'It is gone.';
  return {
    backend: 'gpu',
    description: 'broken',
    arithmetic: 'broken',
    framesInFlight: 3,
    formats: ['rgba', 'yuv420p'],
    render: async () => {
      await Promise.resolve();
      throw new RenderError(problem);
    },
    close: async () => {
      problem = 'The renderer was closed.';
    },
  };
}

/** The renderer of `auto` on such a GPU. */
export const startInPlaceOfBroken = async () => new FallbackRenderer(broken(), () => new CpuRenderer(2));
