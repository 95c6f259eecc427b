/** the network as an ONNX model. */
import type { Exporter } from './exporter.js';

export const onnx: Exporter = {
  name: 'onnx',
  title: 'ONNX',
  ending: '.onnx',
  moves: false,
  sentence: 'the network as an ONNX model',
  async write() {
    throw new Error('Not written yet.');
  },
};
