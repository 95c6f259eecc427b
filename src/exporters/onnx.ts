/** The network as an ONNX model: points in, brightness out. */
import { DrawCache } from '../core/network/draws.js';
import { buildNetwork } from '../core/network/network.js';
import { exponentsOf } from '../renderers/exponents.js';
import type { Writer } from './exporter.js';
import { checkSize, momentOf } from './model/moment.js';
import { onnxModel } from './model/onnx-model.js';

export const onnx: Writer = {
  async write(exported, tools) {
    const { frame, title, at, recipe } = await momentOf(exported, tools);
    checkSize(frame, 'an .onnx');
    const { features, fold } = frame.network;
    const draws = new DrawCache();
    const exponents = exponentsOf(frame, draws);
    const network = buildNetwork(frame.network, draws);
    const content = onnxModel(
      { ...frame, network, features, fold, exponents },
      `${title === '' ? 'A random neural network' : title}, at ${at} s: from points of the plane to brightness.`,
      tools.version,
      { recipe, title, view: JSON.stringify(frame.view), slice: JSON.stringify(frame.slice) },
    );
    return [{ ending: '.onnx', content }];
  },
};
