/**
 * Paints whole frames of grids of units, whose layout depends on their size, so that nothing can be reused; and all
 * pictures if a renderer draws nothing else.
 */
import type { FrameDescription } from '../../core/frame/description.js';
import type { FrameRenderer } from '../../core/frame/renderer.js';
import { hiddenShown, picturesIn, unitGrid } from '../../core/frame/shown.js';
import { type DrawingSpeed, workOf } from '../../renderers/drawing-speed.js';
import type { Picture } from '../state/document.js';
import type { Size } from './grid.js';
import { coarseScale, type Motion, type Painter, type Pass, type Samples } from './painter.js';
import { isSame } from './same.js';

/** Puts a frame on the canvas, stretched to its size. */
export type Shower = (frame: FrameDescription, signal: AbortSignal) => Promise<void>;

/** A coarse picture is not drawn again unless it could be this many times as sharp. */
const WORTHWHILE = 1.5;
/** The least side of a unit's picture in a coarse grid, in pixels. */
const LEAST_CELL = 4;

export class WholePainter implements Painter {
  readonly #canvas: HTMLCanvasElement;
  readonly #show: Shower;
  readonly #speed: DrawingSpeed;
  readonly #samples: Samples;
  #picture: Picture | undefined;
  #size: Size = [1, 1];
  #number = 0;
  sharpness = 0;

  /** @param samples - n x n samples per pixel at rest. */
  constructor(canvas: HTMLCanvasElement, show: Shower, speed: DrawingSpeed, samples: Samples = 2) {
    this.#canvas = canvas;
    this.#show = show;
    this.#speed = speed;
    this.#samples = samples;
  }

  apply(picture: Picture, size: Size): boolean {
    const isKept = isSame(picture, this.#picture) && isSame(size, this.#size);
    this.#picture = picture;
    this.#size = size;
    if (!isKept) {
      this.#number++;
      this.sharpness = 0;
    }
    return false;
  }

  next(motion: Motion): Pass | undefined {
    const scale = this.#coarsest(coarseScale(this.#speed, workOf(this.#frame(1, 1))));
    if (this.sharpness < scale / WORTHWHILE) return this.#pass(scale, 1, true);
    if (motion !== 'rest' || this.sharpness >= this.#samples) return undefined;
    return this.#pass(1, this.sharpness < 1 ? 1 : this.#samples, false);
  }

  forget(): void {
    this.#picture = undefined;
  }

  close(): void {}

  #pass(scale: number, samples: Samples, isCoarse: boolean): Pass {
    const number = this.#number;
    const frame = this.#frame(scale, samples);
    const [width, height] = this.#size;
    const draw = async (signal: AbortSignal) => {
      const before = performance.now();
      // Only now, since a canvas that gets another size is empty.
      if (this.#canvas.width !== width) this.#canvas.width = width;
      if (this.#canvas.height !== height) this.#canvas.height = height;
      await this.#show(frame, signal);
      this.#speed.note(workOf(frame), performance.now() - before);
      if (number === this.#number) this.sharpness = Math.min(1, scale) * samples;
    };
    return { isCoarse, draw };
  }

  #frame(scale: number, supersample: Samples): FrameDescription {
    const [width, height] = this.#size.map((side) => Math.max(1, Math.ceil(side * scale)));
    return { ...this.#picture!, size: [width, height], supersample };
  }

  /** This scale, or a larger one at which a grid's cells have enough pixels. */
  #coarsest(scale: number): number {
    const { shown, network } = this.#picture!;
    const part = hiddenShown(shown);
    if (!part || part.unit !== undefined) return scale;
    const count = picturesIn(shown, network);
    let larger = scale;
    while (larger < 1 && Math.min(...unitGrid(this.#frame(larger, 1).size, count).cell) < LEAST_CELL)
      larger *= 2;
    return Math.min(1, larger);
  }
}

/** Draws with a renderer, and copies the pixels to a canvas. */
export function copier(renderer: FrameRenderer, screen: CanvasRenderingContext2D): Shower {
  return async (frame, signal) => {
    const [width, height] = frame.size;
    const rgba = await renderer.render(frame, undefined, undefined, signal);
    const bytes = new Uint8ClampedArray(rgba.buffer as ArrayBuffer, rgba.byteOffset, rgba.length);
    const { canvas } = screen;
    if (canvas.width === width && canvas.height === height) {
      screen.putImageData(new ImageData(bytes, width, height), 0, 0);
      return;
    }
    const small = new OffscreenCanvas(width, height);
    small.getContext('2d', { alpha: false })!.putImageData(new ImageData(bytes, width, height), 0, 0);
    screen.drawImage(small, 0, 0, canvas.width, canvas.height);
  };
}
