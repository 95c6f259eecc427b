/**
 * A frame's network, packed for the kernel: float32 weights in the order its loops read them, with everything constant
 * across the frame folded in.
 */

import type { FrameDescription } from '../../core/frame/description.js';
import { planeCount } from '../../core/frame/inputs.js';
import { activationTable, namesOf } from '../../core/network/activations.js';
import type { DrawCache } from '../../core/network/draws.js';
import { layerMaker } from '../../core/network/network.js';
import { type LayerRule, layerRules } from '../../core/network/rules.js';
import { type Drawn, drawnOf, unitsOf } from '../drawn.js';
import { exponentsOf, factorsOf, type Held, heldOf, scaledLayer } from '../exponents.js';
import { foldView } from '../first-layer.js';
import { type KernelActivations, packLayer } from './kernel.js';
import { type Kernel, type KernelShape, shapeFor } from './shapes.js';
import { clippedTerms, oneActivation, packSteps, type Result, type Steps, valueTerms } from './steps.js';

/** A packed layer's size, and its offset in the weights, in numbers. */
export interface PackedLayer {
  at: number;
  inputs: number;
  units: number;
}

/** Plain data, so that it can be sent to a worker. */
export interface PackedNetwork {
  /** That of the kernel it is packed for. */
  shape: KernelShape;
  /** The activations that its kernel is generated for. */
  activations: KernelActivations;
  hidden: PackedLayer[];
  /** The layer that is drawn: see ../drawn.ts. */
  output: PackedLayer;
  /** See Network.earlier: computed from the input of the last hidden layer and blended in. */
  earlier?: { output: PackedLayer; share: number };
  /** The fraction of a mixed activation; 0 for a plain one. */
  mix: number;
  /** If the network's values overflow float32: the scaling of each hidden layer, then of the output. */
  held?: Held[];
  /** If its kernel reads them: see KernelActivations and TERMS_ADDRESS in kernel.ts. */
  terms?: readonly number[];
  /** If its kernel is one for several activations: what to do besides computing sums. */
  steps?: Steps;
  weights: Float32Array;
  /** If values are computed instead of brightness: the true ones are 2^scale times as large. */
  scale: number;
  /** The width of the widest hidden layer; 0 if there are no hidden layers. */
  widest: number;
}

/** The number of weights and biases of the layers that are drawn. */
function countNumbers({ network: spec }: FrameDescription, drawn: Drawn): number {
  const rules = layerRules(spec);
  const size = ({ number, inputs, units }: LayerRule, count = units) =>
    count * ((number === 1 ? planeCount(spec) : inputs) + 1);
  let numbers = size(rules[drawn.kind](drawn.number), drawn.units.count);
  for (let k = 1; k <= drawn.hidden; k++) numbers += size(rules.hidden(k));
  return drawn.earlier > 0 ? numbers + size(rules.output(drawn.number - 1)) : numbers;
}

/** @param result - What to compute. */
export function packNetwork(
  frame: FrameDescription,
  kernel: Kernel,
  draws: DrawCache,
  result: Result = 'brightness',
): PackedNetwork {
  const { network: spec } = frame;
  const drawn = drawnOf(frame);
  const make = layerMaker(spec, draws);
  const exponents = exponentsOf(frame, draws);
  const weights = new Float32Array(countNumbers(frame, drawn));
  const rules = layerRules(spec);
  const widths = Array.from({ length: drawn.hidden }, (_, i) => rules.hidden(i + 1).units);
  const widest = Math.max(0, ...widths);
  const shape = shapeFor(kernel, widest);
  let end = 0;
  const pack = (k: number, kind: 'hidden' | 'output', units?: { first: number; count: number }) => {
    const whole = make[kind](k);
    const layer = units ? unitsOf(whole, units) : whole;
    const folded = k === 1 ? foldView(layer, frame) : layer;
    const factors = factorsOf(exponents, k, units ? 'output' : kind);
    const at = end;
    end = packLayer(scaledLayer(folded, factors), shape.rows, weights, at);
    return { at, inputs: folded.inputs, units: folded.units };
  };
  const hidden = Array.from({ length: drawn.hidden }, (_, i) => pack(i + 1, 'hidden'));
  const output = pack(drawn.number, drawn.kind, drawn.units);
  const share = drawn.earlier;
  const earlier = share > 0 ? { output: pack(drawn.number - 1, 'output'), share } : undefined;
  const held = exponents && heldOf(exponents);
  const rest = {
    shape,
    hidden,
    output,
    ...(earlier && { earlier }),
    ...(held && { held }),
    weights,
    scale: 0,
    widest,
  };
  const one = oneActivation(frame);
  if (one) {
    const mix = typeof one.hidden === 'string' ? 0 : one.hidden.fraction;
    const activations = { hidden: namesOf(one.hidden), output: one.output, ...(held && { held: true }) };
    if (result === 'brightness' && !frame.levels) return { ...rest, activations, mix };
    const { bounded, signed } = activationTable[one.output];
    const scale = bounded ? 0 : (exponents?.output ?? 0);
    const terms =
      result === 'values' ? valueTerms(signed, scale, scale) : clippedTerms(frame.levels, signed, scale);
    const scaled = exponents && { held: heldOf(exponents, scale) };
    return { ...rest, ...scaled, activations: { ...activations, terms: true }, mix, terms, scale };
  }
  const steps = packSteps(frame, drawn, exponents, result);
  return {
    ...rest,
    activations: { ...steps.names, ...(held && { held: true }) },
    mix: 0,
    steps,
    scale: steps.scale,
  };
}
