/** Every weight of a network is at its position in GPU memory, and padding is zero. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FrameDescription } from '../../src/core/frame/description.js';
import { DrawCache } from '../../src/core/network/draws.js';
import { type Layer, sidesOf } from '../../src/core/network/layers.js';
import { buildNetwork } from '../../src/core/network/network.js';
import type { NetworkInput } from '../../src/core/network/spec.js';
import { foldView } from '../../src/renderers/first-layer.js';
import {
  type Arrangement,
  arrange,
  drawsKey,
  fillDraws,
  finishedMatrices,
  type Matrix,
  scalesOf,
  unitRows,
} from '../../src/renderers/gpu/arrange.js';
import { SCALE } from '../../src/renderers/gpu/kernels/scale.js';
import { frameOf } from '../frames/compare.js';
import { frames, real } from '../frames/specs.js';
import { readStruct, structIn } from './wgsl.js';

const PART = 4096; // vec4f in 64 KiB

/** The device's buffer before the first layer is uploaded: its earlier contents, and the scaled draws. */
function scaled(frame: FrameDescription, arrangement: Arrangement, before: number): Float32Array {
  const draws = new DrawCache();
  const sources = sidesOf(frame.network).map(({ side }) => {
    const numbers = new Float32Array(4 * arrangement.length);
    fillDraws(frame.network, arrangement, side, draws, numbers);
    return numbers;
  });
  const [a, b = a] = sources;
  const weights = new Float32Array(4 * arrangement.length).fill(before);
  const { records, count, longest } = scalesOf(frame.network, arrangement);
  const { members, bytes } = structIn(SCALE.wgsl, 'Scale');
  expect(records.byteLength).toBe(bytes * count);
  for (let i = 0; i < count; i++) {
    const scale = readStruct(new DataView(records), bytes * i, members);
    expect(scale.rows * scale.stride).toBeLessThanOrEqual(longest);
    for (let row = 0; row < scale.rows; row++) {
      for (let j = 0; j < 4 * scale.stride; j++) {
        const at = 4 * (scale.at + row * scale.stride) + j;
        const factor = row === scale.lastRow ? scale.lastInput : 1;
        const [shareA, shareB] = row === 0 ? [scale.biasA, scale.biasB] : [scale.weightA, scale.weightB];
        weights[at] = factor * (shareA * a[at] + shareB * b[at]);
      }
    }
  }
  return weights;
}

/** A frame's weights in device memory, written over its earlier contents. */
function memoryOf(frame: FrameDescription, arrangement: Arrangement, before: number): Float32Array {
  const weights = scaled(frame, arrangement, before);
  for (const { at, numbers } of finishedMatrices(frame, arrangement, new DrawCache()))
    weights.set(numbers, 4 * at);
  return weights;
}

/**
 * Compares a matrix in memory with a layer: biases and weights by input and unit, and zeros as padding.
 * @returns The largest error, relative to the layer's largest number.
 */
function errorOf(memory: Float32Array, { at, inputs, stride }: Matrix, layer: Layer): number {
  const largest = Math.max(1e-30, ...layer.biases.map(Math.abs), ...layer.weights.map(Math.abs));
  let worst = 0;
  for (let row = 0; row <= inputs; row++) {
    for (let unit = 0; unit < 4 * stride; unit++) {
      const there = unit < layer.units && row <= layer.inputs;
      const weight = row === 0 ? layer.biases[unit] : layer.weights[unit * layer.inputs + row - 1];
      const value = memory[4 * (at + row * stride) + unit];
      if (!there) expect(value, `row ${row}, unit ${unit} is padding`).toBe(0);
      else worst = Math.max(worst, Math.abs(value - weight) / largest);
    }
  }
  return worst;
}

/** Every matrix of a frame's arrangement with its layer. */
function pairs(frame: FrameDescription, arrangement: Arrangement): [Matrix, Layer][] {
  const { hidden, output, earlier } = buildNetwork(frame.network);
  const layers = [...hidden, output, ...(earlier ? [earlier.output] : [])];
  const matrices = [...arrangement.hidden, arrangement.output];
  if (arrangement.earlier) matrices.push(arrangement.earlier);
  expect(matrices).toHaveLength(layers.length);
  return matrices.map((matrix, i) => [
    matrix,
    matrix.rule.number === 1 ? foldView(layers[i], frame) : layers[i],
  ]);
}

