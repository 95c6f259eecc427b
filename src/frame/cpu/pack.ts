/**
 * A frame's network, packed for the kernel: float32, in the order its loops read, and with all that is the same for
 * every sample of the frame folded in.
 *
 * The kernel is given a sample's offset from the view's centre, (dx, dy). The first layer is linear in its input, so
 * the centre and the slice go into its biases here, in float64: any number of inputs costs the kernel two, and a deep
 * zoom keeps its digits.
 */
import type { DrawCache } from '../../network/draws.js';
import { type Layer, layerMaker } from '../../network/network.js';
import { countWeights } from '../../network/spec.js';
import type { FrameDescription } from '../description.js';
import { inputAt } from '../geometry.js';
import { type KernelShape, packLayer } from './kernel.js';

/** Where a packed layer begins in the weights, in numbers, and its size. */
export interface PackedLayer {
  at: number;
  inputs: number;
  units: number;
}

/** Plain data, so that it can be sent to a worker. */
export interface PackedNetwork {
  hidden: PackedLayer[];
  output: PackedLayer;
  /** See Network.earlier: computed from the last hidden layer's input and blended in. */
  earlier?: { output: PackedLayer; share: number };
  /** The fraction of a mixed activation; 0 for a plain one. */
  mix: number;
  weights: Float32Array;
  /** The widest hidden layer, in units; 0 without one. */
  widest: number;
}

export function packNetwork(frame: FrameDescription, shape: KernelShape, draws: DrawCache): PackedNetwork {
  const { network: spec } = frame;
  const make = layerMaker(spec, draws);
  const count = Math.ceil(spec.layers);
  const share = count - spec.layers;
  const weights = new Float32Array(countWeights({ ...spec, inputs: Math.max(2, spec.inputs) }));
  let end = 0;
  const pack = (layer: Layer, k: number): PackedLayer => {
    const folded = k === 1 ? foldView(layer, frame) : layer;
    const at = end;
    end = packLayer(folded, shape.rows, weights, at);
    return { at, inputs: folded.inputs, units: folded.units };
  };
  const hidden = Array.from({ length: count - 1 }, (_, i) => pack(make.hidden(i + 1), i + 1));
  return {
    hidden,
    output: pack(make.output(count), count),
    ...(share > 0 && { earlier: { output: pack(make.output(count - 1), count - 1), share } }),
    mix: typeof spec.activation === 'string' ? 0 : spec.activation.fraction,
    weights,
    widest: Math.max(0, ...hidden.map((layer) => layer.units)),
  };
}

/** The first layer as a function of the offset from the view's centre: W (c + d) + b = W d + (W c + b). */
function foldView(layer: Layer, frame: FrameDescription): Layer {
  const centre = inputAt(frame, 0, 0);
  const { inputs, units, weights } = layer;
  const folded: Layer = {
    inputs: 2,
    units,
    weights: new Float64Array(2 * units),
    biases: layer.biases.slice(),
  };
  for (let unit = 0; unit < units; unit++) {
    for (let i = 0; i < inputs; i++) folded.biases[unit] += weights[unit * inputs + i] * centre[i];
    for (let i = 0; i < Math.min(2, inputs); i++) folded.weights[2 * unit + i] = weights[unit * inputs + i];
  }
  return folded;
}
