/** The numbers that a frame's shader reads: see shader.ts for their places. */

import type { FrameDescription } from '../../core/frame/description.js';
import { featuresAt, rotationOf } from '../../core/frame/inputs.js';
import { colouringShown, picturesIn, unitGrid } from '../../core/frame/shown.js';
import type { ActivationName, UnitActivation } from '../../core/network/activations.js';
import type { DrawCache } from '../../core/network/draws.js';
import { partsOf } from '../../core/network/fold.js';
import { unitActivations } from '../../core/network/layer-activations.js';
import type { Layer } from '../../core/network/layers.js';
import { layerMaker } from '../../core/network/network.js';
import { lastUnitOf, layerRules } from '../../core/network/rules.js';
import { brightnessTerms } from '../../renderers/brightness.js';
import { drawnOf, unitsOf } from '../../renderers/drawn.js';
import { finiteWeight } from '../../renderers/exponents.js';
import { foldView } from '../../renderers/first-layer.js';
import { fieldsOf } from './shader.js';
import type { Shape } from './shape.js';

/** A uniform's value: integers are listed as such, everything else is float. */
export type Uniform = { int: number[] } | { float: number[] } | { fours: Float32Array };

export interface FrameData {
  /** Texels of four numbers. */
  settings: Float32Array;
  uniforms: Record<string, Uniform>;
}

/** The matrices from the second to the last hidden layer's: rows of `quads` texels. */
export function hiddenMatrices(frame: FrameDescription, { quads }: Shape, draws: DrawCache): Float32Array {
  const { hidden } = drawnOf(frame);
  const make = layerMaker(frame.network, draws);
  const rows = 1 + 4 * quads;
  const length = 4 * quads * rows;
  const numbers = new Float32Array(Math.max(0, hidden - 1) * length);
  for (let k = 2; k <= hidden; k++) writeByInput(make.hidden(k), quads, numbers, (k - 2) * length);
  return numbers;
}

/** Writes a matrix as rows: the biases, then the weights of each input. @param at - The first number. */
function writeByInput(
  { inputs, units, weights, biases }: Layer,
  quads: number,
  into: Float32Array,
  at: number,
) {
  into.set(biases, at);
  for (let unit = 0; unit < units; unit++) {
    for (let i = 0; i < inputs; i++) {
      into[at + 4 * quads * (1 + i) + unit] = finiteWeight(weights[unit * inputs + i]);
    }
  }
}

export function frameData(frame: FrameDescription, shape: Shape, draws: DrawCache): FrameData {
  const { network, view, levels } = frame;
  const drawn = drawnOf(frame);
  const make = layerMaker(network, draws);
  const own = (layer: Layer, number: number) => (number === 1 ? foldView(layer, frame) : layer);
  const texels: Float32Array[] = [];
  let length = 0;
  /** Places numbers at the next texel, and returns its number. */
  const place = (numbers: Float32Array) => {
    texels.push(numbers);
    length += numbers.length / 4;
    return length - numbers.length / 4;
  };

  let [firstAt, unitsAt, earlierAt] = [0, 0, 0];
  if (drawn.hidden > 0) {
    const first = new Float32Array(4 * shape.quads * (1 + 4 * shape.planes));
    writeByInput(foldView(make.hidden(1), frame), shape.quads, first, 0);
    firstAt = place(first);
    unitsAt = place(hiddenUnits(frame, shape, drawn.hidden));
  }
  const { first: firstUnit, count } = drawn.units;
  const drawnLayer = unitsOf(own(make[drawn.kind](drawn.number), drawn.number), drawn.units);
  const activations = Array.isArray(drawn.activation)
    ? drawn.activation
    : new Array<UnitActivation>(count).fill(drawn.activation);
  const added = shape.addsResidual
    ? { kept: keptBy(frame, drawn.number).slice(firstUnit, firstUnit + count), first: firstUnit }
    : undefined;
  const drawnAt = place(drawnUnits(drawnLayer, shape.quads || shape.planes, shape.drawn, activations, added));
  if (shape.hasEarlier) {
    const number = drawn.number - 1;
    const earlier = own(make.output(number), number);
    earlierAt = place(drawnUnits(earlier, number === 1 ? shape.planes : shape.quads, shape.drawn, []));
  }
  const colouring = colouringShown(frame);
  let [mapAt, lastColour] = [0, 1];
  if (typeof colouring === 'object') {
    const colours = colouring.table.length / 3;
    lastColour = colours - 1;
    mapAt = place(
      Float32Array.from({ length: 4 * colours }, (_, i) =>
        i % 4 < 3 ? colouring.table[3 * Math.floor(i / 4) + (i % 4)] : 0,
      ),
    );
  }

  const settings = new Float32Array(4 * length);
  let at = 0;
  for (const numbers of texels) {
    settings.set(numbers, at);
    at += numbers.length;
  }
  const [plain, signed] = [brightnessTerms(levels), brightnessTerms(levels, true)];
  const size = pictureSize(frame);
  const { cos, sin } = rotationOf(view.rotation);
  const middle = new Float32Array(4 * shape.planes);
  if (shape.inputs === 'computed') middle.set(featuresAt(network, view, 0, 0));
  return {
    settings,
    uniforms: {
      size: { int: size },
      spacing: { float: [(2 * view.halfWidth) / (Math.min(...size) * frame.supersample)] },
      supersample: { int: [frame.supersample] },
      dithers: { int: [frame.dither ? 1 : 0] },
      hidden: { int: [drawn.hidden] },
      quads: { int: [shape.quads] },
      firstAt: { int: [firstAt] },
      unitsAt: { int: [unitsAt] },
      drawnAt: { int: [drawnAt] },
      earlierAt: { int: [earlierAt] },
      mapAt: { int: [mapAt] },
      lastColour: { int: [lastColour] },
      share: { float: [drawn.earlier] },
      levels: { float: [plain.factor, plain.offset, signed.factor, signed.offset] },
      centre: { float: view.centre },
      turn: { float: [cos, sin] },
      side: { float: [partsOf(network.fold).tile ?? 0] },
      middle: { fours: middle },
      ...(shape.outputs === 'grid' && gridUniforms(frame)),
    },
  };
}

