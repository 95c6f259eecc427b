/**
 * Turns a spec into the weights that the reference (forward.ts) and every renderer compute with.
 *
 * The k-th matrix has the same draws whether it is a network's last or is inside a deeper one, where it merely has more
 * rows: an L-layer network's outputs are the first units of layer L. (Only Glorot's scale depends on their number.)
 */
import { DrawCache } from './draws.js';
import { fadedOutput } from './fade.js';
import { unitActivations } from './layer-activations.js';
import { type HiddenLayer, type Layer, makeLayer, type Network } from './layers.js';
import { lastUnitOf, layerRules } from './rules.js';
import type { NetworkSpec } from './spec.js';

/** Draws a network's weights and scales them. */
export function buildNetwork(spec: NetworkSpec, draws = new DrawCache()): Network {
  const inside = layerMaker(spec, draws);
  const count = Math.ceil(spec.layers);
  const share = earlierShare(spec);
  return {
    inputs: spec.inputs,
    hidden: Array.from({ length: count - 1 }, (_, i) => hiddenLayer(spec, i + 1, inside.hidden(i + 1))),
    output: inside.output(count),
    ...(share > 0 && { earlier: { output: inside.output(count - 1), share } }),
    outputActivation: spec.outputActivation,
    residual: spec.residual,
    normalisation: spec.normalisation,
  };
}

function hiddenLayer(spec: NetworkSpec, k: number, layer: Layer): HiddenLayer {
  return { ...layer, activation: unitActivations(spec, k, layer.units), lastUnit: lastUnitOf(spec, k) };
}

/** With a fractional number of layers: the share of the output one layer earlier in the sums; otherwise 0. */
export function earlierShare({ layers, fade }: NetworkSpec): number {
  const share = Math.ceil(layers) - layers;
  // The other fade is in the weights of both outputs, each of which is doubled.
  return fade === 'outputs' || share === 0 ? share : 1 / 2;
}

/** Makes a spec's layers one at a time, numbered from 1, so that a large network need not be in memory twice. */
export function layerMaker(
  spec: NetworkSpec,
  draws: DrawCache,
): { hidden(k: number): Layer; output(k: number): Layer } {
  const rules = layerRules(spec);
  return {
    hidden: (k) => makeLayer(spec, rules.hidden(k), draws),
    output: (k) => fadedOutput(spec, makeLayer(spec, rules.output(k), draws), k, draws),
  };
}
