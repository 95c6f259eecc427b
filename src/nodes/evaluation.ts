/** How the nodes of a page draw networks, unless a picture is a rough one anyway. A page that makes a film sets it. */
import type { FrameDescription } from '../core/frame/description.js';

let evaluation: FrameDescription['evaluation'];

/** Sets how networks are drawn from now on. */
export function drawNetworks(how: FrameDescription['evaluation']): void {
  evaluation = how;
}

/** A frame as it is to be drawn. */
export function withEvaluation(frame: FrameDescription): FrameDescription {
  return evaluation ? { ...frame, evaluation } : frame;
}
