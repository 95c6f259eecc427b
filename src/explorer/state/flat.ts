/** Whether a network's picture is nearly a single colour, so that there is nothing to see. */
import { countWeights } from '../../core/network/spec.js';
import { evaluate } from '../../renderers/cpu/planes.js';
import { type ExplorerDocument, pictureAt } from './document.js';

/** The points that are compared, by column and row. */
const COLUMNS = 12;
const ROWS = 8;
/** The range of every output of a nearly flat picture, at most, from 0 to 1. */
const FLAT = 0.06;
/** Larger networks take too long to try. */
const MOST_WEIGHTS = 3e5;

/** Compares a few points of the picture at the start. Large networks are not tried, and not called flat. */
export function isFlat(document: ExplorerDocument): boolean {
  const picture = pictureAt(document, 0, evaluate);
  if (countWeights(picture.network) > MOST_WEIGHTS) return false;
  const frame = {
    ...picture,
    shown: undefined,
    size: [COLUMNS, ROWS] as [number, number],
    supersample: 1 as const,
  };
  const pixel = (2 * picture.view.halfWidth) / ROWS;
  const count = COLUMNS * ROWS;
  const x = Float32Array.from({ length: count }, (_, i) => pixel * ((i % COLUMNS) + 0.5 - COLUMNS / 2));
  const y = Float32Array.from(
    { length: count },
    (_, i) => pixel * (ROWS / 2 - Math.floor(i / COLUMNS) - 0.5),
  );
  return evaluate(frame, x, y).every((plane) => {
    let [least, greatest] = [1, 0];
    for (const value of plane) {
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    return greatest - least <= FLAT;
  });
}
