/**
 * How a network lies in the GPU's memory: its matrices one after another in one buffer, each by input and then by unit,
 * so that the weights of four neighbouring units are one vec4f.
 *
 * The first matrix depends on the view, and is sent with each frame. All others are sent as drawn, once, and scaled
 * there: see kernels/scale.ts.
 */

import type { FrameDescription } from '../../core/frame/description.js';
import type { DrawCache, Seed } from '../../core/network/draws.js';
import { type LayerRule, layerMaker, layerRules, seedShares, unitDraws } from '../../core/network/network.js';
import { hiddenWidths, type NetworkSpec } from '../../core/network/spec.js';
import { type Exponents, factorsOf, finiteWeight, heldOf, scaledLayer } from '../exponents.js';
import { foldView } from '../first-layer.js';
import { layersInPart, PART_LENGTH } from './kernels/narrow.js';
import { SCALE } from './kernels/scale.js';

/** Where a matrix lies, in vec4f: `stride` biases, and then for each of its inputs `stride` weights. */
export interface Matrix {
  rule: LayerRule;
  at: number;
  /** Rows of weights; what a network has fewer of is zero. */
  inputs: number;
  stride: number;
}

export interface Arrangement {
  /** The units that every hidden layer is filled up to, for the narrow kernel; undefined for the wide ones. */
  narrow?: number;
  hidden: Matrix[];
  output: Matrix;
  /** See Network.earlier. */
  earlier?: Matrix;
  /** How much of the earlier output is left; 0 without one. */
  share: number;
  /** Of a narrow network: where the hidden layers from the second on begin, and how many parts they take. */
  parts: { at: number; count: number };
  /**
   * Where there is room for what the kernels are told of each hidden layer and, last, of the output: see heldNumbers.
   */
  heldAt: number;
  /** The whole buffer, in vec4f. */
  length: number;
}

/** What a uniform buffer's offset is a multiple of: 256 bytes. */
const PART_ALIGNMENT = 16;

/** The widest hidden layers the narrow kernel takes: beyond, two samples' activations do not fit into registers. */
const NARROW_UNITS = 48;

export function arrange(spec: NetworkSpec): Arrangement {
  const rules = layerRules(spec);
  const count = Math.ceil(spec.layers);
  const widest = Math.max(0, ...hiddenWidths(spec).map(Math.ceil));
  // Even, so that a width that moves needs half as many kernels.
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

/** Every matrix, in the order of memory. */
export function matricesOf({ hidden, output, earlier }: Arrangement): Matrix[] {
  return [...hidden, output, ...(earlier ? [earlier] : [])];
}

/** What decides the draws: two frames of one key need them sent once. */
export function drawsKey(spec: NetworkSpec): string {
  const { seed, inputs, outputs, distribution, layers, weights } = spec;
  const seeds = seedShares(seed).map((share) => share.seed);
  const count = Math.ceil(layers);
  return JSON.stringify([
    seeds,
    inputs,
    outputs,
    distribution,
    count,
    layers < count,
    hiddenWidths(spec).map(Math.ceil),
    weights,
  ]);
}

/** The draws of one seed, in the places of the weights. */
export function fillDraws(
  spec: NetworkSpec,
  arrangement: Arrangement,
  seed: Seed,
  draws: DrawCache,
  into: Float32Array,
): void {
  for (const { rule, at, stride } of matricesOf(arrangement)) {
    if (rule.number === 1) continue;
    for (let unit = 0; unit < rule.units; unit++) {
      const drawn = unitDraws(spec, rule, seed, unit, draws);
      for (let row = 0; row <= rule.inputs; row++) into[4 * (at + row * stride) + unit] = drawn[row];
    }
  }
}

/** The matrices that read the sample's position, scaled and with the view folded in, and where each goes. */
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

/** Four numbers for each Held, in the places of the weights. */
export function heldNumbers(exponents: Exponents): Float32Array<ArrayBuffer> {
  return Float32Array.from(heldOf(exponents).flatMap(({ into, out, limit }) => [into, out, limit, 0]));
}

function kindOf(matrix: Matrix, { hidden }: Arrangement): 'hidden' | 'output' {
  return hidden.includes(matrix) ? 'hidden' : 'output';
}

/** The records that kernels/scale.ts reads, one for each matrix that is scaled there, and the longest of these. */
export function scalesOf(
  spec: NetworkSpec,
  arrangement: Arrangement,
  exponents?: Exponents,
): { records: ArrayBuffer; count: number; longest: number } {
  const [a, b = { share: 0 }] = seedShares(spec.seed);
  const scaled = matricesOf(arrangement).filter(({ rule }) => rule.number > 1);
  const records = new ArrayBuffer(SCALE.bytes * scaled.length);
  let longest = 0;
  for (const [i, matrix] of scaled.entries()) {
    const { rule, at, inputs, stride } = matrix;
    const { weights, biases } = factorsOf(exponents, rule.number, kindOf(matrix, arrangement));
    const rows = 1 + inputs;
    longest = Math.max(longest, rows * stride);
    SCALE.write(new DataView(records), SCALE.bytes * i, {
      at,
      rows,
      stride,
      weightA: finiteWeight(a.share * rule.weightScale * weights),
      weightB: finiteWeight(b.share * rule.weightScale * weights),
      biasA: a.share * rule.biasScale * biases,
      biasB: b.share * rule.biasScale * biases,
      lastRow: rule.inputs,
      lastInput: rule.lastInput,
    });
  }
  return { records, count: scaled.length, longest };
}
