/** Draws text on pictures, in the typeface that ships with the package, so that the letters are the same everywhere. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { create, type Font, type GlyphRun } from 'fontkit';

/** RGBA8, rows from the top. */
export interface Canvas {
  width: number;
  height: number;
  rgba: Uint8Array;
}

export type Rgb = readonly [red: number, green: number, blue: number];

type Point = [x: number, y: number];

/** Sample rows per pixel. Along a row, coverage is computed exactly. */
const SUBROWS = 8;
/** Line segments per curve: at the sizes of labels, they are within a fiftieth of a pixel of the curve. */
const PIECES = 6;

let inter: Font | undefined;

function font(): Font {
  const file = fileURLToPath(new URL('../../fonts/inter-latin.woff2', import.meta.url));
  inter ??= create(readFileSync(file)) as Font;
  return inter;
}

/** Typeset text: its width and its outlines. */
export class Lettering {
  /** In pixels. */
  readonly width: number;
  readonly #run: GlyphRun;
  readonly #scale: number;

  /** @param size - The font size, in pixels. */
  constructor(text: string, size: number) {
    this.#run = font().layout(text);
    this.#scale = size / font().unitsPerEm;
    this.width = this.#run.advanceWidth * this.#scale;
  }

  /** Draws the text. @param x - Where it begins. @param y - Its baseline. */
  draw(canvas: Canvas, x: number, y: number, colour: Rgb): void {
    let pen = x;
    for (const [i, glyph] of this.#run.glyphs.entries()) {
      const { xAdvance, xOffset, yOffset } = this.#run.positions[i];
      const at = ([gx, gy]: Point): Point => [
        pen + (gx + xOffset) * this.#scale,
        y - (gy + yOffset) * this.#scale,
      ];
      fill(canvas, outlines(glyph.path.commands, at), colour);
      pen += xAdvance * this.#scale;
    }
  }
}

/** Shortens a text with an ellipsis to fit a width in pixels; undefined if not even one letter fits. */
export function fitted(text: string, size: number, width: number): Lettering | undefined {
  const whole = new Lettering(text, size);
  if (whole.width <= width) return whole;
  const letters = [...text];
  for (let count = letters.length - 1; count > 0; count--) {
    const cut = new Lettering(`${letters.slice(0, count).join('').trimEnd()}…`, size);
    if (cut.width <= width) return cut;
  }
  return undefined;
}

/** An outline as closed polygons. TrueType outlines, such as Inter's, have lines and quadratic curves. */
function outlines(
  commands: GlyphRun['glyphs'][number]['path']['commands'],
  at: (point: Point) => Point,
): Point[][] {
  const polygons: Point[][] = [];
  for (const { command, args } of commands) {
    const polygon = polygons[polygons.length - 1];
    if (command === 'moveTo') polygons.push([at([args[0], args[1]])]);
    else if (command === 'lineTo') polygon.push(at([args[0], args[1]]));
    else if (command === 'quadraticCurveTo') {
      const [[x0, y0], [x1, y1], [x2, y2]] = [
        polygon[polygon.length - 1],
        at([args[0], args[1]]),
        at([args[2], args[3]]),
      ];
      for (let i = 1; i <= PIECES; i++) {
        const [u, v] = [i / PIECES, 1 - i / PIECES];
        polygon.push([v * v * x0 + 2 * u * v * x1 + u * u * x2, v * v * y0 + 2 * u * v * y1 + u * u * y2]);
      }
    }
  }
  return polygons;
}

/** Fills polygons by TrueType's nonzero winding rule. */
function fill(canvas: Canvas, polygons: Point[][], colour: Rgb): void {
  const edges = polygons.flatMap((polygon) =>
    polygon.map((start, i) => ({ start, end: polygon[(i + 1) % polygon.length] })),
  );
  const ys = edges.map(({ start }) => start[1]);
  const first = Math.max(0, Math.floor(Math.min(...ys)));
  const last = Math.min(canvas.height - 1, Math.floor(Math.max(...ys)));
  const coverage = new Float64Array(canvas.width);
  for (let row = first; row <= last; row++) {
    coverage.fill(0);
    for (let sub = 0; sub < SUBROWS; sub++) {
      const y = row + (sub + 0.5) / SUBROWS;
      const crossings = edges
        .filter(({ start, end }) => start[1] <= y !== end[1] <= y)
        .map(({ start, end }) => ({
          x: start[0] + ((y - start[1]) / (end[1] - start[1])) * (end[0] - start[0]),
          turn: end[1] > start[1] ? 1 : -1,
        }))
        .sort((a, b) => a.x - b.x);
      let turns = 0;
      for (const [i, { x, turn }] of crossings.entries()) {
        turns += turn;
        if (turns !== 0) cover(coverage, x, crossings[i + 1].x, 1 / SUBROWS);
      }
    }
    blend(canvas, row, coverage, colour);
  }
}

/** Adds a horizontal span to the coverage of each pixel in a row. */
function cover(coverage: Float64Array, from: number, to: number, share: number): void {
  const [start, end] = [Math.max(0, from), Math.min(coverage.length, to)];
  for (let x = Math.floor(start); x < end; x++) {
    coverage[x] += share * (Math.min(end, x + 1) - Math.max(start, x));
  }
}

function blend({ width, rgba }: Canvas, row: number, coverage: Float64Array, colour: Rgb): void {
  for (let x = 0; x < width; x++) {
    const share = Math.min(1, coverage[x]);
    if (share === 0) continue;
    const at = 4 * (row * width + x);
    for (let channel = 0; channel < 3; channel++) {
      rgba[at + channel] = Math.round((1 - share) * rgba[at + channel] + share * colour[channel]);
    }
  }
}
