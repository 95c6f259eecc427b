/** a shader for shadertoy.com: its Image pass, and its buffers beside it. */
import type { Exporter } from './exporter.js';

export const shadertoy: Exporter = {
  name: 'shadertoy',
  title: 'Shadertoy',
  ending: '.glsl',
  moves: true,
  sentence: 'a shader for shadertoy.com: its Image pass, and its buffers beside it',
  async write() {
    throw new Error('Not written yet.');
  },
};