/** Weights between given ones and a mix of two seeds: more sets of draws than the GPU adds. */
const mixed: NetworkInput = {
  seed: { from: 1, to: 'b', fraction: 0.3 },
  weights: {
    from: buildNetwork(frameOf({ network: { layers: 4, units: 9 }, size: [1, 1] }).network),
    to: 'drawn',
    fraction: 0.4,
  },
};

function expectArranged(frame: FrameDescription): number {
  const arrangement = arrange(frame.network);
  const memory = memoryOf(frame, arrangement, Number.NaN);
  let worst = 0;
  for (const [matrix, layer] of pairs(frame, arrangement))
    worst = Math.max(worst, errorOf(memory, matrix, layer));
  return worst;
}

const range = {
  layers: fc.oneof(fc.integer({ min: 1, max: 9 }), real(1, 9)),
  weightScale: 1.5,
  zoom: [-3, 2] as [number, number],
  centre: 10,
};

describe('every weight is at its position, whatever was there before', () => {
  test('in random networks, narrow and wide', () => {
    const width = fc.oneof(
      fc.integer({ min: 1, max: 48 }),
      real(1, 60),
      fc.array(real(1, 60), { minLength: 9, maxLength: 9 }),
    );
    let worst = 0;
    fc.assert(
      fc.property(frames({ ...range, width }), (frame) => {
        worst = Math.max(worst, expectArranged(frame));
        // Draws, scales, shares and their products are float32.
        expect(worst).toBeLessThan(6 * 2 ** -24);
      }),
      { seed: 2024, numRuns: 120 },
    );
    console.info(`weights in memory: at most ${(worst * 2 ** 24).toFixed(2)} x 2^-24 off`);
    expect(worst).toBeGreaterThan(0);
  });

  test.each<[string, NetworkInput]>([
    ['one layer', { layers: 1 }],
    ['1.5 layers', { layers: 1.5, width: 5 }],
    ['19 layers of 30, over one part', { layers: 19, width: 30 }],
    ['27.4 layers of 29.5, over one part', { layers: 27.4, width: 29.5 }],
    ['1024 layers of 7', { layers: 1024, width: 7 }],
    ['48 units, the widest narrow layers', { layers: 5, width: 48 }],
    ['48.2 units, wide', { layers: 5, width: 48.2 }],
    ['two seeds', { layers: 4, width: 9, seed: { from: 1, to: 'b', fraction: 0.3 } }],
    ['features', { layers: 3, units: 9, features: ['x', 'r', 'abs(y)'], inputs: 5 }],
    ['features, wide, fading in', { layers: 1.5, units: 60, features: ['x', 'r', 'abs(y)'] }],
    ['given weights and two seeds', mixed],
    ['two seeds, wide', { layers: 3, width: 61, seed: { from: 1, to: 'b', fraction: 0.3 } }],
  ])('%s', (_, network) => {
    expect(expectArranged(frameOf({ network, size: [4, 4] }))).toBeLessThan(6 * 2 ** -24);
  });
});

