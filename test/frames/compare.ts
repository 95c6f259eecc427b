/**
 * Shared by the picture tests: the reference picture, computed with forward() in float64; how far a renderer's bytes
 * are from it; and how far float32 may legitimately be.
 */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { type Colour, colourOf } from '../../src/core/frame/colouring.js';
import { type FrameDescription, type FrameInput, frameSchema } from '../../src/core/frame/description.js';
import { sampleOffsets } from '../../src/core/frame/geometry.js';
import { inputAt } from '../../src/core/frame/inputs.js';
import { colouringShown, hiddenShown, picturesIn, unitGrid } from '../../src/core/frame/shown.js';
import { activationTable, type UnitActivation } from '../../src/core/network/activations.js';
import { forward, unitBrightness } from '../../src/core/network/forward.js';
import type { Layer, Network } from '../../src/core/network/layers.js';
import { buildNetwork } from '../../src/core/network/network.js';

export const frameOf = (input: FrameInput): FrameDescription => frameSchema.parse(input);

/** All pixels, by their index from the top left. */
export const allPixels = ({ size: [width, height] }: FrameDescription): number[] =>
  Array.from({ length: width * height }, (_, i) => i);

/** `count` pixels spread over the frame by the golden ratio: reproducible, and not on a grid. */
export function somePixels({ size: [width, height] }: FrameDescription, count: number): number[] {
  const step = (Math.sqrt(5) - 1) / 2;
  return Array.from({ length: count }, (_, i) => Math.floor(((i * step) % 1) * width * height));
}

/** The network's colours in the frame's palette at the centres of these pixels, before any rounding. */
export function referenceColours(
  frame: FrameDescription,
  pixels = allPixels(frame),
  network?: Network,
  bend?: (x: number) => number,
): Colour[] {
  // The reference is slow, and several renderers are compared with it on the same frames.
  if (!network && !bend) return remembered(references, [frame, pixels], () => compute(frame, pixels));
  return compute(frame, pixels, network, bend);
}

const references = new Map<string, Colour[]>();
const spreads = new Map<string, Colour[]>();

function remembered<T>(known: Map<string, T>, arguments_: unknown, compute: () => T): T {
  const key = createHash('sha1').update(JSON.stringify(arguments_)).digest('base64');
  const result = known.get(key) ?? compute();
  known.set(key, result);
  return result;
}

function compute(
  frame: FrameDescription,
  pixels: readonly number[],
  network = buildNetwork(frame.network),
  bend: (x: number) => number = (x) => x,
): Colour[] {
  const [width] = frame.size;
  const colouring = colouringShown(frame);
  const hidden = hiddenShown(frame.shown);
  const { size, cellAt } = hidden && hidden.unit === undefined ? gridOf(frame) : wholeOf(frame);
  const { x, y } = sampleOffsets({ ...frame, size, supersample: 1 });
  return pixels.map((i): Colour => {
    const cell = cellAt(i % width, Math.floor(i / width));
    if (!cell) return [0, 0, 0];
    const input = inputAt(frame, x[cell.column], y[cell.row]).map(bend);
    if (!hidden) return colourOf(colouring, forward(network, input, frame.levels));
    const unit = (hidden.unit ?? cell.unit) - 1;
    return colourOf(colouring, [unitBrightness(network, input, hidden.layer, frame.levels)[unit]]);
  });
}

interface Cell {
  unit: number;
  column: number;
  row: number;
}

const wholeOf = ({ size }: FrameDescription) => ({
  size,
  cellAt: (column: number, row: number): Cell | undefined => ({ unit: 1, column, row }),
});

/** Where the pixels of a frame are that shows a layer's units as a grid. */
function gridOf({ network, shown, size }: FrameDescription) {
  const count = picturesIn(shown, network);
  const { cell, place } = unitGrid(size, count);
  const cellAt = (column: number, row: number): Cell | undefined => {
    for (let i = 0; i < count; i++) {
      const [left, top] = place(i);
      const [x, y] = [column - left, row - top];
      if (x >= 0 && y >= 0 && x < cell[0] && y < cell[1]) return { unit: i + 1, column: x, row: y };
    }
    return undefined;
  };
  return { size: cell, cellAt };
}

