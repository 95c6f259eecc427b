/** The ▶ beside a slider: it moves a parameter back and forth. The result is a track, and so already a film. */
import type { Track } from '../../core/sweep/track.js';
import {
  currentValue,
  type ExplorerDocument,
  entryAt,
  isMoving,
  moves,
  resolved,
  withEntries,
} from './document.js';
import { type Numeric, numericAt, type Path } from './paths.js';
import { settings } from './settings.js';

/** The length of a film in which a parameter moves, unless something else moves already. */
const SECONDS = 8;
/** How far a parameter moves to either side, as a share of its slider or, if that is logarithmic, of its value. */
const SHARE = { linear: 0.12, logarithmic: 0.15 };

/** Whether a parameter can be moved by ▶. */
export function canMove(path: Path): boolean {
  return numericAt(path)?.moves === true;
}

/**
 * The document in which a parameter oscillates about its value at t seconds, beginning there.
 * @throws UsageError if the parameter cannot move.
 */
export function started(document: ExplorerDocument, path: Path, t: number): ExplorerDocument {
  const value = (currentValue(document, path, t) ?? 0) as number;
  const numeric = numericAt(path)!;
  const isFirst = !moves(document);
  const seconds = isFirst ? SECONDS : document.sweep.seconds;
  const entries = settings(document, path, oscillation(numeric, value, isFirst ? 0 : t / seconds));
  if (isFirst) entries.push([['seconds'], seconds], [['loop'], true]);
  return withEntries(document, entries);
}

/** The document in which a parameter rests at its value at t seconds. */
export function stopped(document: ExplorerDocument, path: Path, t: number): ExplorerDocument {
  const entry = entryAt(document, path);
  return isMoving(entry)
    ? withEntries(document, [[path, resolved(entry, t, document.sweep.seconds)]])
    : document;
}

/** An oscillation that is at `value`, and rising, after this part of the film. It stays within the valid range. */
function oscillation({ ui, range }: Numeric, value: number, part: number): Track {
  const reach = ui.scale === 'logarithmic' ? SHARE.logarithmic * value : SHARE.linear * (ui.max - ui.min);
  const [least, greatest] = range;
  const radius = Math.min(Math.max(reach, 1e-9), (greatest - least) / 2);
  const margin = radius * (1 + 1e-9); // the track's arithmetic rounds
  const middle = Math.min(greatest - margin, Math.max(least + margin, value));
  const start = Math.acos(Math.min(1, Math.max(-1, (value - middle) / radius))) / (2 * Math.PI);
  return { loop: { radius, middle, phase: digits(-start - part) } };
}

/** Six digits are enough for a picture, and make links short. */
const digits = (value: number) => Number(value.toFixed(6));
