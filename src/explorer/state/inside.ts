/** What a network computes at one point of the picture, in float64. */
import { type Colour, colourOf } from '../../core/frame/colouring.js';
import { inputAt, turned } from '../../core/frame/inputs.js';
import { colouringOf } from '../../core/frame/palette.js';
import { hiddenShown, picturesIn, unitGrid } from '../../core/frame/shown.js';
import { forward, layerValues } from '../../core/network/forward.js';
import type { Network } from '../../core/network/layers.js';
import type { Picture } from './document.js';

/** Larger networks take too long to follow a cursor. */
export const MOST_WEIGHTS = 4e6;

/** A place in a picture: its offset from the view's centre, in input units. */
export interface Place {
  readonly dx: number;
  readonly dy: number;
  /** The unit whose picture is there, counted from 1, if the picture is a grid of a layer's units. */
  readonly unit?: number;
}

/**
 * The place below a pixel of a canvas; undefined between the pictures of a grid.
 * @param size - The canvas's [width, height], in pixels.
 * @param pixel - From its top left corner, in pixels.
 */
export function placeAt(
  { view, shown, network }: Picture,
  size: readonly [number, number],
  pixel: readonly [number, number],
): Place | undefined {
  const hidden = hiddenShown(shown);
  if (!hidden || hidden.unit !== undefined) return placeIn(view.halfWidth, size, pixel);
  const count = picturesIn(shown, network);
  const grid = unitGrid(size, count);
  for (let i = 0; i < count; i++) {
    const [x, y] = grid.place(i);
    const [u, v] = [pixel[0] - x, pixel[1] - y];
    if (u < 0 || v < 0 || u >= grid.cell[0] || v >= grid.cell[1]) continue;
    return { ...placeIn(view.halfWidth, grid.cell, [u, v]), unit: i + 1 };
  }
  return undefined;
}

function placeIn(
  halfWidth: number,
  [width, height]: readonly [number, number],
  [x, y]: readonly [number, number],
): Place {
  const pixel = (2 * halfWidth) / Math.min(width, height);
  return { dx: pixel * (x - width / 2), dy: pixel * (height / 2 - y) };
}

/** What a network computes at a point. */
export interface Inside {
  /** The point's [x, y] on the input plane, before any fold. */
  readonly point: readonly [number, number];
  /** What the network receives. */
  readonly inputs: readonly { readonly name: string; readonly value: number }[];
  /** The values of the hidden layers' units, first layer first. */
  readonly layers: readonly (readonly number[])[];
  /** The Euclidean norm of each hidden layer's values. */
  readonly norms: readonly number[];
  /** From 0 to 1: 1 or 3 numbers. */
  readonly outputs: readonly number[];
  /** What the palette makes of the outputs: red, green and blue, from 0 to 1. */
  readonly colour: Colour;
}

/** @param network - Of the picture, with its weights. */
export function insideAt(picture: Picture, network: Network, { dx, dy }: Place): Inside {
  const { view, palette } = picture;
  const { features } = picture.network;
  const [u, v] = turned(view.rotation, dx, dy);
  const values = inputAt({ ...picture, size: [1, 1], supersample: 1 }, dx, dy);
  const layers = layerValues(network, values);
  const outputs = forward(network, values);
  return {
    point: [view.centre[0] + u, view.centre[1] + v],
    inputs: values.map((value, i) => ({ name: features[i] ?? `x${i + 1}`, value })),
    layers,
    norms: layers.map((layer) => Math.hypot(...layer)),
    outputs,
    colour: colourOf(colouringOf(palette), outputs),
  };
}

/** A cell of a strip: a row for each layer and a column for each unit. Both are counted from 0. */
export interface StripCell {
  readonly layer: number;
  readonly unit: number;
}

/**
 * The cell at a position on a strip.
 * @param widths - The numbers of units of the layers.
 * @param across - From 0 to 1, like `down`.
 */
export function cellAt(widths: readonly number[], across: number, down: number): StripCell {
  const index = (part: number, count: number) => Math.min(count - 1, Math.max(0, Math.floor(part * count)));
  const layer = index(down, widths.length);
  return { layer, unit: index(across, widths[layer]) };
}

/** The cell that an arrow key leads to. A layer's neighbours may have other numbers of units. */
export function cellBeside(widths: readonly number[], { layer, unit }: StripCell, key: string): StripCell {
  const clamped = (i: number, count: number) => Math.min(count - 1, Math.max(0, i));
  const vertical = { ArrowUp: -1, ArrowDown: 1 }[key] ?? 0;
  const horizontal = { ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0;
  const next = clamped(layer + vertical, widths.length);
  return { layer: next, unit: clamped(unit + horizontal, widths[next]) };
}

/**
 * Values for a strip of so many pixels: where there is less than a pixel for each, the mean of those that share one.
 * @param rows - Pixels for the layers, like `columns` for the units of one.
 * @returns One list per row, at most as long as there are layers; each at most as long as its layer has units.
 */
export function decimated(
  layers: readonly (readonly number[])[],
  columns: number,
  rows: number,
): readonly (readonly number[])[] {
  const kept = Math.min(rows, layers.length);
  return Array.from({ length: kept }, (_, row) => {
    const layer = layers[Math.floor((row * layers.length) / kept)];
    if (layer.length <= columns) return layer;
    return Array.from({ length: columns }, (_, column) => {
      const from = Math.floor((column * layer.length) / columns);
      const to = Math.floor(((column + 1) * layer.length) / columns);
      let sum = 0;
      for (let i = from; i < to; i++) sum += layer[i];
      return sum / (to - from);
    });
  });
}

/** The greatest magnitude, for the brightest cells of a strip: at least 1, which bounds most activations. */
export function greatestIn(layers: readonly (readonly number[])[]): number {
  let greatest = 1;
  for (const layer of layers) for (const value of layer) greatest = Math.max(greatest, Math.abs(value));
  return greatest;
}

/** Smaller inputs and values are rounding errors. */
const LEAST = 1e-12;

/** A number with few digits: "0.31", "−12.5", "3.1e9". */
export function shortened(value: number): string {
  if (Math.abs(value) < LEAST) return '0';
  const digits = Number(value.toPrecision(3));
  const isPlain = Math.abs(digits) >= 1e-3 && Math.abs(digits) < 1e5;
  return (isPlain ? String(digits) : digits.toExponential()).replace('-', '−');
}
