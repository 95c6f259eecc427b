/** Sweeps that change only the parameters that they name, on top of existing values: what a node plays. */
import type { FrameInput } from '../frame/description.js';
import { inOneSpelling, type NetworkInput, namesBeside } from '../network/spec.js';
import { parse } from '../wording/parse.js';
import { aboutSweep, sweepSchema } from './fields.js';
import { isChecked, namedFields, parseSweep, readScene, type Sweep } from './sweep.js';

/** The names of what a sweep changes. */
export interface Named {
  network: ReadonlySet<string>;
  view: ReadonlySet<string>;
  /** Its own fields: `slice`, `palette`, `levels`, `supersample`, `dither`. */
  fields: ReadonlySet<string>;
}

/**
 * A sweep in which parameters that it does not name are filled in from existing values, and the names of the others.
 * @param input - What sweep() accepts or returns, of unknown origin.
 * @param base - The existing values. The network's parameters that have their defaults should be left out, because some
 *   defaults depend on other parameters.
 * @throws UsageError if the two together are not valid.
 */
export function sweepOver(input: unknown, base: Omit<FrameInput, 'size'>): { sweep: Sweep; named: Named } {
  const given: Sweep = parse(sweepSchema, input, aboutSweep);
  const fields = namedFields(input as object);
  const network = defined(inOneSpelling(given.network).network as Sweep['network']);
  const view = defined(given.view);
  const { network: existing = {}, view: around, ...others } = base;
  const isSteady = given.brightness === 'steady'; // which moves the levels
  const unnamed = Object.entries(others).filter(
    ([name]) => !fields.has(name as keyof Sweep) && !(isSteady && name === 'levels'),
  );
  const whole = {
    ...given,
    ...Object.fromEntries(unnamed),
    network: { ...usedBeside(network.weights, existing), ...network },
    view: { ...around, ...view },
  };
  return {
    sweep: isChecked(input) ? parseSweep(whole) : readScene(whole),
    named: {
      network: new Set(Object.keys(network)),
      view: new Set(Object.keys(view)),
      fields: isSteady ? new Set([...fields, 'levels']) : fields,
    },
  };
}

function defined(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

/** The parameters of a network that still apply with explicit weights; all of them if there are none. */
function usedBeside(weights: unknown, network: NetworkInput): NetworkInput {
  if (typeof weights !== 'object' || weights === null) return network;
  return Object.fromEntries(namesBeside(weights as never).map((name) => [name, network[name]]));
}
