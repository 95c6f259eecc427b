/** Whether a frame may be drawn adaptively, and how carefully. Measured: see docs/performance.md. */
import type { FrameDescription } from '../core/frame/description.js';
import { areLinear } from '../core/frame/inputs.js';
import { hiddenShown, picturesIn } from '../core/frame/shown.js';
import { type ActivationName, activationTable, namesOf } from '../core/network/activations.js';
import { hiddenActivationNames } from '../core/network/layer-activations.js';
import { countWeights } from '../core/network/spec.js';

/** Where a picture may not be smooth: nowhere, along lines where it bends, or along lines where it jumps. */
export type Smoothness = 'smooth' | 'bends' | 'jumps';

/** Multiply-adds of a pixel from which drawing adaptively pays: below, interpolation is hardly cheaper. */
const WORTH_IT = 1500;

/** How smooth a frame is that is drawn adaptively; undefined for one that is drawn exactly. */
export function adaptiveOf(frame: FrameDescription): Exclude<Smoothness, 'jumps'> | undefined {
  if (frame.evaluation !== 'adaptive') return undefined;
  if (countWeights(frame.network) * frame.supersample ** 2 < WORTH_IT) return undefined;
  const smoothness = smoothnessOf(frame);
  return smoothness === 'jumps' ? undefined : smoothness;
}

/** How smooth a frame's picture is, by its description. Pictures that jump must be drawn exactly. */
export function smoothnessOf(frame: FrameDescription): Smoothness {
  const { network, palette, levels, shown } = frame;
  const hidden = hiddenActivationNames(network.activation);
  const output = namesOf(network.outputActivation);
  const outputs = typeof output === 'string' ? [output] : [output.from, output.to];
  const drawn = hiddenShown(shown) ? hidden : outputs;
  const all = [...hidden, ...drawn].map((name) => activationTable[name]);
  if (all.some(({ jumps }) => jumps) || picturesIn(shown, network) > 1) return 'jumps';
  const isClipped = levels !== undefined || drawn.some((name) => !activationTable[name].bounded);
  const isPlain = palette === 'rgb' && areLinear(network);
  return isPlain && !isClipped && !hidden.some(bends) && !drawn.some(bends) ? 'smooth' : 'bends';
}

/** Whether an activation has a kink: one that commutes with scaling has one at 0 unless it is a straight line. */
function bends(name: ActivationName): boolean {
  const { f, homogeneous } = activationTable[name];
  return homogeneous && f(-1) !== -f(1);
}