/** The mean of n x n reference samples in linear light, from a picture n times as large. */
export function meanColours(input: FrameInput, n: number): Colour[] {
  const [width, height] = input.size;
  const large = referenceColours(frameOf({ ...input, size: [n * width, n * height] }));
  const light = (x: number) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
  const shown = (l: number) => (l <= 0.0031308 ? 12.92 * l : 1.055 * l ** (1 / 2.4) - 0.055);
  return Array.from({ length: width * height }, (_, pixel): Colour => {
    const sums = [0, 0, 0];
    for (let j = 0; j < n * n; j++) {
      const row = Math.floor(pixel / width) * n + Math.floor(j / n);
      const sample = large[row * n * width + (pixel % width) * n + (j % n)];
      for (const channel of [0, 1, 2]) sums[channel] += light(sample[channel]) / n ** 2;
    }
    return sums.map(shown) as Colour;
  });
}

/** Where a picture is furthest from its reference. */
export interface Furthest {
  /** In steps of 8 bits, from the reference before its rounding: a perfect byte is up to 0.5 away. */
  steps: number;
  /** The same as a share of the tolerance, which determines what counts as furthest. */
  share: number;
  /** The text for a message. */
  text: string;
}

/**
 * Compares RGBA8 with reference colours, and returns the value that uses most of its tolerance.
 * @param tolerance - In steps, for the value at (index into `pixels`, channel).
 * @param spared - This many pixels, those that are furthest off, are left out.
 */
export function furthest(
  rgba: Uint8Array,
  frame: FrameDescription,
  colours: Colour[],
  pixels = allPixels(frame),
  tolerance: (index: number, channel: number) => number = () => 1,
  spared = 0,
): Furthest {
  const found: { index: number; channel: number; steps: number; share: number }[] = [];
  for (const [index, pixel] of pixels.entries()) {
    if (rgba[4 * pixel + 3] !== 255) {
      return { steps: 255, share: Infinity, text: `pixel ${pixel} is not opaque` };
    }
    const channels = [0, 1, 2].map((channel) => {
      const exact = 255 * colours[index][channel];
      // A NaN reference is drawn as black.
      const steps = Math.abs(rgba[4 * pixel + channel] - (Number.isNaN(exact) ? 0 : exact));
      return { index, channel, steps, share: steps / tolerance(index, channel) };
    });
    found.push(channels.reduce((worst, each) => (each.share > worst.share ? each : worst)));
  }
  const worst = found.sort((a, b) => b.share - a.share)[spared];
  if (!worst) return { steps: 0, share: -1, text: 'nothing was compared' };
  const { index, channel, steps, share } = worst;
  const place = `column ${pixels[index] % frame.size[0]}, row ${Math.floor(pixels[index] / frame.size[0])}`;
  const [byte, exact] = [rgba[4 * pixels[index] + channel], (255 * colours[index][channel]).toFixed(4)];
  const allowed = tolerance(index, channel).toFixed(4);
  const text = `furthest at ${place}, channel ${channel}: byte ${byte}, reference ${exact}, ${steps.toFixed(4)} apart, ${allowed} allowed`;
  return { steps, share, text };
}

/**
 * The share of a picture's pixels that may differ by any amount if its network jumps somewhere: there, rounding to
 * float32 decides on which side of the jump a pixel is.
 */
const JUMPING = 0.01;

/** The number of pixels that may differ by any amount: none, unless the network jumps. */
const sparedOf = (frame: FrameDescription, pixels: readonly number[]): number =>
  jumps(frame) ? Math.ceil(JUMPING * pixels.length) : 0;

/** Whether a frame's network is not continuous: because of an activation, or of the angle at the negative x axis. */
export function jumps({ network: { activation, outputActivation, features } }: FrameDescription): boolean {
  const names = (unit: UnitActivation) => (typeof unit === 'string' ? [unit] : [unit.from, unit.to]);
  const layers = [activation].flat();
  const hidden = layers.flatMap((layer) =>
    typeof layer === 'object' && 'perUnit' in layer ? layer.perUnit : names(layer),
  );
  const jumping = [...hidden, ...names(outputActivation)].some((name) => activationTable[name].jumps);
  return jumping || features.includes('angle');
}

