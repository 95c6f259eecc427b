/**
 * The first layer as renderers compute it: as a function of a sample's offset from the view's centre.
 *
 * It is linear in its input, so the centre and the slice are folded into its biases, in float64. Kernels thus always
 * have two inputs, and deep zooms keep their precision.
 */

import type { FrameDescription } from '../core/frame/description.js';
import { inputAt } from '../core/frame/geometry.js';
import { type Layer, weightedSums } from '../core/network/network.js';

/** W (c + d) + b = W d + (W c + b): a layer of two inputs, the offset d = (dx, dy). */
export function foldView(layer: Layer, frame: FrameDescription): Layer {
  const centre = inputAt(frame, 0, 0);
  const { inputs, units, weights } = layer;
  const folded: Layer = {
    inputs: 2,
    units,
    weights: new Float64Array(2 * units),
    biases: weightedSums(layer, centre),
  };
  for (let unit = 0; unit < units; unit++) {
    for (let i = 0; i < Math.min(2, inputs); i++) folded.weights[2 * unit + i] = weights[unit * inputs + i];
  }
  return folded;
}
