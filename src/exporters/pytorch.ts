/** the network as a short PyTorch script. */
import type { Exporter } from './exporter.js';

export const pytorch: Exporter = {
  name: 'pytorch',
  title: 'PyTorch',
  ending: '.py',
  moves: false,
  sentence: 'the network as a short PyTorch script',
  async write() {
    throw new Error('Not written yet.');
  },
};
