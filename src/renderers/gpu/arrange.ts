/**
 * A network's layout in GPU memory: its matrices one after another in one buffer, each ordered by input and then by
 * unit, so that the weights of four adjacent units form one vec4f.
 *
 * The first matrix depends on the view, and is uploaded with each frame. The draws of all others are uploaded once and
 * scaled on the GPU (see kernels/scale.ts), unless they are sums of more than two sets of draws.
 */

import type { FrameDescription } from '../../core/frame/description.js';
import { planeCount } from '../../core/frame/inputs.js';
import type { UnitActivation } from '../../core/network/activations.js';
import type { DrawCache } from '../../core/network/draws.js';
import { doesFade } from '../../core/network/fade.js';
import { NORMALISATION_EPSILON } from '../../core/network/forward.js';
import { unitActivations } from '../../core/network/layer-activations.js';
import { scalesOf as drawScalesOf, type Side, sidesOf, unitDraws } from '../../core/network/layers.js';
import { layerMaker } from '../../core/network/network.js';
import { type LayerRule, lastUnitOf, layerRules } from '../../core/network/rules.js';
import { hiddenWidths, type NetworkSpec } from '../../core/network/spec.js';
import { brightnessTerms } from '../brightness.js';
import { drawnOf, unitsOf } from '../drawn.js';
import { type Exponents, factorsOf, finiteWeight, heldOf, scaledLayer } from '../exponents.js';
import { foldView } from '../first-layer.js';
import { arePerUnit, KINDS } from './kernels/activations.js';
import { layersInPart, PART_LENGTH } from './kernels/narrow.js';
import { SCALE } from './kernels/scale.js';
import { type Traits, traitsOf } from './traits.js';

/** A matrix's position, in vec4f: `stride` of biases, then `stride` of weights for each input. */
export interface Matrix {
  rule: LayerRule;
  /** Its kind in the network. The matrix that is shown may belong to a hidden layer. */
  kind: 'hidden' | 'output';
  /** Its first unit, counted from 0: one of a layer's units may be shown by itself. */
  firstUnit: number;
  at: number;
  /** Rows of weights; those that the network lacks are zero. */
  inputs: number;
  stride: number;
  /** Where the rows of its units are; 0 if there are none: see unitRows. */
  unitsAt: number;
}

export interface Arrangement {
  /** The number of units to which hidden layers are padded for the narrow kernel; undefined for wide kernels. */
  narrow?: number;
  traits: Traits;
  /** The hidden layers below the matrix that is shown. */
  hidden: Matrix[];
  /** The matrix that is shown: the last, or a hidden layer or one of its units. */
  output: Matrix;
  /** See Network.earlier. */
  earlier?: Matrix;
  /** The share of the earlier output; 0 if there is none. */
  share: number;
  /** Narrow networks only: where the second hidden layer starts, and how many parts the layers from there on take. */
  parts: { at: number; count: number };
  /**
   * Where the scaling of each hidden layer and then of the output is stored: see heldNumbers.
   */
  heldAt: number;
  /** Where the units' rows start; for the narrow kernel, 1 + `narrow` for each hidden layer. */
  unitsAt: number;
  /** The buffer's length, in vec4f. */
  length: number;
}

/** The alignment of uniform buffer offsets, 256 bytes, in vec4f. */
const PART_ALIGNMENT = 16;

/** The narrow kernel's greatest width: beyond it, two samples' activations do not fit into registers. */
const NARROW_UNITS = 48;

export function arrange(spec: NetworkSpec, shown?: FrameDescription['shown']): Arrangement {
  const rules = layerRules(spec);
  const traits = traitsOf({ network: spec, shown });
  const drawn = drawnOf({ network: spec, shown });
  const count = drawn.number;
  const widest = Math.max(0, ...hiddenWidths(spec).slice(0, drawn.hidden).map(Math.ceil));
  const isGrid = shown !== undefined && 'layer' in shown && shown.unit === undefined;
  // Even, so that a sweep of the width needs half as many kernels. Grids have too many outputs for narrow kernels.
  const narrow = widest <= NARROW_UNITS && !isGrid ? 2 * Math.ceil(widest / 2) : undefined;
  let length = 0;
  const place = (kind: Matrix['kind'], rule: LayerRule, units: number, firstUnit = 0): Matrix => {
    const inputs = rule.number === 1 ? planeCount(spec) : (narrow ?? rule.inputs);
    const matrix = { rule, kind, firstUnit, at: length, inputs, stride: Math.ceil(units / 4), unitsAt: 0 };
    length += (1 + inputs) * matrix.stride;
    return matrix;
  };
  const placeHidden = (k: number) => place('hidden', rules.hidden(k), narrow ?? rules.hidden(k).units);
  const hidden = drawn.hidden > 0 ? [placeHidden(1)] : [];
  const { first, count: units } = drawn.units;
  const output = place(drawn.kind, { ...rules[drawn.kind](count), units }, units, first);
  const share = drawn.earlier;
  const earlier = share > 0 ? place('output', rules.output(count - 1), spec.outputs) : undefined;
  const parts = { at: Math.ceil(length / PART_ALIGNMENT) * PART_ALIGNMENT, count: 0 };
  for (let k = 2; k < count; k++) {
    if (narrow !== undefined && (k - 2) % layersInPart(narrow) === 0) {
      length = parts.at + PART_LENGTH * parts.count++;
    }
    hidden.push(placeHidden(k));
  }
  if (narrow !== undefined) length = parts.at + PART_LENGTH * parts.count;
  const heldAt = length;
  length += hidden.length + 1;
  const unitsAt = length;
  if (arePerUnit(traits.hidden)) {
    for (const matrix of drawn.kind === 'hidden' ? [...hidden, output] : hidden) {
      matrix.unitsAt = length;
      length += 1 + (matrix === output ? units : (narrow ?? matrix.rule.units));
    }
  }
  return { narrow, traits, hidden, output, earlier, share, parts, heldAt, unitsAt, length };
}

