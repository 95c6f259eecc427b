/** Lays out contact sheets: labelled pictures in rows and columns, as one picture. */

import { dark } from '../core/colours.js';
import { UsageError } from '../core/errors.js';
import { MAX_SIDE } from '../core/frame/description.js';
import { type Canvas, fitted, Lettering, type Rgb } from './lettering.js';

/** The caption of a cell: its name, and on the right, less prominent, further details. */
export interface Label {
  name: string;
  more?: string;
}

export interface SheetDesign {
  /** The size of each cell's picture, in pixels. */
  size: [width: number, height: number];
  /** One for each cell. */
  labels: Label[];
  /** By default chosen to give the sheet an aspect ratio of about 3:2. */
  columns?: number;
  title?: string;
}

/** A sheet's dimensions, in pixels. */
export interface Layout {
  columns: number;
  width: number;
  height: number;
  /** Font sizes. */
  text: number;
  title: number;
  /** The top left corner of a cell's picture. */
  cornerOf: (i: number) => [x: number, y: number];
}

/** A sheet, cell by cell. */
export class Sheet {
  readonly layout: Layout;
  private readonly canvas: Canvas;
  private filled = 0;

  constructor(private readonly design: SheetDesign) {
    this.layout = layOut(design);
    this.canvas = blank(this.layout, design);
  }

  /** RGBA8, rows from the top. */
  get rgba(): Uint8Array {
    return this.canvas.rgba;
  }

  /** Fills the next cell. @param pixels - RGBA8, of the design's size. */
  add(pixels: Uint8Array): void {
    const { design, layout, canvas } = this;
    const corner = layout.cornerOf(this.filled);
    put(canvas, pixels, design.size, corner);
    label(canvas, design.labels[this.filled], design, layout, corner);
    this.filled++;
  }
}

/** Lays out a sheet. @throws UsageError if it is larger than the maximum frame. */
export function layOut({ size: [width, height], labels, columns: given, title }: SheetDesign): Layout {
  const text = Math.max(10, Math.round(Math.sqrt(width * height) / 16));
  const [gap, margin] = [Math.round(1.1 * text), 2 * text];
  const [cellWidth, cellHeight] = [width + gap, height + Math.round(1.9 * text) + gap];
  const titleSize = Math.round(1.6 * text);
  const top = margin + (title ? Math.round(2.2 * titleSize) : 0);
  const sizeWith = (columns: number) => ({
    width: 2 * margin + columns * cellWidth - gap,
    height: top + Math.ceil(labels.length / columns) * cellHeight - gap + margin,
  });
  const columns = given ?? bestColumns(labels.length, sizeWith);
  const all = sizeWith(columns);
  if (all.width > MAX_SIDE || all.height > MAX_SIDE) {
    throw new UsageError(
      `The sheet would be ${all.width}x${all.height} pixels, but a side may have at most ${MAX_SIDE}: use fewer pictures or a smaller --size.`,
    );
  }
  const cornerOf = (i: number): [number, number] => [
    margin + (i % columns) * cellWidth,
    top + Math.floor(i / columns) * cellHeight,
  ];
  return { columns, ...all, text, title: titleSize, cornerOf };
}

/** The number of columns for an aspect ratio near 3:2 and few empty cells. */
function bestColumns(
  count: number,
  sizeWith: (columns: number) => { width: number; height: number },
): number {
  let [best, least] = [1, Number.POSITIVE_INFINITY];
  for (let columns = 1; columns <= count; columns++) {
    const { width, height } = sizeWith(columns);
    const empty = (columns - (count % columns)) % columns;
    const cost = Math.abs(Math.log(width / height / 1.5)) + (2 * empty) / count;
    if (cost < least) [best, least] = [columns, cost];
  }
  return best;
}

const BACKGROUND = rgbOf(dark.background);
const INK = rgbOf(dark.ink);
const QUIET = rgbOf(dark.quiet);
const LINE = rgbOf(dark.line);

function blank({ width, height, title: size, text }: Layout, { title }: SheetDesign): Canvas {
  const canvas = { width, height, rgba: new Uint8Array(4 * width * height) };
  const [red, green, blue] = BACKGROUND;
  for (let at = 0; at < canvas.rgba.length; at += 4) canvas.rgba.set([red, green, blue, 255], at);
  const margin = 2 * text;
  if (title) fitted(title, size, width - 2 * margin)?.draw(canvas, margin, margin + size, INK);
  return canvas;
}

/** Draws a picture with a thin border, since its edge may have the sheet's background colour. */
function put(
  canvas: Canvas,
  pixels: Uint8Array,
  [width, height]: [number, number],
  [x, y]: [number, number],
): void {
  const line = Uint8Array.from({ length: 4 * (width + 2) }, (_, i) => [...LINE, 255][i % 4]);
  for (let row = -1; row <= height; row++) {
    const start = 4 * ((y + row) * canvas.width + x);
    canvas.rgba.set(line, start - 4);
    if (row < 0 || row === height) continue;
    canvas.rgba.set(pixels.subarray(4 * width * row, 4 * width * (row + 1)), start);
  }
}

/** Draws the name, aligned left, and the details, aligned right. These are left out if the name needs the room. */
function label(
  canvas: Canvas,
  { name, more }: Label,
  { size }: SheetDesign,
  { text }: Layout,
  [x, y]: [number, number],
): void {
  const [width, height] = size;
  const base = y + height + Math.round(1.4 * text);
  const first = fitted(name, text, width);
  first?.draw(canvas, x, base, INK);
  const second = more ? new Lettering(more, text) : undefined;
  if (second && (first?.width ?? 0) + text / 2 + second.width <= width) {
    second.draw(canvas, x + width - second.width, base, QUIET);
  }
}

/** Parses a colour such as "#0e1016". */
function rgbOf(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
