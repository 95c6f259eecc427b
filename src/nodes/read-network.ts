/** Validates networks written in scenes. */
import { UsageError } from '../core/errors.js';
import { type NetworkInput, type NetworkSpec, networkSchema } from '../core/network/spec.js';
import { explain } from '../core/wording/explain.js';

/**
 * Validates a network and fills in its defaults. Throws a UsageError that names the value, the rule and the next
 * step.
 */
export function readNetwork(network: NetworkInput): NetworkSpec {
  const result = networkSchema.safeParse(network);
  if (result.success) return result.data;
  throw new UsageError(explain(result.error, network, [], 'The network'));
}