/** All matrices, in memory order. */
export function matricesOf({ hidden, output, earlier }: Arrangement): Matrix[] {
  return [...hidden, output, ...(earlier ? [earlier] : [])];
}

/** Identifies the draws: frames with the same key share an upload. */
export function drawsKey(spec: NetworkSpec, shown?: FrameDescription['shown']): string {
  const { inputs, outputs, distribution, draws, layers } = spec;
  const sides = sidesOf(spec).map(({ side }) => side);
  const count = Math.ceil(layers);
  return JSON.stringify([
    sides,
    inputs,
    planeCount(spec), // which determines where matrices are
    outputs,
    distribution,
    draws,
    count,
    layers < count,
    hiddenWidths(spec).map(Math.ceil),
    shown && 'layer' in shown ? shown : null,
  ]);
}

/** Writes the draws of one side to the positions of the weights. */
export function fillDraws(
  spec: NetworkSpec,
  arrangement: Arrangement,
  side: Side,
  draws: DrawCache,
  into: Float32Array,
): void {
  for (const { rule, firstUnit, at, stride } of matricesOf(arrangement)) {
    if (rule.number === 1) continue;
    for (let unit = 0; unit < rule.units; unit++) {
      const drawn = unitDraws(spec, rule, side, firstUnit + unit, draws);
      for (let row = 0; row <= rule.inputs; row++) into[4 * (at + row * stride) + unit] = drawn[row];
    }
  }
}

/** Whether matrices are computed here and uploaded: kernels/scale.ts adds two sets of draws at most. */
export const areUploaded = (spec: NetworkSpec): boolean => sidesOf(spec).length > 2;

/** Whether a matrix is computed here and uploaded with each frame: it may depend on the view, or on a fade. */
const isUploaded = ({ rule, kind }: Matrix, spec: NetworkSpec): boolean =>
  rule.number === 1 || (kind === 'output' && doesFade(spec)) || areUploaded(spec);

/**
 * The matrices that are uploaded with each frame, scaled, each with its offset: those that read the sample's position,
 * with the view folded in; outputs that fade; or all.
 */
export function finishedMatrices(
  frame: FrameDescription,
  arrangement: Arrangement,
  draws: DrawCache,
  exponents?: Exponents,
): { at: number; numbers: Float32Array<ArrayBuffer> }[] {
  const make = layerMaker(frame.network, draws);
  return matricesOf(arrangement)
    .filter((matrix) => isUploaded(matrix, frame.network))
    .map((matrix) => {
      const { rule, kind, firstUnit: first, at, inputs, stride } = matrix;
      const own = unitsOf(make[kind](rule.number), { first, count: rule.units });
      const factors = factorsOf(exponents, rule.number, roleOf(matrix, arrangement));
      const layer = scaledLayer(rule.number === 1 ? foldView(own, frame) : own, factors);
      const numbers = new Float32Array(4 * (1 + inputs) * stride);
      numbers.set(layer.biases);
      for (let unit = 0; unit < layer.units; unit++) {
        for (let i = 0; i < layer.inputs; i++) {
          numbers[4 * (1 + i) * stride + unit] = layer.weights[unit * layer.inputs + i];
        }
      }
      return { at, numbers };
    });
}

/** Each Held as four numbers, as stored at `heldAt`. @param levels - Those of the frame. */
export function heldNumbers(
  exponents: Exponents,
  levels: FrameDescription['levels'],
): Float32Array<ArrayBuffer> {
  const all = heldOf(exponents, levels ? exponents.output : 0);
  return Float32Array.from(all.flatMap(({ into, out, limit }) => [into, out, limit, 0]));
}

