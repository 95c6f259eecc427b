/**
 * The kernel for wide networks: computes one hidden layer as a tiled matrix product.
 *
 * A workgroup computes a tile of units x samples. It runs over the inputs a few at a time: their weights and values are
 * loaded into workgroup memory, and each invocation accumulates its own 8 units x 8 samples in registers while the next
 * inputs are being loaded. Each number loaded from memory thus serves a whole row or column of the tile, and each
 * number loaded from workgroup memory serves 8 products.
 */
import type { ActivationName } from '../../../core/network/activations.js';
import {
  activationOf,
  activationSource,
  arePerUnit,
  inWords,
  type KernelActivations,
  unitActivationSource,
  unitBrightnessSource,
} from './activations.js';
import { each, FULL_STEP, type Kernel, laidOut, STEP } from './kernel.js';

/** Samples in a tile: 8 for each of 16 invocations. */
export const TILE_SAMPLES = 128;
/** Inputs loaded at a time. */
const TILE_INPUTS = 8;

/** Possible tile heights, in invocations of 8 units: even, so that no subgroup of 32 is half empty. */
const UNIT_GROUPS = [4, 6, 8, 10, 12, 14, 16];

/** The number of units in a tile for layers of `units` units: the one that wastes the fewest. */
export function tileUnits(units: number): number {
  const waste = (groups: number) => Math.ceil(units / (8 * groups)) * 8 * groups;
  const least = Math.min(...UNIT_GROUPS.map(waste));
  return 8 * Math.max(...UNIT_GROUPS.filter((groups) => waste(groups) === least));
}

/** The workgroup memory of a tile in bytes; every device has 16384. */
export const tileBytes = (units: number): number => 4 * TILE_INPUTS * (units + TILE_SAMPLES);

/**
 * @param hidden - With an activation for each unit, the kernel also adds residuals and normalises what it reads.
 * @param units - Those of a tile.
 * @param held - Whether sums are scaled down: see ../../exponents.ts.
 */
export function denseKernel(hidden: KernelActivations, units: number, held = false): Kernel {
  return {
    label: `dense, ${units} units, ${inWords(hidden)}${held ? ', held' : ''}`,
    bindings: ['step', 'read', 'read', 'write'],
    code: () => laidOut(codeOf(hidden, units, held, false)),
  };
}

/**
 * The kernel for units that are shown: its results are their brightness.
 * @param levels - Whether the frame has levels.
 */
export function shownKernel(
  hidden: readonly ActivationName[],
  units: number,
  held = false,
  levels = false,
): Kernel {
  return {
    label: `shown, ${units} units, ${inWords(hidden)}${held ? ', held' : ''}${levels ? ', levels' : ''}`,
    bindings: ['step', 'read', 'read', 'write'],
    code: () => laidOut(codeOf(hidden, units, held, true, levels)),
  };
}

