/**
 * A network's layout in GPU memory: its matrices one after another in one buffer, each ordered by input and then by
 * unit, so that the weights of four adjacent units form one vec4f.
 *
 * The first matrix depends on the view, and is uploaded with each frame. The draws of all others are uploaded once and
 * scaled on the GPU: see kernels/scale.ts.
 */

import type { FrameDescription } from '../../core/frame/description.js';
import type { DrawCache } from '../../core/network/draws.js';
import {
  scalesOf as drawScalesOf,
  type LayerRule,
  layerMaker,
  layerRules,
  type Side,
  sidesOf,
  unitDraws,
} from '../../core/network/network.js';
import { hiddenWidths, type NetworkSpec } from '../../core/network/spec.js';
import { type Exponents, factorsOf, finiteWeight, heldOf, scaledLayer } from '../exponents.js';
import { foldView } from '../first-layer.js';
import { layersInPart, PART_LENGTH } from './kernels/narrow.js';
import { SCALE } from './kernels/scale.js';

/** A matrix's position, in vec4f: `stride` of biases, then `stride` of weights for each input. */
export interface Matrix {
  rule: LayerRule;
  at: number;
  /** Rows of weights; those that the network lacks are zero. */
  inputs: number;
  stride: number;
}

export interface Arrangement {
  /** The number of units to which hidden layers are padded for the narrow kernel; undefined for wide kernels. */
  narrow?: number;
  hidden: Matrix[];
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
  /** The buffer's length, in vec4f. */
  length: number;
}

/** The alignment of uniform buffer offsets, 256 bytes, in vec4f. */
const PART_ALIGNMENT = 16;

/** The narrow kernel's greatest width: beyond it, two samples' activations do not fit into registers. */
const NARROW_UNITS = 48;

export function arrange(spec: NetworkSpec): Arrangement {
  const rules = layerRules(spec);
  const count = Math.ceil(spec.layers);
  const widest = Math.max(0, ...hiddenWidths(spec).map(Math.ceil));
  // Even, so that a sweep of the width needs half as many kernels.
  const narrow = widest <= NARROW_UNITS ? 2 * Math.ceil(widest / 2) : undefined;
  let length = 0;
  const place = (rule: LayerRule, units: number): Matrix => {
    const inputs = rule.number === 1 ? 2 : (narrow ?? rule.inputs);
    const matrix = { rule, at: length, inputs, stride: Math.ceil(units / 4) };
    length += (1 + inputs) * matrix.stride;
    return matrix;
  };
  const placeHidden = (k: number) => place(rules.hidden(k), narrow ?? rules.hidden(k).units);
  const hidden = count > 1 ? [placeHidden(1)] : [];
  const output = place(rules.output(count), spec.outputs);
  const share = count - spec.layers;
  const earlier = share > 0 ? place(rules.output(count - 1), spec.outputs) : undefined;
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
  return { narrow, hidden, output, earlier, share, parts, heldAt, length };
}

/** All matrices, in memory order. */
export function matricesOf({ hidden, output, earlier }: Arrangement): Matrix[] {
  return [...hidden, output, ...(earlier ? [earlier] : [])];
}

/** Identifies the draws: frames with the same key share an upload. */
export function drawsKey(spec: NetworkSpec): string {
  const { inputs, outputs, distribution, layers } = spec;
  const sides = sidesOf(spec).map(({ side }) => side);
  const count = Math.ceil(layers);
  return JSON.stringify([
    sides,
    inputs,
    outputs,
    distribution,
    count,
    layers < count,
    hiddenWidths(spec).map(Math.ceil),
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
  for (const { rule, at, stride } of matricesOf(arrangement)) {
    if (rule.number === 1) continue;
    for (let unit = 0; unit < rule.units; unit++) {
      const drawn = unitDraws(spec, rule, side, unit, draws);
      for (let row = 0; row <= rule.inputs; row++) into[4 * (at + row * stride) + unit] = drawn[row];
    }
  }
}

/** The matrices that read the sample's position, scaled and with the view folded in, each with its offset. */
export function firstMatrices(
  frame: FrameDescription,
  arrangement: Arrangement,
  draws: DrawCache,
  exponents?: Exponents,
): { at: number; numbers: Float32Array<ArrayBuffer> }[] {
  const make = layerMaker(frame.network, draws);
  return matricesOf(arrangement)
    .filter(({ rule }) => rule.number === 1)
    .map((matrix) => {
      const kind = kindOf(matrix, arrangement);
      const layer = scaledLayer(foldView(make[kind](1), frame), factorsOf(exponents, 1, kind));
      const { at, stride } = matrix;
      const numbers = new Float32Array(4 * 3 * stride);
      numbers.set(layer.biases);
      for (let unit = 0; unit < layer.units; unit++) {
        numbers[4 * stride + unit] = layer.weights[2 * unit];
        numbers[8 * stride + unit] = layer.weights[2 * unit + 1];
      }
      return { at, numbers };
    });
}

/** Each Held as four numbers, as stored at `heldAt`. */
export function heldNumbers(exponents: Exponents): Float32Array<ArrayBuffer> {
  return Float32Array.from(heldOf(exponents).flatMap(({ into, out, limit }) => [into, out, limit, 0]));
}

function kindOf(matrix: Matrix, { hidden }: Arrangement): 'hidden' | 'output' {
  return hidden.includes(matrix) ? 'hidden' : 'output';
}

/** One record per matrix that kernels/scale.ts scales, and the length of the longest matrix. */
export function scalesOf(
  spec: NetworkSpec,
  arrangement: Arrangement,
  exponents?: Exponents,
): { records: ArrayBuffer; count: number; longest: number } {
  const [a, b] = sidesOf(spec);
  const scaled = matricesOf(arrangement).filter(({ rule }) => rule.number > 1);
  const records = new ArrayBuffer(SCALE.bytes * scaled.length);
  let longest = 0;
  for (const [i, matrix] of scaled.entries()) {
    const { rule, at, inputs, stride } = matrix;
    const { weights, biases } = factorsOf(exponents, rule.number, kindOf(matrix, arrangement));
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