/** A frame's levels as the kernels read them: see levelled in kernels/activations.ts. */
export function levelTerms(levels: FrameDescription['levels'], exponents: Exponents | undefined) {
  const { factor, offset } = brightnessTerms(levels);
  const { factor: unbounded } = brightnessTerms(levels, false, exponents?.output);
  return {
    levelScale: factor,
    levelScaleUnbounded: unbounded,
    levelLimit: Math.min(MOST_LEVELLED, MOST_LEVELLED / unbounded),
    levelOffset: offset,
    levelOffsetSigned: brightnessTerms(levels, true).offset,
  };
}

/** The largest value, and the largest brightness before it is clipped. */
const MOST_LEVELLED = 2 ** 120;

/**
 * The units' rows, as stored at `unitsAt`; empty if all units have the same activation. A layer has one row of its own:
 *
 *     (the factor of activations before a residual is added, what normalisation adds to the variance, 0, 0)
 *
 * and then one for each unit:
 *
 *     (its activation's number + KINDS times that of the second one in a mix, the second one's fraction,
 *      what a residual multiplies the same unit of the layer before by, its share of the layer's mean)
 *
 * For units that are shown, the residual's factor includes the scale of the levels.
 */
export function unitRows(
  { network: spec, levels }: FrameDescription,
  { traits, hidden, output, unitsAt, length }: Arrangement,
  exponents?: Exponents,
): Float32Array<ArrayBuffer> {
  const names = traits.hidden;
  const rows = new Float32Array(arePerUnit(names) ? 4 * (length - unitsAt) : 0);
  if (!arePerUnit(names)) return rows;
  const numberOf = (activation: UnitActivation) =>
    typeof activation === 'string'
      ? names.indexOf(activation)
      : names.indexOf(activation.from) + KINDS * names.indexOf(activation.to);
  const rules = layerRules(spec);
  for (const matrix of output.kind === 'hidden' ? [...hidden, output] : hidden) {
    const { rule, firstUnit } = matrix;
    const k = rule.number;
    const isShown = matrix === output;
    const { units } = rules.hidden(k);
    const before = k > 1 ? rules.hidden(k - 1).units : 0;
    const after = isShown ? 0 : (exponents?.values[k - 1] ?? 0); // a unit that is shown has its true value
    const scale = isShown ? brightnessTerms(levels).factor : 1;
    const kept = scale * spec.residual * 2 ** ((exponents?.values[k - 2] ?? 0) - after);
    const lastBefore = k > 1 ? lastUnitOf(spec, k - 1) : 0;
    const last = lastUnitOf(spec, k);
    const own = unitActivations(spec, k, units);
    let at = 4 * (matrix.unitsAt - unitsAt);
    rows[at] = 2 ** ((exponents?.units[k - 1] ?? 0) - after);
    rows[at + 1] = NORMALISATION_EPSILON * 2 ** (-2 * after);
    for (let unit = firstUnit; unit < firstUnit + rule.units; unit++) {
      const activation = Array.isArray(own) ? own[unit] : own;
      at += 4;
      rows[at] = numberOf(activation);
      rows[at + 1] = typeof activation === 'string' ? 0 : activation.fraction;
      rows[at + 2] = unit < before ? finiteWeight(kept * (unit === before - 1 ? lastBefore : 1)) : 0;
      rows[at + 3] = (unit === units - 1 ? last : 1) / (units - 1 + last);
    }
  }
  return rows;
}

/** How a matrix is scaled: as a hidden layer below the matrix that is shown, or as that one. */
function roleOf(matrix: Matrix, { hidden }: Arrangement): 'hidden' | 'output' {
  return hidden.includes(matrix) ? 'hidden' : 'output';
}

/** One record per matrix that kernels/scale.ts scales, and the length of the longest matrix. */
export function scalesOf(
  spec: NetworkSpec,
  arrangement: Arrangement,
  exponents?: Exponents,
): { records: ArrayBuffer; count: number; longest: number } {
  const [a, b] = sidesOf(spec);
  const scaled = matricesOf(arrangement).filter((matrix) => !isUploaded(matrix, spec));
  const records = new ArrayBuffer(SCALE.bytes * scaled.length);
  let longest = 0;
  for (const [i, matrix] of scaled.entries()) {
    const { rule, at, inputs, stride } = matrix;
    const { weights, biases } = factorsOf(exponents, rule.number, roleOf(matrix, arrangement));
    const rows = 1 + inputs;
    longest = Math.max(longest, rows * stride);
    const scalesA = drawScalesOf(spec, rule, a.side);
    const scalesB = b ? drawScalesOf(spec, rule, b.side) : scalesA;
    const [shareA, shareB] = [a.share, b?.share ?? 0];
    SCALE.write(new DataView(records), SCALE.bytes * i, {
      at,
      rows,
      stride,
      weightA: finiteWeight(shareA * scalesA.weights * weights),
      weightB: finiteWeight(shareB * scalesB.weights * weights),
      biasA: shareA * scalesA.biases * biases,
      biasB: shareB * scalesB.biases * biases,
      lastRow: rule.inputs,
      lastInput: rule.lastInput,
    });
  }
  return { records, count: scaled.length, longest };
}
