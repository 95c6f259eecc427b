/** Networks between two networks: seeds blend, numbers and activations interpolate, and all else switches half-way. */
import { mixes, type Parameter } from '../../core/parameters/parameter.js';
import { loop, walk } from '../../core/sweep/track.js';
import { currentValue, type ExplorerDocument, entryAt, isMoving, moves, withEntries } from './document.js';
import { type Path, placedParameters } from './paths.js';

/** The length of a walk between networks that do not move, in seconds. */
const SECONDS = 8;

/**
 * The network between two: the first at fraction 0, the second at 1.
 * @throws UsageError if there is none, because only one has explicit weights.
 */
export function mixed(a: ExplorerDocument, b: ExplorerDocument, fraction: number): ExplorerDocument {
  if (fraction === 0 || fraction === 1) return fraction === 0 ? a : b;
  return between(a, b, {
    number: (from, to, isLogarithmic) => {
      const value =
        isLogarithmic && from > 0 && to > 0 ? from * (to / from) ** fraction : from + (to - from) * fraction;
      return Number(value.toPrecision(6));
    },
    pair: (from, to) => ({ from, to, fraction }),
    seeds: (from, to) => ({ from, to, fraction }),
    other: (from, to) => (fraction < 0.5 ? from : to),
  });
}

/**
 * A film that goes from one network to another and back.
 * @throws UsageError if there is none, because only one has explicit weights.
 */
export function walkBetween(a: ExplorerDocument, b: ExplorerDocument): ExplorerDocument {
  // All tracks are (1 - cos) / 2, so that they arrive together.
  const film = between(a, b, {
    number: (from, to) => loop((from - to) / 2, { middle: (from + to) / 2 }),
    pair: (from, to) => ({ from, to, fraction: loop(-0.5, { middle: 0.5 }) }),
    seeds: (from, to) => walk([from, to]),
    other: (from) => from,
  });
  return withEntries(film, [
    [['loop'], true],
    [['seconds'], moves(a) ? a.sweep.seconds : SECONDS],
  ]);
}

/** Makes the entries of what lies between. */
interface Entries {
  number(from: number, to: number, isLogarithmic: boolean): unknown;
  /** Of two names. */
  pair(from: string, to: string): unknown;
  seeds(from: number | string, to: number | string): unknown;
  /** Of entries that have nothing between them. */
  other(from: unknown, to: unknown): unknown;
}

function between(a: ExplorerDocument, b: ExplorerDocument, make: Entries): ExplorerDocument {
  const entries = placedParameters.flatMap(({ path, parameter }): [Path, unknown][] => {
    const [from, to] = [entryAt(a, path), entryAt(b, path)];
    if (from === to || JSON.stringify(from) === JSON.stringify(to)) return [];
    if (isMoving(from) || isMoving(to)) return [[path, make.other(from, to)]];
    const values = [a, b].map((document) => currentValue(document, path, 0)) as [unknown, unknown];
    return [[path, entryBetween(parameter, ...values, make) ?? make.other(from, to)]];
  });
  return entries.length === 0 ? a : withEntries(a, entries);
}

/** What lies between two values; undefined if nothing does. */
function entryBetween(parameter: Parameter, from: unknown, to: unknown, make: Entries): unknown {
  if ('range' in parameter && parameter.kind !== 'integer') {
    const isLogarithmic = parameter.ui.scale === 'logarithmic';
    const number = (p: unknown, q: unknown) => make.number(p as number, q as number, isLogarithmic);
    if (typeof from === 'number' && typeof to === 'number') return number(from, to);
    if (!Array.isArray(from) || !Array.isArray(to) || from.length !== to.length) return undefined;
    return from.map((value, i) => (value === to[i] ? value : number(value, to[i])));
  }
  if (parameter.kind === 'seed') return isSeed(from) && isSeed(to) ? make.seeds(from, to) : undefined;
  const areNames = typeof from === 'string' && typeof to === 'string';
  return mixes(parameter) && areNames ? make.pair(from, to) : undefined;
}

/** Whether a seed is one network, and not a mix of two already. */
const isSeed = (seed: unknown): seed is number | string => typeof seed !== 'object';
