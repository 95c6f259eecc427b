/** Whether there is something to see in a network's picture: it is neither nearly a single colour nor noise. */
import { toByte } from '../../core/frame/colour.js';
import { colourOf } from '../../core/frame/colouring.js';
import { interestOf, isWorthSeeing } from '../../core/frame/interest.js';
import { colouringShown } from '../../core/frame/shown.js';
import { countWeights } from '../../core/network/spec.js';
import { evaluate } from '../../renderers/cpu/planes.js';
import { type ExplorerDocument, previewAt } from './document.js';

/** The size of the picture that is looked at, in pixels. */
const WIDTH = 32;
const HEIGHT = 20;
/** Larger networks take too long to try. */
const MOST_WEIGHTS = 1e5;

/** Looks at a small picture, at the start. Large networks are not tried, and taken to be worth it. */
export function hasSomethingToSee(document: ExplorerDocument): boolean {
  const { shown: _, ...picture } = previewAt(document, 0);
  if (countWeights(picture.network) > MOST_WEIGHTS) return true;
  const frame = { ...picture, size: [WIDTH, HEIGHT] as [number, number], supersample: 1 as const };
  const pixel = (2 * picture.view.halfWidth) / HEIGHT;
  const length = WIDTH * HEIGHT;
  const x = Float32Array.from({ length }, (_, i) => pixel * ((i % WIDTH) + 0.5 - WIDTH / 2));
  const y = Float32Array.from({ length }, (_, i) => pixel * (HEIGHT / 2 - Math.floor(i / WIDTH) - 0.5));
  const planes = evaluate(frame, x, y);
  const colouring = colouringShown(frame);
  const rgba = new Uint8Array(4 * length).fill(255);
  for (let i = 0; i < length; i++) {
    const colour = colourOf(
      colouring,
      planes.map((plane) => plane[i]),
    );
    rgba.set(
      colour.map((part) => toByte(part, 0.5)),
      4 * i,
    );
  }
  return isWorthSeeing(interestOf(rgba, WIDTH, HEIGHT));
}
