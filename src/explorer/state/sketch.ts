/** Small pictures evaluated at once on the calling thread, to find out how much there is to see in a network. */
import { colourOf } from '../../core/frame/colouring.js';
import type { FrameDescription } from '../../core/frame/description.js';
import { type Interest, interestOf } from '../../core/frame/interest.js';
import { colouringShown } from '../../core/frame/shown.js';
import { countWeights } from '../../core/network/spec.js';
import type { Picture } from './document.js';

/** The size of a sketch, in pixels. */
export const SKETCH: readonly [width: number, height: number] = [64, 40];

/** In multiply-adds: some tens of milliseconds. */
const MOST_WORK = 5e8;

/** Evaluates a frame: one plane of brightness for each output. */
type Brightness = (frame: FrameDescription) => ArrayLike<number>[];

/** Whether a sketch of a picture takes so little time that the page may wait for it. */
export function isQuick({ network }: Picture): boolean {
  return countWeights(network) * SKETCH[0] * SKETCH[1] <= MOST_WORK;
}

/** How much there is to see in a picture. */
export function interestIn(picture: Picture, brightness: Brightness): Interest {
  const frame: FrameDescription = { ...picture, size: [...SKETCH], supersample: 1, dither: false };
  const planes = brightness(frame);
  const colouring = colouringShown(frame);
  const rgba = new Uint8ClampedArray(4 * SKETCH[0] * SKETCH[1]);
  for (let i = 0; i < rgba.length / 4; i++) {
    const colour = colourOf(
      colouring,
      planes.map((plane) => plane[i]),
    );
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = 255 * colour[c];
    rgba[4 * i + 3] = 255;
  }
  return interestOf(rgba, ...SKETCH);
}
