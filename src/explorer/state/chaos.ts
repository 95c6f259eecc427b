/**
 * Keep chaos: when a network's width, activation, distribution or initialisation changes, its weight scale changes so
 * that its mean-field measure χ does not. Good pictures lie just beyond the edge of chaos, and a change of activation
 * alone would leave a single colour or noise.
 */
import { weightScaleFor } from '../../core/network/matched-scale.js';
import { meanField } from '../../core/network/mean-field.js';
import type { NetworkSpec } from '../../core/network/spec.js';
import { type ExplorerDocument, entryAt, isMoving, pictureAt, withEntry } from './document.js';
import type { Path } from './paths.js';

const WEIGHT_SCALE: Path = ['network', 'weightScale'];
/** The parameters that the weight scale follows. */
const FOLLOWED: readonly unknown[] = ['units', 'activation', 'distribution', 'initialisation'];

/** Whether the weight scale follows what is at a path. */
export const isFollowed = ([head, name]: Path): boolean => head === 'network' && FOLLOWED.includes(name);

/** A document's network at t seconds of track time. @throws UsageError if a parameter has an invalid value then. */
export function networkAt(document: ExplorerDocument, t: number): NetworkSpec {
  const { sweep } = document;
  return pictureAt({ ...document, sweep: { ...sweep, pace: 'tracks' } }, t, () => []).network;
}

/** The measure χ of a document's network at t seconds; undefined if there is none, or if nothing can keep it. */
export function chiAt(document: ExplorerDocument, t: number): number | undefined {
  const measured = meanField(networkAt(document, t));
  return 'chi' in measured && measured.chi > 0 ? measured.chi : undefined;
}

/**
 * The document with the weight scale that gives its network the measure χ, or comes closest to it. A weight scale that
 * moves stays as it is, as does one of a network without the measure.
 */
export function withChi(document: ExplorerDocument, chi: number, t: number): ExplorerDocument {
  if (isMoving(entryAt(document, WEIGHT_SCALE))) return document;
  const matched = weightScaleFor(networkAt(document, t), chi);
  if ('reason' in matched) return document;
  return withEntry(document, WEIGHT_SCALE, Number(matched.weightScale.toPrecision(4)));
}

/** Whether two documents' networks differ in more than their draws and depths, on which χ does not depend. */
export function isOther(a: ExplorerDocument, b: ExplorerDocument): boolean {
  const [before, after] = [a.sweep.network, b.sweep.network];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const name of ['seed', 'draws', 'layers']) names.delete(name);
  return [...names].some((name) => before[name] !== after[name]);
}
