/** What a frame's shader is generated for. Frames with equal shapes share a shader; everything else is data. */
import type { FrameDescription } from '../../core/frame/description.js';
import { areLinear, planeCount } from '../../core/frame/inputs.js';
import { colouringShown, hiddenShown } from '../../core/frame/shown.js';
import { type ActivationName, activationNames, type UnitActivation } from '../../core/network/activations.js';
import { type Fold, partsOf } from '../../core/network/fold.js';
import { hiddenActivationNames, layerActivation } from '../../core/network/layer-activations.js';
import { hiddenWidths } from '../../core/network/spec.js';
import { drawnOf } from '../../renderers/drawn.js';

export interface Shape {
  /**
   * The first layer's inputs: `linear`, the offsets from the view's centre; `computed`, features in the shader; or
   * `given`, planes of features in a texture, for views so deep that float32 cannot tell their points apart.
   */
  inputs: 'linear' | 'computed' | 'given';
  /** If they are computed. The side of a tile is data. */
  features: string[];
  fold: Fold;
  /** The number of inputs, in fours. */
  planes: number;
  /** The units of each hidden layer, padded to the widest, in fours; 0 without hidden layers. */
  quads: number;
  /** How many fours of sums are computed at once; it divides `quads`. */
  block: number;
  /** How many uniform blocks have the matrices of the second to the last hidden layer; 0 if a texture has them. */
  parts: number;
  /** The activations of hidden units. */
  hidden: ActivationName[];
  /** Whether hidden units have different activations, or mixes. */
  areDifferent: boolean;
  hasResidual: boolean;
  isNormalised: boolean;
  /** The activations of what is drawn. */
  drawn: ActivationName[];
  /** Whether what is drawn has a mix of activations. */
  isMixed: boolean;
  /** Whether a residual is added to what is drawn: a hidden unit. */
  addsResidual: boolean;
  /** The units that are drawn: outputs, or one; or a grid of a layer's units. */
  outputs: 1 | 3 | 'grid';
  hasEarlier: boolean;
  colouring: 'rgb' | 'oklab' | 'oklch' | { output: number };
}

/** With more fours of sums at once, shaders take long to compile, and in software even gigabytes of memory. */
const BLOCKS = [4, 3, 2, 1];
/** With more parts, shaders would become too long. */
const MOST_PARTS = 8;
/** Coordinates are computed in float32 while the distance between samples is at least this part of them. */
const LEAST_SPACING = 2 ** -14;

/** What uniform blocks can hold. */
export interface Blocks {
  /** Texels (four numbers) of one. */
  texels: number;
  /** How many a shader may have. */
  count: number;
}

/** The layers whose matrices fit into one uniform block. */
export const layersInPart = (quads: number, { texels }: Blocks): number =>
  Math.floor(texels / (quads * (1 + 4 * quads)));

export function shapeOf(frame: FrameDescription, blocks: Blocks = { texels: 0, count: 0 }): Shape {
  const { network } = frame;
  const drawn = drawnOf(frame);
  const widest = Math.max(0, ...hiddenWidths(network).slice(0, drawn.hidden).map(Math.ceil));
  const needed = Math.ceil(widest / 4);
  const padded = (block: number) => block * Math.ceil(needed / block);
  const block = BLOCKS.reduce((best, other) => (padded(other) < padded(best) ? other : best));
  const quads = padded(block);
  const inPart = quads > 0 ? layersInPart(quads, blocks) : 0;
  const wanted = inPart > 0 ? Math.ceil(Math.max(1, drawn.hidden - 1) / inPart) : 0;
  const parts = wanted <= Math.min(MOST_PARTS, blocks.count) ? wanted : 0;
  const hidden = hiddenActivationNames(network.activation);
  const isMix = (activation: UnitActivation) => typeof activation === 'object';
  const own = [drawn.activation].flat();
  const part = hiddenShown(frame.shown);
  const colouring = colouringShown(frame);
  return {
    ...inputsOf(frame),
    planes: Math.ceil(planeCount(network) / 4),
    quads,
    block,
    parts,
    hidden: drawn.hidden > 0 ? hidden : [],
    areDifferent: drawn.hidden > 0 && hidden.length > 1,
    hasResidual: network.residual !== 0 && drawn.hidden > 1,
    isNormalised: network.normalisation === 'layer' && drawn.hidden > 0,
    drawn: namesDrawn(frame, own),
    isMixed: own.some(isMix) || (part !== undefined && mayMix(frame, part.layer)),
    addsResidual: network.residual !== 0 && drawn.kind === 'hidden' && drawn.hidden > 0,
    outputs: part && part.unit === undefined ? 'grid' : (drawn.units.count as 1 | 3),
    hasEarlier: drawn.earlier > 0,
    colouring: typeof colouring === 'object' ? { output: colouring.output } : colouring,
  };
}

/** Whether units of a hidden layer may mix activations: between seeds they do if they are drawn for each unit. */
function mayMix({ network: { activation, seed } }: FrameDescription, k: number): boolean {
  const layer = layerActivation(activation, k);
  return typeof layer === 'object' && ('from' in layer || typeof seed === 'object');
}

/** All that may be drawn for a layer's units, so that the shader does not depend on the draws. */
function namesDrawn({ network, shown }: FrameDescription, own: UnitActivation[]): ActivationName[] {
  const part = hiddenShown(shown);
  if (part) return hiddenActivationNames(layerActivation(network.activation, part.layer));
  const names = own.flatMap((activation) =>
    typeof activation === 'string' ? [activation] : [activation.from, activation.to],
  );
  return activationNames.filter((name) => names.includes(name));
}

function inputsOf(frame: FrameDescription): Pick<Shape, 'inputs' | 'features' | 'fold'> {
  const { network, view, size, supersample } = frame;
  if (areLinear(network)) return { inputs: 'linear', features: [], fold: 'none' };
  const spacing = (2 * view.halfWidth) / (Math.min(...size) * supersample);
  const reach = (view.halfWidth * Math.max(...size)) / Math.min(...size);
  const farthest = Math.max(...view.centre.map(Math.abs)) + reach;
  if (spacing < LEAST_SPACING * farthest) return { inputs: 'given', features: [], fold: 'none' };
  const { tile } = partsOf(network.fold);
  return {
    inputs: 'computed',
    features: network.features,
    fold: tile === undefined ? network.fold : 'tile',
  };
}

/** Identifies a shape. */
export const keyOf = (shape: Shape): string => JSON.stringify(shape);