function codeOf(
  hidden: KernelActivations,
  units: number,
  held: boolean,
  isShown: boolean,
  levels = false,
): string {
  const perUnit = arePerUnit(hidden);
  const groups = units / 8;
  const invocations = 16 * groups;
  const weightBlocks = (TILE_INPUTS * units) / 4; // vec4f of weights in workgroup memory
  const valueBlocks = (TILE_INPUTS * TILE_SAMPLES) / 4;
  const weightLoads = Math.ceil(weightBlocks / invocations);
  const valueLoads = Math.ceil(valueBlocks / invocations);

  /** Code for each block that an invocation loads; the last round may have fewer blocks than invocations. */
  const bring = (loads: number, blocks: number, text: (load: number, i: string) => string) =>
    each(loads, (load) => {
      const i = `(local + ${load * invocations}u)`;
      const full = (load + 1) * invocations <= blocks;
      return full ? `  ${text(load, i)}` : `  if (${i} < ${blocks}u) { ${text(load, i)} }`;
    });
  const sums = (text: (unit: number, half: number) => string) =>
    each(8, (unit) => `  ${each(2, (half) => text(unit, half), ' ')}`);
  const weightOf = (unit: number) => `w${unit >> 2}.${'xyzw'[unit % 4]}`;

  const heldRow = held ? ', weights[step.heldAt]' : '';
  const normalise = `
  if (step.statsAt > 0u) {
    let at = s + i % ${TILE_SAMPLES / 4}u;
    return (value - values[step.statsAt * (step.plane / 4u) + at]) * values[(step.statsAt + 1u) * (step.plane / 4u) + at];
  }`;
  /** One unit's result for a block of samples. */
  const result = () => {
    if (!perUnit)
      return `results[unit * (step.plane / 4u) + block] = ${activationOf('vec4f')}(sums${heldRow});`;
    return `let row = weights[step.unitsAt + 1u + unit];
    var added = vec4f(0.0);
    if (row.z != 0.0) { added = row.z * values[(step.keptFrom + unit) * (step.plane / 4u) + block]; }
    results[unit * (step.plane / 4u) + block] = ${
      isShown
        ? `unit_brightness(sums, row, added${heldRow})`
        : `fma(vec4f(${held ? 'weights[step.unitsAt].x' : '1.0'}), ${activationOf('vec4f')}(sums${heldRow}, row), added)`
    };`;
  };
  const functions = () => {
    if (!perUnit) return activationSource(hidden, ['vec4f'], held);
    return isShown
      ? unitBrightnessSource(hidden, 'vec4f', held, levels)
      : unitActivationSource(hidden, 'vec4f', held);
  };
  const unitOf = (i: string) => `4u * (u + mine_u + ${groups}u * (${i} / 8u)) + (${i} / 2u) % 4u`;
  /** With many activations, a loop has one copy of their code instead of sixteen. */
  const storeAll = () =>
    perUnit
      ? `var all = array<vec4f, 16>(${each(16, (i) => `s${i >> 1}_${i % 2}`, ', ')});
  for (var i = 0u; i < 16u; i++) {
    store(${unitOf('i')}, s + mine_s + 16u * (i % 2u), all[i]);
  }`
      : sums(
          (unit, half) =>
            `store(4u * (u + mine_u + ${groups * (unit >> 2)}u) + ${unit % 4}u, s + mine_s + ${16 * half}u, s${unit}_${half});`,
        );

  return /* wgsl */ `
// Workgroups: x by tiles of ${units} units, y by tiles of ${TILE_SAMPLES} samples, so that those of the same samples,
// which read the same values, run at about the same time. values and results are planes of activations.
// s0_0 are the sums of this invocation's first unit for its first four samples, s0_1 for its other four, and so on.
${(perUnit ? FULL_STEP : STEP).wgsl}
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> values: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> results: array<vec4f>;
var<workgroup> tile_weights: array<vec4f, ${weightBlocks}>; // (${TILE_INPUTS} inputs, ${units} units)
var<workgroup> tile_values: array<vec4f, ${valueBlocks}>; // (${TILE_INPUTS} inputs, ${TILE_SAMPLES} samples)
${functions()}

// The i-th block of a tile's weights, from input k on, of the units from block u on.
fn weight_block(i: u32, k: u32, u: u32) -> vec4f {
  let input = k + i / ${units / 4}u;
  let block = u + i % ${units / 4}u;
  if (input >= step.inputs || block >= step.stride) {
    return vec4f(0.0);
  }
  return weights[step.at + (input + 1u) * step.stride + block];
}

// The i-th block of a tile's values, from input k on, of the samples from block s on.
fn value_block(i: u32, k: u32, s: u32) -> vec4f {
  let input = k + i / ${TILE_SAMPLES / 4}u;
  if (input >= step.inputs) {
    return vec4f(0.0);
  }
  ${perUnit ? 'let value =' : 'return'} values[input * (step.plane / 4u) + s + i % ${TILE_SAMPLES / 4}u];${
    perUnit
      ? `${normalise}
  return value;`
      : ''
  }
}

fn bias_block(block: u32) -> vec4f {
  if (block >= step.stride) {
    return vec4f(0.0);
  }
  return weights[step.at + block];
}

fn store(unit: u32, block: u32, sums: vec4f) {
  if (unit < step.units) {
    ${result()}
  }
}

@compute @workgroup_size(${invocations})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let u = group.x * ${units / 4}u; // the tile's first block of units
  let s = group.y * ${TILE_SAMPLES / 4}u; // and of samples
  let mine_u = local / 16u; // this invocation has the blocks mine_u and mine_u + ${groups} of units
  let mine_s = local % 16u; // and mine_s and mine_s + 16 of samples
  let bias0 = bias_block(u + mine_u);
  let bias1 = bias_block(u + mine_u + ${groups}u);
${sums((unit, half) => `var s${unit}_${half} = vec4f(bias${unit >> 2}.${'xyzw'[unit % 4]});`)}
${each(weightLoads, (load) => `  var next_w${load} = vec4f(0.0);`)}
${each(valueLoads, (load) => `  var next_v${load} = vec4f(0.0);`)}
${bring(weightLoads, weightBlocks, (load, i) => `next_w${load} = weight_block(${i}, 0u, u);`)}
${bring(valueLoads, valueBlocks, (load, i) => `next_v${load} = value_block(${i}, 0u, s);`)}
  for (var k = 0u; k < step.inputs; k += ${TILE_INPUTS}u) {
    workgroupBarrier(); // all have used the tile before
${bring(weightLoads, weightBlocks, (load, i) => `tile_weights[${i}] = next_w${load};`)}
${bring(valueLoads, valueBlocks, (load, i) => `tile_values[${i}] = next_v${load};`)}
    workgroupBarrier(); // all of this one is there
${bring(weightLoads, weightBlocks, (load, i) => `next_w${load} = weight_block(${i}, k + ${TILE_INPUTS}u, u);`)}
${bring(valueLoads, valueBlocks, (load, i) => `next_v${load} = value_block(${i}, k + ${TILE_INPUTS}u, s);`)}
${each(
  TILE_INPUTS,
  (input) => `  {
  let w0 = tile_weights[${(input * units) / 4}u + mine_u];
  let w1 = tile_weights[${(input * units) / 4 + groups}u + mine_u];
  let v0 = tile_values[${(input * TILE_SAMPLES) / 4}u + mine_s];
  let v1 = tile_values[${(input * TILE_SAMPLES) / 4 + 16}u + mine_s];
${sums((unit, half) => `s${unit}_${half} = fma(vec4f(${weightOf(unit)}), v${half}, s${unit}_${half});`)}
  }`,
)}
  }
  ${storeAll()}
}
`;
}
