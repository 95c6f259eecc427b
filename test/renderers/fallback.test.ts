/** The renderer of `auto` conforms after the CPU has taken over from a GPU that cannot draw. */
import { RenderError } from '../../src/core/errors.js';
import type { FrameRenderer } from '../../src/core/frame/renderer.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { FallbackRenderer } from '../../src/renderers/fallback.js';
import { conformance } from './conformance.js';

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

conformance('the CPU in place of a GPU', {
  start: async () => new FallbackRenderer(broken(), () => new CpuRenderer(2)),
  quick: true,
});
