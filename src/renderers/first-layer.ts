/**
 * The first layer as renderers compute it: from the planes that core/frame/inputs.ts writes, which are differences from
 * the values at the view's centre.
 *
 * It is linear in its inputs, so their values at the centre, the slice included, go into its biases, in float64. For x
 * and y alone the view's rotation goes into its weights; kernels then have two inputs, and deep zooms keep their
 * precision.
 */

import type { FrameDescription } from '../core/frame/description.js';
import { areLinear, inputAt, rotationOf } from '../core/frame/inputs.js';
import { type Layer, weightedSums } from '../core/network/layers.js';

/** W (c + d) + b = W d + (W c + b): a layer of the planes d. */
export function foldView(layer: Layer, frame: FrameDescription): Layer {
  const { inputs, units, weights } = layer;
  const { network, view } = frame;
  const biases = weightedSums(layer, inputAt(frame, 0, 0));
  const { features } = network;
  if (!areLinear(network)) {
    const planes = features.length;
    const own = Float64Array.from({ length: units * planes }, (_, i) => {
      const [unit, plane] = [Math.floor(i / planes), i % planes];
      return weights[unit * inputs + plane];
    });
    return { inputs: planes, units, weights: own, biases };
  }
  const { cos, sin } = rotationOf(view.rotation);
  const folded: Layer = { inputs: 2, units, weights: new Float64Array(2 * units), biases };
  for (let unit = 0; unit < units; unit++) {
    for (const [i, feature] of features.entries()) {
      const weight = weights[unit * inputs + i];
      // See `turned`: x reads cos dx + sin dy, and y reads cos dy - sin dx.
      folded.weights[2 * unit] += weight * (feature === 'x' ? cos : -sin);
      folded.weights[2 * unit + 1] += weight * (feature === 'x' ? sin : cos);
    }
  }
  return folded;
}
