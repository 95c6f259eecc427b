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
import { colouringOf } from '../../src/core/frame/palette.js';
import { forward } from '../../src/core/network/forward.js';
import { buildNetwork, type Layer, type Network } from '../../src/core/network/network.js';

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
  const { x, y } = sampleOffsets({ ...frame, supersample: 1 });
  const colouring = colouringOf(frame.palette);
  return pixels.map((i) => {
    const input = inputAt(frame, x[i % frame.size[0]], y[Math.floor(i / frame.size[0])]).map(bend);
    return colourOf(colouring, forward(network, input));
  });
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
 */
export function furthest(
  rgba: Uint8Array,
  frame: FrameDescription,
  colours: Colour[],
  pixels = allPixels(frame),
  tolerance: (index: number, channel: number) => number = () => 1,
): Furthest {
  let worst: Furthest = { steps: 0, share: -1, text: 'nothing was compared' };
  for (const [index, pixel] of pixels.entries()) {
    for (let channel = 0; channel < 3; channel++) {
      const byte = rgba[4 * pixel + channel];
      const exact = 255 * colours[index][channel];
      // A NaN reference is drawn as black.
      const steps = Math.abs(byte - (Number.isNaN(exact) ? 0 : exact));
      const allowed = tolerance(index, channel);
      if (steps / allowed <= worst.share) continue;
      const place = `column ${pixel % frame.size[0]}, row ${Math.floor(pixel / frame.size[0])}`;
      const text = `furthest at ${place}, channel ${channel}: byte ${byte}, reference ${exact.toFixed(4)}, ${steps.toFixed(4)} apart, ${allowed.toFixed(4)} allowed`;
      worst = { steps, share: steps / allowed, text };
    }
    if (rgba[4 * pixel + 3] !== 255) {
      return { steps: 255, share: Infinity, text: `pixel ${pixel} is not opaque` };
    }
  }
  return worst;
}

/**
 * The effect of float32 on each value, in steps: the largest change in the float64 reference when weights, biases and
 * inputs are off by one float32 ULP (relative 2^-23, with random signs). It is large for networks that amplify rounding
 * errors, such as deep ones with large weights, and close to 0 for calm ones.
 */
export function spread(frame: FrameDescription, pixels: number[], exact: Colour[], trials = 3): Colour[] {
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

/** Expects a picture to match its reference within one step plus the effect of float32. */
export function expectReference(
  rgba: Uint8Array,
  frame: FrameDescription,
  pixels = allPixels(frame),
): Furthest {
  const colours = referenceColours(frame, pixels);
  const spreads = spread(frame, pixels, colours);
  const worst = furthest(rgba, frame, colours, pixels, (i, channel) => 1 + SPREADS * spreads[i][channel]);
  expect(worst.share, worst.text).toBeLessThanOrEqual(1);
  return worst;
}

/** Expects a picture to match its reference within one step everywhere. */
export function expectWithinOneStep(
  rgba: Uint8Array,
  frame: FrameDescription,
  pixels = allPixels(frame),
): Furthest {
  const worst = furthest(rgba, frame, referenceColours(frame, pixels), pixels);
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
