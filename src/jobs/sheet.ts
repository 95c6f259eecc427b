/** Contact sheets: pictures in rows and columns, each with a label, as one PNG. */
import { dark } from '../core/colours.js';
import { UsageError } from '../core/errors.js';
import { type FrameDescription, MAX_SIDE } from '../core/frame/description.js';
import { noteOf, type Recipe } from '../core/recipe.js';
import { openSink, parseOutput } from '../outputs/index.js';
import { createRenderer, type RendererOptions } from '../renderers/create-renderer.js';
import { VERSION } from '../system/package.js';
import { checkStill, drawAll, type Film, type Progress, progressOf } from './film.js';
import { type Canvas, fitted, Lettering, type Rgb } from './lettering.js';

/** What stands under a picture: its name, and on the right, less loudly, more about it. */
export interface Label {
  name: string;
  more?: string;
}

export interface SheetDesign {
  /** Of each picture, in pixels. */
  size: [width: number, height: number];
  labels: Label[];
  /** By default as many as make the sheet half as wide again as it is high. */
  columns?: number;
  title?: string;
}

/** Where a sheet's pictures come from, in the order of the labels. */
export interface Pictures {
  /** What draws, in a word or two. */
  readonly backend: string;
  /** What draws, and how. To be asked once pictures have been drawn. */
  readonly description: string;
  /** RGBA8, rows from the top; each is valid until the next is asked for. */
  pictures(): AsyncIterable<Uint8Array>;
  /** May be called at any time; what is under way rejects. */
  close(): Promise<void>;
}

export interface SheetOptions {
  /** A .png. */
  output: string;
  /** What the pictures are made of, for the file's metadata. */
  madeOf?: Recipe;
  /** How long the disk may make no progress, in seconds. Defaults to 60. */
  timeout?: number;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** What was made: `frames` counts the pictures. */
export interface SheetFilm extends Film {
  columns: number;
  labels: Label[];
}

/** A sheet's sizes and distances, in pixels. */
interface Layout {
  columns: number;
  width: number;
  height: number;
  /** Of the type. */
  text: number;
  title: number;
  /** The top left corner of a picture. */
  place: (i: number) => [x: number, y: number];
}

/** Pictures of a sweep, or of several. */
export async function picturesOf(frames: FrameDescription[], options: RendererOptions): Promise<Pictures> {
  const renderer = await createRenderer(options);
  return {
    backend: renderer.backend,
    get description() {
      return `${renderer.backend}: ${renderer.description}`;
    },
    pictures: () =>
      drawAll(renderer, (frames as Iterable<FrameDescription, undefined>)[Symbol.iterator](), 'rgba'),
    close: () => renderer.close(),
  };
}

/**
 * Draws a sheet and writes it, or leaves no file. A recipe in it is that of what it shows.
 * @param open - Called when the output is known to be sound. What it gives is closed here.
 * @throws UsageError before anything is drawn, for what cannot be.
 */
export async function writeSheet(
  design: SheetDesign,
  open: () => Promise<Pictures>,
  { output, madeOf, timeout, onProgress, signal }: SheetOptions,
): Promise<SheetFilm> {
  const { labels } = design;
  const layout = layOut(design);
  const { width, height } = layout;
  checkStill(output);
  const started = performance.now();
  const source = await open();
  const stop = () => void source.close();
  signal?.addEventListener('abort', stop);
  try {
    signal?.throwIfAborted();
    const made = { version: VERSION, backend: source.backend };
    const note = madeOf && noteOf({ ...madeOf, made });
    const sink = await openSink(
      undefined,
      parseOutput(output),
      { width, height, fps: 1, frames: 1 },
      { note, timeout },
    );
    try {
      const canvas = blank(layout, design);
      const began = performance.now();
      let drawn = 0;
      for await (const pixels of source.pictures()) {
        put(canvas, pixels, design.size, layout.place(drawn));
        label(canvas, labels[drawn], design, layout, layout.place(drawn));
        drawn++;
        onProgress?.(progressOf(drawn, labels.length, labels.length, began));
      }
      signal?.throwIfAborted();
      await sink.write(canvas.rgba);
      const files = [await sink.finish()];
      const seconds = (performance.now() - started) / 1000;
      const { columns } = layout;
      return { files, frames: drawn, drawn, seconds, renderer: source.description, columns, labels };
    } catch (error) {
      await sink.abort();
      throw error;
    }
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', stop);
    await source.close();
  }
}

/** @throws UsageError for a sheet that is larger than a frame may be. */
export function layOut({ size: [width, height], labels, columns: asked, title }: SheetDesign): Layout {
  const text = Math.max(10, Math.round(Math.sqrt(width * height) / 16));
  const [gap, margin] = [Math.round(1.1 * text), 2 * text];
  const [cellWidth, cellHeight] = [width + gap, height + Math.round(1.9 * text) + gap];
  const titleSize = Math.round(1.6 * text);
  const top = margin + (title ? Math.round(2.2 * titleSize) : 0);
  const sizeWith = (columns: number) => ({
    width: 2 * margin + columns * cellWidth - gap,
    height: top + Math.ceil(labels.length / columns) * cellHeight - gap + margin,
  });
  const columns = asked ?? bestColumns(labels.length, sizeWith);
  const all = sizeWith(columns);
  if (all.width > MAX_SIDE || all.height > MAX_SIDE) {
    throw new UsageError(
      `The sheet would be ${all.width}x${all.height} pixels, and ${MAX_SIDE} a side are the most: take fewer pictures, or a smaller --size.`,
    );
  }
  const place = (i: number): [number, number] => [
    margin + (i % columns) * cellWidth,
    top + Math.floor(i / columns) * cellHeight,
  ];
  return { columns, ...all, text, title: titleSize, place };
}

/** Near 3:2, with few places left empty. */
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

/** Puts a picture in its place, with a hairline round it: some have the sheet's own background. */
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

/** The name begins where the picture does, and what else there is ends where it does, unless the name needs the room. */
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

/** "#0e1016" as numbers. */
function rgbOf(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
