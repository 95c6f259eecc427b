/** Which part of a network a frame shows, and how the units of a layer are laid out in it. */
import * as z from 'zod';
import { hiddenWidths, type NetworkSpec } from '../network/spec.js';
import type { Colouring } from './colouring.js';
import { colouringOf, isSpace, type PaletteInput } from './palette.js';

/**
 * - `{ output }`: one output, counted from 1;
 * - `{ layer, unit }`: one unit of a hidden layer, both counted from 1; its value is shown like that of an output;
 * - `{ layer }`: all units of a hidden layer, as a grid.
 *
 * A single output or unit is grey, or in the palette's colours if the palette is a colour map.
 */
export type ShownPart = ShownOutput | ShownLayer;

/** One output. */
export interface ShownOutput {
  /** The output, counted from 1. */
  output: number;
}

/** A hidden layer, or one of its units. */
export interface ShownLayer {
  /** The hidden layer, counted from 1. */
  layer: number;
  /** One of its units, counted from 1; by default all of them, as a grid. */
  unit?: number | undefined;
}

const count = z.int().min(1).max(65536);
/** @internal */
export const shownSchema = z.union([
  z.strictObject({ output: count }),
  z.strictObject({ layer: count, unit: count.optional() }),
]);

/** The smallest cell of a grid, in pixels. */
const LEAST_CELL = 8;

/** Where the units of a layer are in a frame, in pixels. */
export interface UnitGrid {
  columns: number;
  rows: number;
  /** The size of every cell. */
  cell: [width: number, height: number];
  /** The top left corner of a cell. @param index - From 0, row by row. */
  place(index: number): [x: number, y: number];
}

/** Which part of a hidden layer is shown: one unit, or all of them as a grid; undefined for outputs. */
export function hiddenShown(
  shown: ShownPart | undefined,
): { layer: number; unit?: number | undefined } | undefined {
  return shown && 'layer' in shown ? shown : undefined;
}

/** The number of pictures that a frame consists of: the units of a layer that is shown as a grid, otherwise 1. */
export function picturesIn(shown: ShownPart | undefined, network: NetworkSpec): number {
  const hidden = hiddenShown(shown);
  return hidden && hidden.unit === undefined ? Math.ceil(hiddenWidths(network)[hidden.layer - 1]) : 1;
}

/**
 * The grid of `count` cells that fills a frame best: the one whose cells are closest to squares, and among equals, the
 * one with fewer empty cells. Cells are at least a pixel apart, and the grid is centred.
 */
export function unitGrid([width, height]: readonly [number, number], count: number): UnitGrid {
  const gap = Math.max(1, Math.round(Math.min(width, height) / 200));
  const fits = (columns: number): UnitGrid => {
    const rows = Math.ceil(count / columns);
    const side = (length: number, cells: number) => Math.floor((length - gap * (cells - 1)) / cells);
    const cell: [number, number] = [side(width, columns), side(height, rows)];
    const margin = (length: number, cells: number, size: number) =>
      Math.floor((length - cells * size - gap * (cells - 1)) / 2);
    const [left, top] = [margin(width, columns, cell[0]), margin(height, rows, cell[1])];
    return {
      columns,
      rows,
      cell,
      place: (i) => [left + (i % columns) * (cell[0] + gap), top + Math.floor(i / columns) * (cell[1] + gap)],
    };
  };
  const stretch = ({ cell: [w, h] }: UnitGrid) =>
    w > 0 && h > 0 ? Math.abs(Math.log(w / h)) : Number.POSITIVE_INFINITY;
  const spare = ({ columns, rows }: UnitGrid) => columns * rows - count;
  const grids = Array.from({ length: count }, (_, i) => fits(i + 1)).filter(
    ({ columns, rows }) => columns * (rows - 1) < count,
  );
  return grids.reduce((best, grid) => {
    const better = stretch(grid) - stretch(best);
    return better < -1e-9 || (Math.abs(better) <= 1e-9 && spare(grid) < spare(best)) ? grid : best;
  });
}

/** Why a part cannot be shown; undefined if it can. */
export function shownProblem(
  shown: ShownPart,
  network: NetworkSpec,
  size: readonly [number, number],
): { field: string; message: string } | undefined {
  if ('output' in shown) {
    if (shown.output <= network.outputs) return undefined;
    const has = network.outputs === 1 ? 'only one output' : `${network.outputs} outputs`;
    return { field: 'output', message: `is ${shown.output} but the network has ${has}, counted from 1` };
  }
  const widths = hiddenWidths(network).map(Math.ceil);
  const { layer, unit } = shown;
  if (layer > widths.length) {
    const has =
      widths.length === 0
        ? 'the network has no hidden layers: give it more layers'
        : `the network has the hidden layers 1 to ${widths.length}`;
    return { field: 'layer', message: `is ${layer} but ${has}` };
  }
  const units = widths[layer - 1];
  if (unit !== undefined) {
    if (unit <= units) return undefined;
    return { field: 'unit', message: `is ${unit} but layer ${layer} has the units 1 to ${units}` };
  }
  if (Math.min(...unitGrid(size, units).cell) >= LEAST_CELL) return undefined;
  const works = smallestFor(units, size);
  const message = `has ${units} units, but at this size their pictures would be under ${LEAST_CELL} pixels wide or high: make the size at least ${works.join('x')}`;
  return { field: 'layer', message };
}

/** The smallest size of the same shape in which every unit has a cell. */
function smallestFor(units: number, [width, height]: readonly [number, number]): [number, number] {
  const shorter = Math.min(width, height);
  for (let side = shorter + 1; ; side += Math.max(1, Math.round(side / 100))) {
    const even = (length: number) => 2 * Math.ceil((length * side) / shorter / 2);
    const size: [number, number] = [even(width), even(height)];
    if (Math.min(...unitGrid(size, units).cell) >= LEAST_CELL) return size;
  }
}

/** Grey, as a colour map of two colours: interpolation reproduces every value exactly. */
const GREY = Float32Array.of(0, 0, 0, 1, 1, 1);

/** The colouring of a frame: that of its palette, or of the single output or unit that it shows. */
export function colouringShown({
  palette,
  shown,
}: {
  palette: PaletteInput;
  shown?: ShownPart | undefined;
}): Colouring {
  if (!shown) return colouringOf(palette);
  if ('output' in shown) {
    const output = shown.output - 1;
    const colouring = isSpace(palette) ? { table: GREY } : (colouringOf(palette) as { table: typeof GREY });
    return { ...colouring, output };
  }
  const colouring = isSpace(palette) ? 'rgb' : colouringOf(palette);
  return typeof colouring === 'object' ? { ...colouring, output: 0 } : 'rgb';
}
