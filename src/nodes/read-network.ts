/** Networks as people write them in a scene. */
import { UsageError } from '../core/errors.js';
import { type NetworkInput, type NetworkSpec, networkSchema } from '../core/network/spec.js';
import { explain } from '../core/wording/explain.js';

/** Fills in a network's defaults. Throws a UsageError that names the value, the rule and the next move. */
export function readNetwork(network: NetworkInput): NetworkSpec {
  const result = networkSchema.safeParse(network);
  if (result.success) return result.data;
  throw new UsageError(explain(result.error, network, [], 'The network'));
}
