/** Validates networks written in scenes. */
import { type NetworkInput, type NetworkSpec, networkSchema } from '../core/network/spec.js';
import { aboutNetwork } from '../core/sweep/fields.js';
import { parse } from '../core/wording/parse.js';

/**
 * Validates a network and fills in its defaults. Throws a UsageError that names the value, the rule and the next
 * step.
 */
export function readNetwork(network: NetworkInput): NetworkSpec {
  return parse(networkSchema, network, aboutNetwork);
}
