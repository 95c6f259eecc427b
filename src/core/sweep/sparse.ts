/** What a sweep or a frame says beyond the defaults: for code, recipes and links that people read. */
import type { FrameDescription } from '../frame/description.js';
import { viewFieldNames, viewParameters } from '../frame/parameters.js';
import { networkParameterNames, networkParameters } from '../network/parameters.js';
import { namesBeside } from '../network/spec.js';
import type { Parameter } from '../parameters/parameter.js';
import { sweepFieldNames, sweepSchema } from './fields.js';
import type { Sweep } from './sweep.js';

/** A sweep as somebody would write it: plain data that sweep() and parseSweep() accept. */
export type SparseSweep = { seconds: number } & Partial<Record<keyof Sweep, unknown>>;

const { seconds: _, network: __, view: ___, ...sweepDefaults } = sweepSchema.parse({ seconds: 1 });

/**
 * A sweep without what has its default value, or follows from other values. Fields are in the order of the parameter
 * tables, so that equal sweeps have equal JSON.
 * @param sweep - A checked sweep.
 * @returns Plain data, with the same frames as the sweep.
 */
export function sparseSweep(sweep: Sweep): SparseSweep {
  const given = plain(sweep) as Sweep;
  const parts: Record<string, unknown> = {
    ...Object.fromEntries(Object.entries(given).filter(([name, value]) => !isDefault(name, value))),
    network: sparseNetwork(given.network),
    view: sparseView(given.view),
    slice: sparseSlice(given.slice),
  };
  if (given.pace === 'tracks') delete parts.pace;
  const names = sweepFieldNames.filter((name) => !isEmpty(parts[name]));
  return Object.fromEntries(names.map((name) => [name, parts[name]])) as SparseSweep;
}

/** The parts of a frame that do not have their defaults, by the names of a node's signals. */
export function sparseFrame(frame: FrameDescription): Record<string, unknown> {
  const { network, view, slice, size: _, ...rest } = plain(frame) as FrameDescription;
  const { rotation, ...place } = sparseView(view as never);
  const parts = {
    ...sparseNetwork(network as never),
    ...place,
    viewRotation: rotation,
    slice: sparseSlice(slice),
    ...Object.fromEntries(Object.entries(rest).filter(([name, value]) => !isDefault(name, value))),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => !isEmpty(value)));
}

/** A copy as JSON has it: without undefined fields, and without negative zeros. */
const plain = (value: object): unknown => JSON.parse(JSON.stringify(value));

function isDefault(name: string, value: unknown): boolean {
  return name in sweepDefaults && alike(value, sweepDefaults[name as keyof typeof sweepDefaults]);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && Object.keys(value as object).length === 0);
}

function sparseNetwork(network: Record<string, unknown>): Record<string, unknown> {
  const weights = network.weights as Parameters<typeof namesBeside>[0] | undefined;
  // The others follow from explicit weights.
  const names = weights ? ['weights', ...namesBeside(weights)] : networkParameterNames;
  const kept = networkParameterNames.filter((name) => {
    const value = network[name];
    return value !== undefined && names.includes(name) && !alike(value, defaultIn(network, name));
  });
  return Object.fromEntries(kept.map((name) => [name, network[name]]));
}

/** The value that a parameter has in a network that does not name it. */
function defaultIn(network: Record<string, unknown>, name: keyof typeof networkParameters): unknown {
  const { features = networkParameters.features.default, initialisation } = network;
  if (name === 'inputs') return (features as string[]).length;
  if (name === 'weightScale' && initialisation) return 1;
  return (networkParameters[name] as Parameter).default;
}

function sparseView(view: Record<string, unknown>): Record<string, unknown> {
  const names = viewFieldNames.filter(
    (name) => view[name] !== undefined && !alike(view[name], viewParameters[name].default),
  );
  return Object.fromEntries(names.map((name) => [name, view[name]]));
}

const sparseSlice = (slice: unknown[] | undefined) =>
  slice?.some((value) => value !== 0) ? slice : undefined;

const alike = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
