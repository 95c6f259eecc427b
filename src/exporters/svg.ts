/** the curve of a network with one input, or of an activation. */
import type { Exporter } from './exporter.js';

export const svg: Exporter = {
  name: 'svg',
  title: 'SVG curve',
  ending: '.svg',
  moves: false,
  sentence: 'the curve of a network with one input, or of an activation',
  async write() {
    throw new Error('Not written yet.');
  },
};
