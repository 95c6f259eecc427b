/** the weights as NumPy arrays. */
import type { Exporter } from './exporter.js';

export const npz: Exporter = {
  name: 'npz',
  title: 'NumPy weights',
  ending: '.npz',
  moves: false,
  sentence: 'the weights as NumPy arrays',
  async write() {
    throw new Error('Not written yet.');
  },
};
