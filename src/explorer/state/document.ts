/**
 * What the explorer shows and edits: a sweep, as plain data, and two switches. A still network is a sweep whose
 * parameters do not move.
 */
import type { FrameDescription } from '../../core/frame/description.js';
import type { Evaluate } from '../../core/frame/evaluate.js';
import { networkParameters } from '../../core/network/parameters.js';
import { layersOf, type NetworkSpec } from '../../core/network/spec.js';
import { frameAt, parseSweep, type Sweep, type SweepInput } from '../../core/sweep/sweep.js';
import { formOf, type Moving, valueAt } from '../../core/sweep/track.js';
import { type Path, parameterAt } from './paths.js';

/** What the explorer's address, its history and its films are made of. */
export interface ExplorerDocument {
  /** Validated. */
  readonly sweep: Sweep;
  /** Whether zooming in adds layers, and zooming out removes them, so that there is always detail. */
  readonly keepDetail: boolean;
  /** Whether the weight scale follows other changes, so that the network stays as chaotic as it is. */
  readonly keepChaos: boolean;
}

/** A frame of any size, as the plane shows it. */
export type Picture = Omit<FrameDescription, 'size' | 'supersample'>;

/** The films that the explorer makes, unless the sweep says otherwise. */
export const FILM_SIZE: [number, number] = [1280, 720];

/** @throws UsageError for an invalid sweep. */
export function documentOf(sweep: SweepInput | Sweep, switches: Partial<Switches> = {}): ExplorerDocument {
  return { keepDetail: false, keepChaos: true, ...switches, sweep: parseSweep(sweep) };
}

type Switches = Omit<ExplorerDocument, 'sweep'>;

/** The picture at t seconds. @throws UsageError if a parameter has an invalid value then. */
export function pictureAt({ sweep }: ExplorerDocument, t: number, evaluate: Evaluate): Picture {
  const { size: _, supersample: __, ...picture } = frameAt(sweep, Math.min(t, sweep.seconds), evaluate);
  return picture;
}

/** The same at a time of the tracks, whatever the pace: for small pictures, since measuring an even pace takes long. */
export function previewAt(document: ExplorerDocument, t: number): Picture {
  return pictureAt({ ...document, sweep: { ...document.sweep, pace: 'tracks' } }, t, () => []);
}

/** What a document says about a parameter: a value, a track, a mix, or undefined if it does not mention it. */
export function entryAt({ sweep }: ExplorerDocument, path: Path): unknown {
  return path.reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], sweep);
}

/** The value of a parameter at t seconds: its default if the document does not mention it. */
export function currentValue(document: ExplorerDocument, path: Path, t: number): unknown {
  const entry = entryAt(document, path);
  if (entry === undefined) return defaultOf(document, path, t);
  return resolved(entry, t, document.sweep.seconds);
}

/** The value of an entry at t seconds, in which every track has become a number. */
export function resolved(entry: unknown, t: number, seconds: number): unknown {
  if (typeof entry !== 'object' || entry === null) return entry;
  if (formOf(entry)) return valueAt(entry as Moving, t, seconds);
  if (Array.isArray(entry)) return entry.map((item) => resolved(item, t, seconds));
  return Object.fromEntries(Object.entries(entry).map(([key, item]) => [key, resolved(item, t, seconds)]));
}

/** Whether an entry, or a part of it, moves. */
export function isMoving(entry: unknown): boolean {
  if (typeof entry !== 'object' || entry === null) return false;
  return formOf(entry) !== undefined || Object.values(entry).some(isMoving);
}

/** Whether anything in a document moves. */
export function moves({ sweep: { network, view, slice, levels, shown } }: ExplorerDocument): boolean {
  return isMoving({ network, view, slice, levels, shown });
}

/**
 * A copy with another value, track or mix at a path; undefined removes it, so that the default applies.
 * @throws UsageError if the document is then invalid.
 */
export function withEntry(document: ExplorerDocument, path: Path, entry: unknown): ExplorerDocument {
  return { ...document, sweep: parseSweep(replaced(document.sweep, path, entry)) };
}

/** Like withEntry, for several paths at once: only the result needs to be valid. */
export function withEntries(
  document: ExplorerDocument,
  entries: readonly (readonly [path: Path, entry: unknown])[],
): ExplorerDocument {
  const sweep = entries.reduce<unknown>((part, [path, entry]) => replaced(part, path, entry), document.sweep);
  return { ...document, sweep: parseSweep(sweep) };
}

/** What the network receives for each point. */
export function featuresOf({ sweep: { network } }: ExplorerDocument): readonly string[] {
  return Array.isArray(network.features) ? network.features : networkParameters.features.default;
}

/** The number of inputs, the features included. */
export function inputsOf(document: ExplorerDocument): number {
  const { inputs, weights } = document.sweep.network;
  const given = weights as NetworkSpec['weights'];
  if (given) return layersOf(given)[0].w[0].length;
  return typeof inputs === 'number' ? inputs : featuresOf(document).length;
}

/** The values and tracks of everything that may move, with their paths. */
export function entriesIn({ sweep: { network, view, slice, levels, shown } }: ExplorerDocument): {
  path: Path;
  entry: unknown;
}[] {
  return leavesOf({ network, view, slice, levels, shown }, []);
}

function leavesOf(value: unknown, path: Path): { path: Path; entry: unknown }[] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null || formOf(value)) return [{ path, entry: value }];
  if (path[1] === 'weights' && !('fraction' in value)) return []; // there may be millions
  const keys = Array.isArray(value) ? value.map((_, i) => i) : Object.keys(value);
  return keys.flatMap((key) => leavesOf((value as Record<string | number, unknown>)[key], [...path, key]));
}

/** Inputs beyond the features: the length of the slice. */
export function freeInputs(document: ExplorerDocument): number {
  return Math.max(0, inputsOf(document) - featuresOf(document).length);
}

function defaultOf(document: ExplorerDocument, path: Path, t: number): unknown {
  const [head, ...rest] = path;
  if (rest.length > 0 && (head === 'slice' || rest[0] === 'centre')) {
    const whole = head === 'slice' ? new Array(freeInputs(document)).fill(0) : parameterAt(path)?.default;
    return (whole as number[])[rest.at(-1) as number];
  }
  if (head === 'levels' && rest.length > 0) return [0, 1][rest[0] as number];
  if (head === 'network' && rest[0] === 'biasScale')
    return currentValue(document, ['network', 'weightScale'], t);
  if (
    head === 'network' &&
    rest[0] === 'weightScale' &&
    entryAt(document, ['network', 'initialisation']) !== undefined
  ) {
    return 1;
  }
  if (head === 'network' && rest[0] === 'inputs') return inputsOf(document);
  return parameterAt(path)?.default;
}

/** A copy of nested plain data with another leaf. Lists and objects on the way are made if they are missing. */
function replaced(whole: unknown, [key, ...rest]: Path, leaf: unknown): unknown {
  const part = (whole as Record<string | number, unknown> | undefined)?.[key];
  const inner = rest.length === 0 ? leaf : replaced(part, rest, leaf);
  if (typeof key === 'number' && (Array.isArray(whole) || whole === undefined)) {
    const list = [...((whole as unknown[] | undefined) ?? [])];
    list[key] = inner;
    return Array.from(list, (item) => item ?? 0);
  }
  const { [key]: _, ...others } = (whole ?? {}) as Record<string | number, unknown>;
  return inner === undefined ? others : { ...others, [key]: inner };
}
