/** The functions of one variable that a Curve draws. */
import { UsageError } from '../core/errors.js';
import { pointInputs } from '../core/frame/inputs.js';
import { activationFunction, brightness, type UnitActivation } from '../core/network/activations.js';
import { featureCalled } from '../core/network/features.js';
import { logits } from '../core/network/forward.js';
import { buildNetwork } from '../core/network/network.js';
import type { NetworkInput } from '../core/network/spec.js';
import { readNetwork } from './read-network.js';

/**
 * - an activation, by name or blended;
 * - `{ network, output }`: a network with one input, or features of x alone, and which of its outputs to draw (counted
 *   from 1, default 1); its values are in [0, 1];
 * - `{ f }`: any function, wrapped in an object because a signal would call a bare one.
 */
export type Graph = UnitActivation | NetworkGraph | FunctionGraph;

/** An output of a network with one input. */
export interface NetworkGraph {
  /** The network. */
  network: NetworkInput;
  /** The output, counted from 1. @defaultValue 1 */
  output?: number;
}

/** Any function. */
export interface FunctionGraph {
  /** A function of x, in the units of the axes. */
  f: (x: number) => number;
}

/**
 * The function of a graph. Builds a network if it needs one, so keep the result. Throws a UsageError if it is
 * invalid.
 */
export function functionOf(graph: Graph): (x: number) => number {
  if (typeof graph === 'string' || 'fraction' in graph) return activationFunction(graph);
  if ('f' in graph) return graph.f;
  const features = graph.network.features ? {} : { inputs: 1 };
  const spec = readNetwork({ ...features, outputs: 1, ...withoutShape(graph.network) });
  const network = buildNetwork(spec);
  const ofX = spec.features.every((name) => featureCalled(name).of === 'x');
  const output = graph.output ?? 1;
  if (!ofX || network.inputs !== spec.features.length || !(output >= 1 && output <= network.output.units)) {
    throw new UsageError(
      `Output ${output} of a network with ${network.inputs} inputs and ${network.output.units} outputs cannot be ` +
        'drawn as a curve: use a network of x alone, such as `inputs: 1`, and one of its outputs, counted from 1.',
    );
  }
  return (x) => brightness(network.outputActivation, logits(network, pointInputs(spec, x, 0))[output - 1]);
}

/** Interpolates between two graphs, point by point. */
export function graphBetween(from: Graph, to: Graph, u: number): Graph {
  if (u === 0) return from;
  if (u === 1) return to;
  const [a, b] = [functionOf(from), functionOf(to)];
  return { f: (x) => (1 - u) * a(x) + u * b(x) };
}

/** Explicit weights determine the number of inputs and outputs. */
function withoutShape(network: NetworkInput): NetworkInput {
  return network.weights ? { ...network, inputs: undefined, outputs: undefined } : network;
}
