/** a fragment shader for WebGL2. */
import type { Exporter } from './exporter.js';

export const glsl: Exporter = {
  name: 'glsl',
  title: 'GLSL shader',
  ending: '.frag',
  moves: true,
  sentence: 'a fragment shader for WebGL2',
  async write() {
    throw new Error('Not written yet.');
  },
};
