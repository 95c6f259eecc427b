/** Whether a frame may be drawn adaptively, and how carefully. Measured: see docs/performance.md. */
import type { FrameDescription } from '../core/frame/description.js';
import { areLinear } from '../core/frame/inputs.js';
import { hiddenShown, picturesIn } from '../core/frame/shown.js';
import { type ActivationName, activationTable, namesOf } from '../core/network/activations.js';
import { partsOf } from '../core/network/fold.js';
import { hiddenActivationNames } from '../core/network/layer-activations.js';
import { countWeights } from '../core/network/spec.js';

/** Whether a picture is smooth, bends along lines, or may have details that a few points would miss. */
export type Smoothness = 'smooth' | 'bends' | 'unsafe';

/** Multiply-adds of a pixel from which drawing adaptively pays: below, interpolation is hardly cheaper. */
const WORTH_IT = 1500;

/** How smooth a frame is that is drawn adaptively; undefined for one that is drawn exactly. */
export function adaptiveOf(frame: FrameDescription): Exclude<Smoothness, 'unsafe'> | undefined {
  if (frame.evaluation !== 'adaptive') return undefined;
  if (countWeights(frame.network) * frame.supersample ** 2 < WORTH_IT) return undefined;
  const smoothness = smoothnessOf(frame);
  return smoothness === 'unsafe' ? undefined : smoothness;
}

/** How smooth a frame's picture is, by its description. Unsafe ones must be drawn exactly. */
export function smoothnessOf(frame: FrameDescription): Smoothness {
  const { network, palette, levels, shown } = frame;
  const hidden = hiddenActivationNames(network.activation);
  const output = namesOf(network.outputActivation);
  const outputs = typeof output === 'string' ? [output] : [output.from, output.to];
  const drawn = hiddenShown(shown) ? hidden : outputs;
  const all = [...hidden, ...drawn].map((name) => activationTable[name]);
  if (all.some(({ jumps }) => jumps) || picturesIn(shown, network) > 1) return 'unsafe';
  // Tiles may be smaller than the distance of points, and a line where an output bends is not blurred by a network.
  if (partsOf(network.fold).tile !== undefined || drawn.some(bends)) return 'unsafe';
  const isClipped = levels !== undefined || drawn.some((name) => !activationTable[name].bounded);
  const isPlain = palette === 'rgb' && areLinear(network);
  return isPlain && !isClipped && !hidden.some(bends) ? 'smooth' : 'bends';
}

/** Whether an activation is straight at both ends, but not between them: its networks are the least smooth. */
function bends(name: ActivationName): boolean {
  const { f, bounded } = activationTable[name];
  return !bounded && f(-1) !== -f(1);
}
