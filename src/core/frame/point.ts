/** One point of a picture, by the float64 reference. */
import { forward } from '../network/forward.js';
import type { Network } from '../network/layers.js';
import { buildNetwork } from '../network/network.js';
import { type Colour, colourOf } from './colouring.js';
import type { FrameDescription } from './description.js';
import { inputAt } from './inputs.js';
import { colouringOf } from './palette.js';

/**
 * The colour of a frame's network at an offset from the view's centre, in its palette: sRGB in [0, 1]. A picture's
 * pixel centred there has this colour, rounded to bytes. What the frame shows of the network, and supersampling, are
 * ignored.
 * @param network - The frame's network, if it has been built.
 */
export function colourAt(
  frame: FrameDescription,
  dx: number,
  dy: number,
  network: Network = buildNetwork(frame.network),
): Colour {
  return colourOf(colouringOf(frame.palette), forward(network, inputAt(frame, dx, dy), frame.levels));
}
