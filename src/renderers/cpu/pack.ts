/**
 * A frame's network, packed for the kernel: float32 weights in the order its loops read them, with everything constant
 * across the frame folded in.
 */

import type { FrameDescription } from '../../core/frame/description.js';
import { fractionOf } from '../../core/network/activations.js';
import type { DrawCache } from '../../core/network/draws.js';
import { layerMaker } from '../../core/network/network.js';
import { countWeights } from '../../core/network/spec.js';
import { exponentsOf, factorsOf, type Held, heldOf, scaledLayer } from '../exponents.js';
import { foldView } from '../first-layer.js';
import { type KernelShape, packLayer } from './kernel.js';

/** A packed layer's size, and its offset in the weights, in numbers. */
export interface PackedLayer {
  at: number;
  inputs: number;
  units: number;
}

/** Plain data, so that it can be sent to a worker. */
export interface PackedNetwork {
  hidden: PackedLayer[];
  output: PackedLayer;
  /** See Network.earlier: computed from the input of the last hidden layer and blended in. */
  earlier?: { output: PackedLayer; share: number };
  /** The fraction of a mixed activation; 0 for a plain one. */
  mix: number;
  /** If the network's values overflow float32: the scaling of each hidden layer, then of the output. */
  held?: Held[];
  weights: Float32Array;
  /** The width of the widest hidden layer; 0 if there are no hidden layers. */
  widest: number;
}

export function packNetwork(frame: FrameDescription, shape: KernelShape, draws: DrawCache): PackedNetwork {
  const { network: spec } = frame;
  const make = layerMaker(spec, draws);
  const count = Math.ceil(spec.layers);
  const share = count - spec.layers;
  const weights = new Float32Array(countWeights({ ...spec, inputs: Math.max(2, spec.inputs) }));
  const exponents = exponentsOf(frame, draws);
  let end = 0;
  const pack = (k: number, kind: 'hidden' | 'output'): PackedLayer => {
    const layer = make[kind](k);
    const folded = k === 1 ? foldView(layer, frame) : layer;
    const at = end;
    end = packLayer(scaledLayer(folded, factorsOf(exponents, k, kind)), shape.rows, weights, at);
    return { at, inputs: folded.inputs, units: folded.units };
  };
  const hidden = Array.from({ length: count - 1 }, (_, i) => pack(i + 1, 'hidden'));
  return {
    hidden,
    output: pack(count, 'output'),
    ...(share > 0 && { earlier: { output: pack(count - 1, 'output'), share } }),
    ...(exponents && { held: heldOf(exponents) }),
    mix: fractionOf(spec.activation),
    weights,
    widest: Math.max(0, ...hidden.map((layer) => layer.units)),
  };
}