describe('what units need besides weights', () => {
  const network: NetworkInput = {
    layers: 4,
    units: [5, 3, 6.25],
    activation: ['sin', { perUnit: ['tanh', 'relu'] }, { from: 'gelu', to: 'sin', fraction: 0.25 }],
    residual: 0.5,
    normalisation: 'layer',
    seed: { from: 1, to: 2, fraction: 0.5 },
  };
  const names = ['gelu', 'relu', 'sin', 'tanh'];

  test.each([1, 10])('is in rows of their own, %d times as wide', (factor) => {
    const units = [5, 3, 6.25].map((width) => factor * width);
    const frame = frameOf({ network: { ...network, units }, size: [1, 1] });
    const arrangement = arrange(frame.network);
    const rows = unitRows(frame, arrangement);
    const { hidden } = buildNetwork(frame.network);
    const row = (at: number) =>
      rows.subarray(4 * (at - arrangement.unitsAt), 4 * (at + 1 - arrangement.unitsAt));
    for (const [k, { units, activation, lastUnit }] of hidden.entries()) {
      const { unitsAt } = arrangement.hidden[k];
      if (factor === 1) expect(unitsAt).toBe(arrangement.unitsAt + k * (1 + arrangement.narrow!));
      expect([...row(unitsAt)]).toEqual([1, Math.fround(1e-5), 0, 0]);
      for (let unit = 0; unit < units; unit++) {
        const [kinds, fraction, kept, share] = row(unitsAt + 1 + unit);
        const own = Array.isArray(activation) ? activation[unit] : activation;
        const read = names[kinds % 64];
        expect(fraction > 0 ? { from: read, to: names[Math.floor(kinds / 64)], fraction } : read).toEqual(
          own,
        );
        expect(kept).toBe(unit < (hidden[k - 1]?.units ?? 0) ? 0.5 : 0);
        const last = unit === units - 1;
        expect(share).toBeCloseTo((last ? lastUnit : 1) / (units - 1 + lastUnit), 6);
      }
    }
  });

  test('is there for a hidden unit that is shown, below which the network ends', () => {
    const frame = frameOf({ network, shown: { layer: 3, unit: 2 }, size: [1, 1] });
    const arrangement = arrange(frame.network, frame.shown);
    expect(arrangement.hidden).toHaveLength(2);
    expect(arrangement.output).toMatchObject({ kind: 'hidden', firstUnit: 1, rule: { number: 3, units: 1 } });
    const rows = unitRows(frame, arrangement);
    expect(rows.subarray(-4)).toEqual(Float32Array.of(0 + 64 * 2, 0.25, 0.5, 1 / 6.25));
    const memory = memoryOf(frame, arrangement, Number.NaN);
    const { weights, biases, inputs } = buildNetwork(frame.network).hidden[2];
    const unit = {
      inputs,
      units: 1,
      weights: weights.subarray(inputs, 2 * inputs),
      biases: biases.subarray(1, 2),
    };
    expect(errorOf(memory, arrangement.output, unit)).toBeLessThan(6 * 2 ** -24);
  });

  test('is nothing if all have one activation', () => {
    const frame = frameOf({ network: { activation: ['sin', 'sin'] }, size: [1, 1] });
    expect(unitRows(frame, arrange(frame.network))).toHaveLength(0);
  });
});

