/** Functions of one number, however they are given: what a Curve draws. */
import { UsageError } from '../core/errors.js';
import { type Activation, activationFunction, brightness } from '../core/network/activations.js';
import { logits } from '../core/network/forward.js';
import { buildNetwork } from '../core/network/network.js';
import type { NetworkInput } from '../core/network/spec.js';
import { readNetwork } from './read-network.js';

/**
 * - an activation, by name or mixed;
 * - `{ network, output }`: a network of one input, and which of its outputs (from 1; 1 by default), in [0, 1];
 * - `{ f }`: any function. (In an object, since a signal calls a bare one.)
 */
export type Graph = Activation | { network: NetworkInput; output?: number } | { f: (x: number) => number };

/** The function itself. A network is built once here, so keep what it gives. Throws a UsageError on a network that cannot be. */
export function functionOf(graph: Graph): (x: number) => number {
  if (typeof graph === 'string' || 'fraction' in graph) return activationFunction(graph);
  if ('f' in graph) return graph.f;
  const network = buildNetwork(readNetwork({ inputs: 1, outputs: 1, ...withoutShape(graph.network) }));
  const output = graph.output ?? 1;
  if (network.inputs !== 1 || !(output >= 1 && output <= network.output.units)) {
    throw new UsageError(
      `Output ${output} of a network of ${network.inputs} inputs and ${network.output.units} outputs is not a curve: it takes one input, and an output that is there.`,
    );
  }
  return (x) => brightness(network.outputActivation, logits(network, [x])[output - 1]);
}

/** From one graph to another, point by point. */
export function graphBetween(from: Graph, to: Graph, u: number): Graph {
  if (u === 0) return from;
  if (u === 1) return to;
  const [a, b] = [functionOf(from), functionOf(to)];
  return { f: (x) => (1 - u) * a(x) + u * b(x) };
}

/** Explicit weights say themselves how many inputs and outputs there are. */
function withoutShape(network: NetworkInput): NetworkInput {
  return network.weights ? { ...network, inputs: undefined, outputs: undefined } : network;
}
