/** Keyframes: adding, moving and removing them, and closing a film into a loop. They are tracks of the document. */
import type { EasingName } from '../../core/sweep/easing.js';
import { withSeconds } from '../../core/sweep/sweep.js';
import { type Keyframe, type Keyframes, keyframes, type Moving } from '../../core/sweep/track.js';
import {
  currentValue,
  type ExplorerDocument,
  entriesIn,
  entryAt,
  isMoving,
  moves,
  resolved,
  withEntries,
  withEntry,
} from './document.js';
import { type Path, parameterAt } from './paths.js';

/** The length of a film when the first keyframe is added, in seconds. */
const SECONDS = 8;
/** Keyframes nearer than this, in seconds, are the same one: half a frame at 25 frames per second. */
const SAME = 0.02;

/** A parameter's keyframes; undefined if it has none. */
export function keysOf(document: ExplorerDocument, path: Path): readonly Keyframe[] | undefined {
  return track(document, path)?.keyframes;
}

/** The index of a parameter's keyframe at t seconds; -1 if there is none. */
export function keyAt(document: ExplorerDocument, path: Path, t: number): number {
  return keysOf(document, path)?.findIndex(([time]) => Math.abs(time - t) < SAME) ?? -1;
}

/** Whether a parameter, or a part of one, can have keyframes. */
export function canHaveKeys(path: Path): boolean {
  const parameter = parameterAt(path);
  if (!parameter?.moves) return false;
  return 'range' in parameter || path.at(-1) === 'fraction';
}

/** The parameters that have keyframes. */
export function keyedPaths(document: ExplorerDocument): Path[] {
  return entriesIn(document)
    .filter(({ entry }) => isKeyframes(entry))
    .map(({ path }) => path);
}

/**
 * The document with a keyframe at t seconds, in place of any that is there. A parameter without keyframes gets its
 * first one, and rests.
 * @throws UsageError for a value that is not valid.
 */
export function keyed(document: ExplorerDocument, path: Path, t: number, value: number): ExplorerDocument {
  const { seconds, loop } = document.sweep;
  const isFirst = !moves(document) && keyedPaths(document).length === 0;
  const before = track(document, path) ?? keyframes([]);
  const others = before.keyframes.filter(
    ([time], i) => Math.abs(time - t) >= SAME && !(loop && i > 0 && time >= seconds - SAME),
  );
  const all = [...others, [rounded(t), value] as Keyframe].sort(([a], [b]) => a - b);
  const length: [Path, unknown][] = isFirst
    ? [
        [['seconds'], SECONDS],
        [['loop'], false],
      ]
    : [];
  const end = isFirst ? SECONDS : seconds;
  const next = { ...before, keyframes: loop && !isFirst ? closed(all, end) : all };
  return withEntries(document, [...length, [path, next]]);
}

/** The document without one of a parameter's keyframes. Without any, the parameter rests at its last value. */
export function unkeyed(document: ExplorerDocument, path: Path, index: number): ExplorerDocument {
  const { seconds, loop } = document.sweep;
  const before = track(document, path);
  if (!before) return document;
  const left = before.keyframes.filter((_, i) => i !== index);
  const isClosing = ([time]: Keyframe, i: number) =>
    loop && i > 0 && i === left.length - 1 && time >= seconds;
  const kept = left.filter((key, i) => !isClosing(key, i));
  if (kept.length === 0) return withEntry(document, path, before.keyframes[index][1]);
  return withEntry(document, path, { ...before, keyframes: loop ? closed(kept, seconds) : kept });
}

/** The document with one of a parameter's keyframes at another time, between its neighbours. */
export function moved(document: ExplorerDocument, path: Path, index: number, t: number): ExplorerDocument {
  const before = track(document, path);
  if (!before) return document;
  const list = before.keyframes;
  const least = index > 0 ? list[index - 1][0] + SAME : 0;
  const greatest = index < list.length - 1 ? list[index + 1][0] - SAME : document.sweep.seconds;
  const [, value, ...easing] = list[index];
  const time = rounded(Math.min(greatest, Math.max(least, t)));
  return withEntry(document, path, {
    ...before,
    keyframes: list.with(index, [time, value, ...easing] as Keyframe),
  });
}