/** The size of one picture: the frame, or a cell of a grid. */
export function pictureSize({ size, shown, network }: FrameDescription): [number, number] {
  const isGrid = shown && 'layer' in shown && shown.unit === undefined;
  return isGrid ? unitGrid(size, picturesIn(shown, network)).cell : size;
}

function gridUniforms({ size, shown, network }: FrameDescription): Record<string, Uniform> {
  const units = picturesIn(shown, network);
  const { columns, rows, cell, place } = unitGrid(size, units);
  const [left, top] = place(0);
  const gap = columns > 1 ? place(1)[0] - left - cell[0] : rows > 1 ? place(columns)[1] - top - cell[1] : 0;
  return { grid: { int: [left, top, gap, gap] }, columns: { int: [columns] }, units: { int: [units] } };
}

/** The texels of the hidden units: see fieldsOf. */
function hiddenUnits({ network: spec }: FrameDescription, shape: Shape, hidden: number): Float32Array {
  const fields = fieldsOf(shape);
  const rules = layerRules(spec);
  const numbers = new Float32Array(4 * hidden * shape.quads * fields.count);
  for (let k = 1; k <= hidden; k++) {
    const { units } = rules.hidden(k);
    const activations = shape.areDifferent ? unitActivations(spec, k, units) : [];
    const kept = shape.hasResidual ? keptBy({ network: spec }, k) : [];
    const last = lastUnitOf(spec, k);
    for (let unit = 0; unit < units; unit++) {
      const at = 4 * fields.count * ((k - 1) * shape.quads + (unit >> 2)) + (unit & 3);
      if (shape.areDifferent) {
        const own = Array.isArray(activations) ? activations[unit] : activations;
        const [from, to, fraction] = numbersOf(own, shape.hidden);
        numbers[at + 4 * fields.names] = from;
        numbers[at + 4 * fields.names + 4] = to;
        numbers[at + 4 * fields.names + 8] = fraction;
      }
      if (shape.hasResidual) numbers[at + 4 * fields.kept] = kept[unit];
      if (shape.isNormalised) {
        numbers[at + 4 * fields.shares] = (unit === units - 1 ? last : 1) / (units - 1 + last);
      }
    }
  }
  return numbers;
}

/** What a residual multiplies the same unit of the layer before by, for each unit of the k-th hidden layer. */
function keptBy({ network: spec }: Pick<FrameDescription, 'network'>, k: number): number[] {
  const rules = layerRules(spec);
  const before = k > 1 ? rules.hidden(k - 1).units : 0;
  const last = k > 1 ? lastUnitOf(spec, k - 1) : 0;
  return Array.from({ length: rules.hidden(k).units }, (_, unit) =>
    unit < before ? finiteWeight(spec.residual * (unit === before - 1 ? last : 1)) : 0,
  );
}

const numbersOf = (activation: UnitActivation, names: readonly ActivationName[]): [number, number, number] =>
  typeof activation === 'string'
    ? [names.indexOf(activation), 0, 0]
    : [names.indexOf(activation.from), names.indexOf(activation.to), activation.fraction];

/**
 * The texels of units that are drawn.
 * @param fours - How many fours of values their matrix receives.
 * @param added - What a residual multiplies the same unit of the layer before by, and the first unit's number.
 */
function drawnUnits(
  { inputs, units, weights, biases }: Layer,
  fours: number,
  names: readonly ActivationName[],
  activations: readonly UnitActivation[],
  added?: { kept: readonly number[]; first: number },
): Float32Array {
  const length = 4 * (1 + (added ? 2 : 1) * fours);
  const numbers = new Float32Array(units * length);
  for (let unit = 0; unit < units; unit++) {
    const at = unit * length;
    numbers[at] = biases[unit];
    if (activations.length > 0) numbers.set(numbersOf(activations[unit], names), at + 1);
    for (let i = 0; i < inputs; i++) numbers[at + 4 + i] = finiteWeight(weights[unit * inputs + i]);
    // Beyond the layer before, what is kept is 0, and there may be no place for it.
    if (added && added.kept[unit] !== 0)
      numbers[at + 4 * (1 + fours) + added.first + unit] = added.kept[unit];
  }
  return numbers;
}
