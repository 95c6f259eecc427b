/** Looking at another part of the plane. */
import type { View } from '../../core/frame/description.js';
import { chiAt } from './chaos.js';
import { currentValue, type ExplorerDocument, entryAt } from './document.js';
import type { Path } from './paths.js';

/** The fields of a view that change. */
export interface LookAt {
  centre?: readonly [number, number];
  halfWidth?: number;
  rotation?: number;
}

const LAYERS: Path = ['network', 'layers'];
/** How many layers are added for each octave of zooming in, at least and at most. */
const [FEWEST, MOST] = [1, 8];
/** The same where the mean-field measure does not apply. */
const USUAL = 4;

/** What changes in the document with another view at t seconds. */
export function looked(document: ExplorerDocument, view: LookAt, t: number): [Path, unknown][] {
  const entries = Object.entries(view).map(([name, value]): [Path, unknown] => [['view', name], tidy(value)]);
  if (document.keepDetail && view.halfWidth !== undefined && view.halfWidth > 0) {
    const before = currentValue(document, ['view', 'halfWidth'], t) as number;
    const layers = currentValue(document, LAYERS, t) as number;
    const octaves = Math.log2(before / view.halfWidth);
    const next = Math.min(1024, Math.max(1, layers + layersPerOctave(document, t) * octaves));
    if (entryAt(document, ['network', 'weights']) === undefined && next !== layers) {
      entries.push([LAYERS, Number(next.toFixed(3))]);
    }
  }
  return entries;
}

/** Numbers without the last digits, in which sums have rounding errors: -0.4 instead of -0.3999999999999999. */
function tidy(value: number | readonly number[]): number | number[] {
  return typeof value === 'number'
    ? Number(value.toPrecision(14))
    : value.map((part) => tidy(part) as number);
}

/** The view at t seconds. */
export function viewAt(document: ExplorerDocument, t: number): View {
  const value = (name: keyof View) => currentValue(document, ['view', name], t);
  return { centre: value('centre'), halfWidth: value('halfWidth'), rotation: value('rotation') } as View;
}

/**
 * A layer multiplies small differences by sqrt(χ). So the details that an octave of zooming in makes twice as large are
 * as large again as before after 2 ln 2 / ln χ more layers.
 */
function layersPerOctave(document: ExplorerDocument, t: number): number {
  const chi = chiAt(document, t);
  if (chi === undefined) return USUAL;
  const layers = (2 * Math.LN2) / Math.log(chi);
  return chi > 1 ? Math.min(MOST, Math.max(FEWEST, layers)) : MOST;
}
