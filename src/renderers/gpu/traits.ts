/** What a frame needs from kernels besides weighted sums: the activations, residuals and so on. */
import type { FrameDescription } from '../../core/frame/description.js';
import { areLinear } from '../../core/frame/inputs.js';
import { hiddenShown, picturesIn, type UnitGrid, unitGrid } from '../../core/frame/shown.js';
import {
  type Activation,
  type ActivationNames,
  namesOf,
  type UnitActivation,
} from '../../core/network/activations.js';
import { hiddenActivationNames } from '../../core/network/layer-activations.js';
import type { KernelActivations } from './kernels/activations.js';

/** Traits do not depend on seeds, depth or the order of activations, so kernels do not either. */
export interface Traits {
  /**
   * One activation for all hidden units, or the sorted names of several; then each unit's own are data. Residuals,
   * normalisation and hidden units that are shown need this data of units, too.
   */
  hidden: KernelActivations;
  /** The fraction of a mix in `hidden`. */
  mix: number;
  /** The output activation; `unit` if hidden units are shown. */
  output: ActivationNames | 'unit';
  /** The fraction of a mix in `output`. */
  outputMix: number;
  /** Whether the first layer reads planes of inputs instead of positions. */
  planes: boolean;
  residual: boolean;
  normalised: boolean;
}

export function traitsOf({ network, shown }: Pick<FrameDescription, 'network' | 'shown'>): Traits {
  const { activation, outputActivation } = network;
  const residual = network.residual !== 0;
  const normalised = network.normalisation === 'layer';
  const isUnit = hiddenShown(shown) !== undefined;
  const one = residual || normalised || isUnit ? undefined : oneActivation(activation);
  return {
    hidden: one ? namesOf(one) : hiddenActivationNames(activation),
    mix: one ? fractionOf(one) : 0,
    output: isUnit ? 'unit' : namesOf(outputActivation),
    outputMix: isUnit ? 0 : fractionOf(outputActivation),
    planes: !areLinear(network),
    residual,
    normalised,
  };
}

/** The activation that all hidden units have, whatever the network's depth; undefined if there are several. */
function oneActivation(activation: Activation): UnitActivation | undefined {
  if (typeof activation === 'string' || 'fraction' in activation) return activation;
  const [only, ...others] = hiddenActivationNames(activation);
  return others.length === 0 ? only : undefined;
}

const fractionOf = (activation: UnitActivation) => (typeof activation === 'string' ? 0 : activation.fraction);

/** Where the pictures are in a frame that shows all units of a layer; undefined if there is only one. */
export function gridOf({ network, shown, size }: FrameDescription): UnitGrid | undefined {
  const part = hiddenShown(shown);
  return part && part.unit === undefined ? unitGrid(size, picturesIn(shown, network)) : undefined;
}

/** The frame in which a network is computed: for a grid, that of one picture. */
export function computedFrame(frame: FrameDescription): FrameDescription {
  const grid = gridOf(frame);
  return grid ? { ...frame, size: grid.cell } : frame;
}
