/** That what `auto` gives conforms after the CPU has taken over from a GPU that cannot draw. */
import { RenderError } from '../../src/core/errors.js';
import type { FrameRenderer } from '../../src/core/frame/renderer.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { FallbackRenderer } from '../../src/renderers/fallback.js';
import { conformance } from './conformance.js';

const broken: FrameRenderer = {
  backend: 'gpu',
  description: 'broken',
  arithmetic: 'broken',
  framesInFlight: 3,
  formats: ['rgba', 'yuv420p'],
  render: () => Promise.reject(new RenderError('It is gone.')),
  close: async () => {},
};

conformance('the CPU in place of a GPU', {
  start: async () => new FallbackRenderer(broken, () => new CpuRenderer(2)),
  quick: true,
});