describe('positions', () => {
  const networks = fc.record({
    layers: fc.oneof(fc.integer({ min: 1, max: 200 }), real(1, 200)),
    width: fc.oneof(real(1, 130), fc.array(real(1, 130), { minLength: 200, maxLength: 200 })),
    outputs: fc.constantFrom(1 as const, 3 as const),
  });
  const arrangements = networks.map((network) => arrange(frameOf({ network, size: [1, 1] }).network));

  test('no two matrices overlap, and none extends past the end', () => {
    fc.assert(
      fc.property(arrangements, ({ hidden, output, earlier, heldAt }) => {
        const matrices = [...hidden, output, ...(earlier ? [earlier] : [])].sort((a, b) => a.at - b.at);
        const ends = matrices.map(({ at, inputs, stride }) => at + (1 + inputs) * stride);
        for (const [i, end] of ends.entries()) {
          expect(end).toBeLessThanOrEqual(matrices[i + 1]?.at ?? heldAt);
        }
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  test('in a narrow network, the layers from the second on are packed into parts, none across two', () => {
    let most = 0;
    fc.assert(
      fc.property(arrangements, ({ narrow, hidden, output, earlier, parts, heldAt, length }) => {
        if (narrow === undefined) return;
        expect((16 * parts.at) % 256, 'the alignment of a uniform buffer').toBe(0);
        expect(heldAt).toBe(parts.at + PART * parts.count);
        expect(length).toBe(heldAt + hidden.length + 1);
        for (const matrix of [hidden[0], output, earlier])
          if (matrix) expect(matrix.at).toBeLessThan(Math.max(1, parts.at));
        const matrixLength = (1 + narrow) * Math.ceil(narrow / 4);
        const inPart = Math.floor(PART / matrixLength);
        for (const [i, { at, inputs, stride }] of hidden.slice(1).entries()) {
          expect([inputs, stride]).toEqual([narrow, Math.ceil(narrow / 4)]);
          const part = Math.floor(i / inPart);
          expect(at).toBe(parts.at + part * PART + (i % inPart) * matrixLength);
          expect(at + matrixLength).toBeLessThanOrEqual(parts.at + (part + 1) * PART);
        }
        expect(parts.count).toBe(Math.ceil(Math.max(0, hidden.length - 1) / inPart));
        most = Math.max(most, parts.count);
      }),
      { numRuns: 200, seed: 1 },
    );
    expect(most, 'some needed several parts').toBeGreaterThan(4);
  });

  test("a narrow network's width is that of its widest layer, rounded up to even, at most 48", () => {
    for (const [width, narrow] of [
      [1, 2],
      [2, 2],
      [6.5, 8],
      [30, 30],
      [47, 48],
      [48, 48],
      [48.01, undefined],
      [400, undefined],
    ] as const) {
      expect(arrange(frameOf({ network: { layers: 3, width }, size: [1, 1] }).network).narrow).toBe(narrow);
    }
    expect(arrange(frameOf({ network: { layers: 1 }, size: [1, 1] }).network).narrow).toBe(0);
    const listed = frameOf({ network: { layers: 3, width: [3, 17, 1000] }, size: [1, 1] });
    expect(arrange(listed.network).narrow, 'widths beyond the layers do not count').toBe(18);
  });
});

describe('what is uploaded once', () => {
  const base: NetworkInput = { layers: 4.5, width: 9.5, weightScale: 0.5 };
  const keyOf = (network: NetworkInput) => drawsKey(frameOf({ network, size: [1, 1] }).network);
  const drawsOf = (network: NetworkInput) => {
    const spec = frameOf({ network, size: [1, 1] }).network;
    const arrangement = arrange(spec);
    const numbers = new Float32Array(4 * arrangement.length);
    fillDraws(spec, arrangement, sidesOf(spec)[0].side, new DrawCache(), numbers);
    return numbers;
  };

  test.each<NetworkInput>([
    { ...base, weightScale: 0.9 },
    { ...base, biasScale: 2 },
    { ...base, initialisation: 'glorot' },
    { ...base, firstLayerBias: true },
    { ...base, activation: { from: 'sin', to: 'relu', fraction: 0.2 } },
    { ...base, outputActivation: 'tanh' },
    { ...base, width: 9.1 },
    { ...base, layers: 4.9 },
  ])('%j shares the draws of the original network', (network) => {
    expect(keyOf(network)).toBe(keyOf(base));
    expect(drawsOf(network)).toEqual(drawsOf(base));
  });

  test.each<NetworkInput>([
    { ...base, seed: 2 },
    { ...base, seed: '1' },
    { ...base, inputs: 3 },
    { ...base, outputs: 1 },
    { ...base, distribution: 'normal' },
    { ...base, draws: 'hash' },
    { ...base, width: 10.5 },
    { ...base, width: [9.5, 9.5, 9.5, 8] },
    { ...base, layers: 5 },
    { ...base, layers: 5.5 },
    { weights: [{ w: [[1, 2]] }] },
  ])('%j has its own key', (network) => {
    expect(keyOf(network)).not.toBe(keyOf(base));
  });

  test('for a mix of seeds, a new fraction uploads nothing; at both ends there is one network', () => {
    const pair = (fraction: number) => keyOf({ ...base, seed: { from: 1, to: 2, fraction } });
    expect(pair(0.7)).toBe(pair(0.2));
    expect(pair(0)).toBe(keyOf(base));
    expect(pair(1)).toBe(keyOf({ ...base, seed: 2 }));
  });

  test('explicit weights of the same shape but with other numbers have other keys', () => {
    expect(keyOf({ weights: [{ w: [[1, 2]] }] })).not.toBe(keyOf({ weights: [{ w: [[1, 3]] }] }));
  });
});
