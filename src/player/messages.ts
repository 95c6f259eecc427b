/**
 * What a page that embeds this one may ask for: `postMessage({ t, set, play })`. Messages may come from anyone, so that
 * all of it is checked.
 */
import { UsageError } from '../core/errors.js';
import { viewFieldNames } from '../core/frame/parameters.js';
import { namesBesideWeights, networkAliases, networkParameterNames } from '../core/network/parameters.js';
import { sweepFieldNames } from '../core/sweep/fields.js';
import { sweepSynonyms } from '../core/sweep/synonyms.js';
import { available } from '../core/wording/did-you-mean.js';
import { quote } from '../core/wording/explain.js';
import type { ExplorerDocument } from '../explorer/state/document.js';
import type { Path } from '../explorer/state/paths.js';
import { type Entry, settings, withSettings } from '../explorer/state/settings.js';

/** What a message asks for. */
export interface Wish {
  /** The time to go to, in seconds. */
  t?: number;
  /** Parameters and their values, as --set has them. */
  set?: Readonly<Record<string, unknown>>;
  play?: boolean;
}

const networks: readonly string[] = networkParameterNames;
const views: readonly string[] = viewFieldNames;
/** The fields of a sweep that no message changes: they belong to films, or have parameters of their own. */
const FIXED = ['title', 'figure', 'size', 'fps', 'supersample', 'network', 'view'];
const fields = [...networks, ...views, ...sweepFieldNames.filter((name) => !FIXED.includes(name))];

/** Reads a message. @throws UsageError that says what is wrong. */
export function readWish(data: unknown): Wish {
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new UsageError(`The message is ${quote(data)} but must be an object such as { t: 3 }.`);
  const unknown = Object.keys(data).find((key) => !['t', 'set', 'play'].includes(key));
  if (unknown !== undefined)
    throw new UsageError(`The message has ${quote(unknown)} but may have only t, set and play.`);
  const { t, set, play } = data as Record<string, unknown>;
  if (t !== undefined && !(typeof t === 'number' && Number.isFinite(t)))
    throw new UsageError(`t is ${quote(t)} but must be a number of seconds.`);
  if (play !== undefined && typeof play !== 'boolean')
    throw new UsageError(`play is ${quote(play)} but must be true or false.`);
  if (set !== undefined && (typeof set !== 'object' || set === null || Array.isArray(set)))
    throw new UsageError(`set is ${quote(set)} but must be an object such as { weightScale: 0.7 }.`);
  return {
    ...(t !== undefined && { t: t as number }),
    ...(set !== undefined && { set: set as Wish['set'] }),
    ...(play !== undefined && { play: play as boolean }),
  };
}

/**
 * The document with other values.
 * @param set - By names as in --set: "weightScale", "centre", "slice.1", "view.rotation".
 * @throws UsageError for an unknown name or an invalid value.
 */
export function withSet(document: ExplorerDocument, set: NonNullable<Wish['set']>): ExplorerDocument {
  let next = document;
  for (const [name, value] of Object.entries(set)) {
    const path = pathOf(name);
    // Weights replace all that random ones are drawn from, and the other way round.
    const without = path[1] === 'weights' ? withoutDraws(next) : [];
    next = withSettings(next, [...without, ...settings(next, path, value)]);
  }
  return next;
}

function pathOf(name: string): Path {
  const keys = name.split('.');
  if (keys.length > 1 && (keys[0] === 'network' || keys[0] === 'view')) keys.shift();
  const [given, ...rest] = keys;
  const first = Object.hasOwn(networkAliases, given)
    ? networkAliases[given as keyof typeof networkAliases]
    : given;
  if (!fields.includes(first))
    throw new UsageError(`${quote(name)} is not a parameter${available(first, fields, sweepSynonyms)}`);
  const path = [first, ...rest.map((key) => (/^\d{1,4}$/.test(key) ? Number(key) : key))];
  if (networks.includes(first)) return ['network', ...path];
  return views.includes(first) ? ['view', ...path] : path;
}

function withoutDraws({ sweep: { network } }: ExplorerDocument): Entry[] {
  const kept: readonly string[] = namesBesideWeights;
  return Object.keys(network)
    .filter((name) => !kept.includes(name))
    .map((name) => [['network', name], undefined]);
}