/** The document with another easing of the segment that ends at one of a parameter's keyframes. */
export function eased(
  document: ExplorerDocument,
  path: Path,
  index: number,
  easing: EasingName,
): ExplorerDocument {
  const before = track(document, path);
  if (!before) return document;
  const [time, value] = before.keyframes[index];
  return withEntry(document, path, {
    ...before,
    keyframes: before.keyframes.with(index, [time, value, easing]),
  });
}

/** The document as a loop, or as a film with an end. As a loop, what ends elsewhere returns to its beginning. */
export function withLoop(document: ExplorerDocument, loop: boolean): ExplorerDocument {
  if (!loop) return withEntry(document, ['loop'], false);
  const { seconds } = document.sweep;
  const entries = entriesIn(document)
    .filter(({ entry }) => isMoving(entry))
    .map(({ path, entry }): [Path, unknown] => [path, returning(entry as Moving, seconds)]);
  return withEntries(document, [...entries, [['loop'], true]]);
}

/** The document at another length, in seconds, with everything in it at the same part of the film. */
export function lasting(document: ExplorerDocument, seconds: number): ExplorerDocument {
  return { ...document, sweep: withSeconds(document.sweep, seconds) };
}

/** The document at rest: everything has its value at t seconds. */
export function atRest(document: ExplorerDocument, t: number): ExplorerDocument {
  const { seconds } = document.sweep;
  const moving = entriesIn(document).filter(({ entry }) => isMoving(entry));
  if (moving.length === 0) return document;
  return withEntries(
    document,
    moving.map(({ path, entry }) => [path, resolved(entry, t, seconds)]),
  );
}

/** The value of a parameter that a new keyframe at t seconds has. */
export const keyValue = (document: ExplorerDocument, path: Path, t: number) =>
  currentValue(document, path, t) as number;

/** A parameter's track as keyframes: a tween is two of them. */
function track(document: ExplorerDocument, path: Path): Keyframes | undefined {
  const entry = entryAt(document, path);
  if (isKeyframes(entry)) return entry;
  if (typeof entry !== 'object' || entry === null || !('tween' in entry)) return undefined;
  const {
    tween: [from, to],
    during,
    easing,
  } = entry as Extract<Moving, { tween: unknown }>;
  const [start, end] = during ?? [0, document.sweep.seconds];
  return keyframes(
    [
      [start, from],
      [end, to],
    ],
    easing ? { easing } : {},
  );
}

function isKeyframes(entry: unknown): entry is Keyframes {
  return typeof entry === 'object' && entry !== null && 'keyframes' in entry;
}

/** Keyframes that end with the value of the first. */
function closed(list: readonly Keyframe[], seconds: number): Keyframe[] {
  const [[first, value]] = list;
  const [last, end] = list[list.length - 1];
  if (list.length === 1 && first === 0) return [...list];
  if (end === value && last >= seconds - SAME) return [...list];
  return [...list.filter(([t]) => t < seconds - SAME), [seconds, value]];
}

/** A track that ends where it begins. */
function returning(entry: Moving, seconds: number): Moving {
  if ('keyframes' in entry) return { ...entry, keyframes: closed(entry.keyframes, seconds) };
  if ('tween' in entry) {
    const [from, to] = entry.tween;
    return keyframes(
      [
        [0, from],
        [seconds / 2, to],
        [seconds, from],
      ],
      { easing: entry.easing ?? 'easeInOutSine' },
    );
  }
  if (!('zoom' in entry)) return entry;
  // Keyframes do not multiply by equal factors, so the way there and back has several.
  const [from, to] = entry.zoom;
  const STEPS = 16;
  return keyframes(
    Array.from({ length: STEPS + 1 }, (_, i): Keyframe => {
      const part = (1 - Math.cos((2 * Math.PI * i) / STEPS)) / 2;
      return [rounded((seconds * i) / STEPS), Number((from * (to / from) ** part).toPrecision(6))];
    }),
    { easing: 'linear' },
  );
}

/** Times in milliseconds: enough for any frame rate, and short in a link. */
const rounded = (seconds: number) => Number(seconds.toFixed(3));