/**
 * The effect of float32 on each value, in steps: the largest change in the float64 reference when weights, biases and
 * inputs are off by one float32 ULP (relative 2^-23, with random signs). It is large for networks that amplify rounding
 * errors, such as deep ones with large weights, and close to 0 for calm ones.
 */
export function spread(frame: FrameDescription, pixels: number[], exact: Colour[]): Colour[] {
  const trials = jumps(frame) ? 12 : 3; // few of them move a sample across a jump
  return remembered(spreads, [frame, pixels, trials], () => computeSpread(frame, pixels, exact, trials));
}

function computeSpread(frame: FrameDescription, pixels: number[], exact: Colour[], trials: number): Colour[] {
  const network = buildNetwork(frame.network);
  const largest = exact.map((): Colour => [0, 0, 0]);
  for (let trial = 0; trial < trials; trial++) {
    let state = trial + 1;
    const jitter = (x: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes' generator
      return x * (1 + (state >>> 31 ? 2 ** -23 : -(2 ** -23)));
    };
    const moved = referenceColours(frame, pixels, jittered(network, jitter), jitter);
    for (const [i, colour] of moved.entries()) {
      for (const channel of [0, 1, 2]) {
        const change = 255 * Math.abs(colour[channel] - exact[i][channel]);
        if (change > largest[i][channel]) largest[i][channel] = change;
      }
    }
  }
  return largest;
}

function jittered(network: Network, jitter: (x: number) => number): Network {
  const move = <T extends Layer>(layer: T): T => ({
    ...layer,
    weights: layer.weights.map(jitter),
    biases: layer.biases.map(jitter),
  });
  const { hidden, output, earlier } = network;
  return {
    ...network,
    hidden: hidden.map(move),
    output: move(output),
    ...(earlier && { earlier: { ...earlier, output: move(earlier.output) } }),
  };
}

/** The tolerance is one step plus this many times the spread. See reference.test.ts for how much of it is used. */
export const SPREADS = 8;

/** Where a picture uses most of its tolerance: one step plus the effect of float32. */
export function furthestFromReference(
  rgba: Uint8Array,
  frame: FrameDescription,
  pixels = allPixels(frame),
): Furthest {
  const colours = referenceColours(frame, pixels);
  const spreads = spread(frame, pixels, colours);
  const tolerance = (i: number, channel: number) => 1 + SPREADS * spreads[i][channel];
  return furthest(rgba, frame, colours, pixels, tolerance, sparedOf(frame, pixels));
}

/**
 * Expects a picture to match its reference within one step plus the effect of float32, except for a few pixels if its
 * network jumps.
 */
export function expectReference(rgba: Uint8Array, frame: FrameDescription, pixels = allPixels(frame)): void {
  // Most pictures are within one step. The others' tolerance takes several times as long to compute as the reference.
  const spared = sparedOf(frame, pixels);
  if (furthest(rgba, frame, referenceColours(frame, pixels), pixels, undefined, spared).share <= 1) return;
  const { share, text } = furthestFromReference(rgba, frame, pixels);
  expect(share, text).toBeLessThanOrEqual(1);
}

/** Expects a picture to match its reference within one step, except for a few pixels if its network jumps. */
export function expectWithinOneStep(
  rgba: Uint8Array,
  frame: FrameDescription,
  pixels = allPixels(frame),
): Furthest {
  const spared = sparedOf(frame, pixels);
  const worst = furthest(rgba, frame, referenceColours(frame, pixels), pixels, undefined, spared);
  expect(worst.steps, worst.text).toBeLessThanOrEqual(1);
  return worst;
}

/** The largest difference between two pictures' bytes, in steps. */
export function largestDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

/** A one-layer network whose brightness is a x + c y + b, clipped to [0, 1]. */
export function gradient(a: number, c: number, b: number) {
  return { outputActivation: 'identity' as const, weights: [{ w: [[a, c]], b: [b] }] };
}
