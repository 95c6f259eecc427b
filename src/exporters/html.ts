/** a page that plays it, in one file that works without a network. */
import type { Exporter } from './exporter.js';

export const html: Exporter = {
  name: 'html',
  title: 'HTML page',
  ending: '.html',
  moves: true,
  sentence: 'a page that plays it, in one file that works without a network',
  async write() {
    throw new Error('Not written yet.');
  },
};
