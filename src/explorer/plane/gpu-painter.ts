/**
 * Paints the plane on a GPU, straight onto a canvas. Every frame is drawn anew: for a GPU that is faster than reusing
 * pixels. While the picture moves, frames have as many pixels as the GPU has time for; at rest they get sharper.
 */
import type { FrameDescription } from '../../core/frame/description.js';
import type { FrameRenderer, WebGpuCanvas } from '../../core/frame/renderer.js';
import type { Picture } from '../state/document.js';

/** The time for a frame while the picture moves, in milliseconds: half of a screen's 60 frames a second. */
const MOVING_MS = 8;
/** Shorter times are below the resolution of some pages' clocks. In milliseconds. */
const LEAST_MS = 1;
/** A moving frame has at least this part of the canvas's pixels along each side. */
const LEAST_SCALE = 1 / 12;

/** A canvas whose size the painter sets. */
export interface PaintedCanvas extends WebGpuCanvas {
  width: number;
  height: number;
}

/** How the canvas's picture was drawn. */
export interface Painted {
  /** Pixels computed per pixel of the canvas, along each side. */
  readonly scale: number;
  /** Samples per pixel: 0 while its pixels are stretched, then 1, then 4. */
  readonly samples: number;
}

export interface GpuPainterOptions {
  /** Called after each frame. */
  onPaint?(painted: Painted): void;
  /**
   * Called once if it cannot paint any more: without an error if the CPU has taken over. The canvas cannot have another
   * context, so the caller needs another canvas.
   */
  onEnd?(error?: Error): void;
}

/** One frame of the way to a sharp picture. */
interface Pass extends Painted {
  readonly size: [number, number];
  /** Whether it takes about as long as a moving picture's frames may. */
  readonly isQuick: boolean;
}

export class GpuPainter {
  readonly #present: NonNullable<FrameRenderer['present']>;
  readonly #canvas: PaintedCanvas;
  readonly #options: GpuPainterOptions;
  #wanted: { picture: Picture; moving: boolean } | undefined;
  #painted: { picture: Picture; pass: Pass } | undefined;
  #size: [number, number];
  #drawing: { pass: Pass; controller: AbortController } | undefined;
  #loop: Promise<void> | undefined;
  /** Milliseconds per sample, as measured last; until then, only the coarsest frame is quick enough for certain. */
  #cost = Number.POSITIVE_INFINITY;
  #isOver = false;

  /** @param renderer - Must have `present`. Closing it is the caller's business. */
  constructor(
    renderer: Pick<FrameRenderer, 'present'>,
    canvas: PaintedCanvas,
    options: GpuPainterOptions = {},
  ) {
    const { present } = renderer;
    if (!present) throw new TypeError('This renderer cannot show frames on a canvas: use its render().');
    this.#present = present.bind(renderer);
    this.#canvas = canvas;
    this.#size = [canvas.width, canvas.height];
    this.#options = options;
  }

  /** Paints a picture. The newest wins, but while pictures move, a frame is finished before the next is begun. */
  show(picture: Picture, { moving }: { moving: boolean }): void {
    this.#wanted = { picture, moving };
    this.#update();
  }

  /** Gives the canvas another size, in pixels. */
  resize(width: number, height: number): void {
    if (width === this.#size[0] && height === this.#size[1]) return;
    this.#size = [width, height];
    this.#update();
  }

  /** Resolves when the newest picture is as sharp as it gets, or nothing can be painted. */
  async settled(): Promise<void> {
    await this.#loop;
  }

  /** Stops painting. */
  close(): void {
    this.#isOver = true;
    this.#drawing?.controller.abort();
  }

  #update(): void {
    // If each change replaced the frame being drawn, none would ever be there.
    if (this.#drawing && !this.#drawing.pass.isQuick) this.#drawing.controller.abort();
    this.#loop ??= this.#paint().finally(() => {
      this.#loop = undefined;
    });
  }

  async #paint(): Promise<void> {
    for (let pass = this.#next(); pass && !this.#isOver; pass = this.#next()) {
      const { picture } = this.#wanted!;
      try {
        if (!(await this.#draw(picture, pass))) return this.#end();
      } catch (error) {
        if (!this.#drawing?.controller.signal.aborted) return this.#end(error as Error);
        continue;
      } finally {
        this.#drawing = undefined;
      }
      this.#painted = { picture, pass };
      this.#options.onPaint?.(pass);
    }
  }

  /** @returns Whether the renderer still presents. */
  async #draw(picture: Picture, pass: Pass): Promise<boolean> {
    const [width, height] = this.#size;
    // Even the same size would clear the canvas.
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    const controller = new AbortController();
    this.#drawing = { pass, controller };
    const supersample: FrameDescription['supersample'] = pass.samples === 4 ? 2 : 1;
    const started = performance.now();
    const frame = { ...picture, size: pass.size, supersample };
    const isPainted = await this.#present(frame, this.#canvas, controller.signal);
    this.#cost =
      Math.max(LEAST_MS, performance.now() - started) / (pass.size[0] * pass.size[1] * supersample ** 2);
    return isPainted;
  }

  /** The next frame to draw; undefined if the canvas has the picture that is wanted. */
  #next(): Pass | undefined {
    if (!this.#wanted) return undefined;
    const { picture, moving } = this.#wanted;
    const size = this.#size;
    if (size[0] === 0 || size[1] === 0) return undefined;
    const isThere =
      this.#painted?.picture === picture && this.#canvas.width === size[0] && this.#canvas.height === size[1];
    const there = isThere ? this.#painted!.pass : undefined;
    if (!there) return this.#firstPass(size);
    if (moving || there.samples === 4) return undefined;
    return { size, scale: 1, samples: there.samples === 0 ? 1 : 4, isQuick: false };
  }

  /** The sharpest frame that takes about as long as a moving picture's frames may. */
  #firstPass(size: [number, number]): Pass {
    const affordable = Math.sqrt(MOVING_MS / (this.#cost * size[0] * size[1]));
    if (affordable >= 1) return { size, scale: 1, samples: 1, isQuick: true };
    const scale = Math.max(LEAST_SCALE, affordable);
    const part = (pixels: number) => Math.max(1, Math.round(pixels * scale));
    return { size: [part(size[0]), part(size[1])], scale, samples: 0, isQuick: true };
  }

  #end(error?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onEnd?.(error);
  }
}
