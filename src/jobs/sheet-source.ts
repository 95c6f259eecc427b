/** A contact sheet as a source of one frame. */
import { createHash, randomUUID } from 'node:crypto';
import { UsageError } from '../core/errors.js';
import type { FrameDescription } from '../core/frame/description.js';
import type { FrameRenderer } from '../core/frame/renderer.js';
import { drawAhead } from '../sources/draw-ahead.js';
import type { FrameSource } from '../sources/source.js';
import { codeDigest } from '../system/version.js';
import { Sheet, type SheetDesign } from './sheet-layout.js';

/** Draws the pictures of a sheet's cells, in order. */
export interface Cells {
  readonly backend: string;
  readonly arithmetic: string;
  /** The browser that draws, and its fonts: see FrameSource. */
  readonly browser?: string | undefined;
  readonly fonts?: string | undefined;
  /** What draws, as text for messages. Final once pictures have been drawn. */
  readonly description: string;
  /** A text that is the same for equal pictures; undefined if that cannot be known before they are drawn. */
  readonly text: string | undefined;
  /** RGBA8, rows from the top; each is valid until the next is requested. */
  pictures(): AsyncIterable<Uint8Array>;
  /** May be called at any time, and more than once; pictures in progress reject. */
  close(): Promise<void>;
}

/** @param onCell - Called after each cell, with the number drawn so far and the time when the first was begun. */
export function sheetSource(
  design: SheetDesign,
  cells: Cells,
  onCell?: (drawn: number, began: number) => void,
): FrameSource {
  const sheet = new Sheet(design);
  const { width, height } = sheet.layout;
  return {
    shape: { width, height, fps: 1, frames: 1, pixels: 'rgba' },
    firstFrame: 0,
    every: 1,
    backend: cells.backend,
    arithmetic: cells.arithmetic,
    browser: cells.browser,
    fonts: cells.fonts,
    get description() {
      return cells.description;
    },
    fingerprintsOf() {
      const { backend, arithmetic, text = randomUUID() } = cells;
      const all = JSON.stringify([codeDigest(), backend, arithmetic, design, text]);
      return [createHash('sha256').update(all).digest('hex')];
    },
    async *frames() {
      let drawn = 0;
      const began = performance.now();
      for await (const pixels of cells.pictures()) {
        sheet.add(pixels);
        onCell?.(++drawn, began);
      }
      yield sheet.rgba;
    },
    close: () => cells.close(),
  };
}

/** Cells that a renderer draws. @param release - Called with whether the renderer is idle. */
export function frameCells(
  frames: readonly FrameDescription[],
  renderer: FrameRenderer,
  release: (idle: boolean) => Promise<void>,
): Cells {
  const texts = frames.map((frame) => JSON.stringify(frame));
  let drawing = false;
  return {
    backend: renderer.backend,
    arithmetic: renderer.arithmetic,
    get description() {
      return `${renderer.backend}: ${renderer.description}`;
    },
    text: texts.join(),
    async *pictures() {
      const requested = frames.map((frame, i) => ({ frame, text: texts[i] }));
      drawing = true;
      yield* drawAhead(
        renderer,
        requested.values() as Iterator<(typeof requested)[number], undefined>,
        'rgba',
      );
      drawing = false;
    },
    close: () => release(!drawing),
  };
}

/**
 * Cells of several composed scenes. Only one scene is open at a time.
 * @param scenes - How to open each. @param frames - Which frames of each, in order.
 * @throws UsageError, when drawn, for a frame that a scene does not have.
 */
export async function sceneCells(
  scenes: readonly (() => Promise<FrameSource>)[],
  frames: readonly number[],
): Promise<Cells> {
  let source = await scenes[0]();
  const { backend, arithmetic, browser, fonts } = source;
  return {
    backend,
    arithmetic,
    browser,
    fonts,
    get description() {
      return source.description;
    },
    text: undefined,
    async *pictures() {
      for (const [i, open] of scenes.entries()) {
        if (i > 0) source = await open();
        const { frames: count } = source.shape;
        const missing = frames.find((frame) => frame >= count);
        if (missing !== undefined) throw noFrame(missing, count, 'film');
        yield* source.frames(frames.map((frame) => [frame, frame] as const));
        await source.close();
      }
    },
    close: () => source.close(),
  };
}

/** @param what - What has the frames: "sweep". */
export function noFrame(frame: number, frames: number, what: string): UsageError {
  return new UsageError(`There is no frame ${frame}: the ${what} has 0-${frames - 1}.`);
}
