/**
 * Draws the plane into a canvas: coarse at once, then sharper. At rest and sharp, nothing is drawn: no animation
 * frames, no timers, idle workers.
 */
import { RenderError, UsageError } from '../../core/errors.js';
import type { FrameDescription } from '../../core/frame/description.js';
import type { FrameRenderer, PartRenderer } from '../../core/frame/renderer.js';
import { shownProblem } from '../../core/frame/shown.js';
import { createRenderer } from '../../renderers/create-renderer.js';
import { DrawingSpeed } from '../../renderers/drawing-speed.js';
import type { Picture } from '../state/document.js';
import { GpuGone, GpuPainter } from './gpu-painter.js';
import { isUnitGrid, type Size } from './grid.js';
import { type Limit, limitOf } from './limits.js';
import type { Motion, Painter, Pass } from './painter.js';
import { isSame } from './same.js';
import { Surface } from './surface.js';
import { Thumbnails } from './thumbnails.js';
import { TiledPainter } from './tiled.js';
import { copier, WholePainter } from './whole.js';

/** A picture that moves, but has not changed for this long, is at rest. In milliseconds. */
const REST_MS = 120;

/** The time for thumbnails after each frame of a picture that keeps changing, in milliseconds. */
const TURN_MS = 8;

/** What a plane shows. */
export interface PlaneStatus {
  /** Whether it is not yet as sharp as it will be. */
  drawing: boolean;
  /** Samples per pixel: 0 if the picture is coarse or stretched. */
  samples: number;
  /** The resolution of a coarse picture, relative to that of the canvas; 0 if the newest picture is not shown yet. */
  scale: number;
  /** Whether the canvas shows a picture, if only an earlier one. */
  shown: boolean;
  /** Why zooming in further shows nothing more. Known at rest. */
  limit?: Limit | undefined;
  /** Why the picture cannot be drawn. */
  error?: Error | undefined;
}

export interface PlaneOptions {
  /** By default the page's own. The plane closes it. */
  renderer?: Promise<FrameRenderer>;
  /** n x n samples per pixel of a picture at rest. @defaultValue 2 */
  samples?: FrameDescription['supersample'];
  /** Called with every change of the status. */
  onChange?: (status: PlaneStatus) => void;
}

/** What the plane draws with, once there is a renderer. */
interface Tools {
  renderer: FrameRenderer;
  thumbnails: Thumbnails;
  /** For pictures whose parts can be drawn by themselves, and for others. */
  painters: { parts: Painter; whole: Painter };
}

export class Plane {
  readonly #onChange: (status: PlaneStatus) => void;
  readonly #samples: FrameDescription['supersample'];
  readonly #speed = new DrawingSpeed();
  readonly #tools: Promise<void>;
  #canvas: HTMLCanvasElement;
  #ready: Tools | undefined;
  #picture: Picture | undefined;
  #size: Size;
  /** Whether show() said that the picture will change. */
  #isMoving = false;
  /** Whether it has not changed for a while all the same. */
  #isResting = true;
  #motion: Motion = 'changing';
  #painter: Painter | undefined;
  #pass: { pass: Pass; controller: AbortController } | undefined;
  #request: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isDrawing = false;
  #isClosed = false;
  /** Whether the newest picture is sharp and at rest, or cannot be drawn. */
  #isSettled = true;
  /** Whether the status says what limits the view. */
  #isJudged = false;
  #status: PlaneStatus = { drawing: false, samples: 0, scale: 0, shown: false };
  /** The status as the page has it. */
  #reported: PlaneStatus = this.#status;
  #waiting: { done: () => void; failed: (error: Error) => void }[] = [];

  /** @param canvas - Its size in pixels is the plane's; resize() changes it. */
  constructor(
    canvas: HTMLCanvasElement,
    { renderer = createRenderer(), samples = 2, onChange = () => {} }: PlaneOptions = {},
  ) {
    this.#canvas = canvas;
    this.#size = [canvas.width, canvas.height];
    this.#samples = samples;
    this.#onChange = onChange;
    this.#tools = renderer.then(async (given) => {
      try {
        this.#ready = this.#equip(given);
      } catch (error) {
        await given.close();
        throw error;
      }
      if (this.#picture) this.#changed();
    });
    this.#tools.catch((error: Error) => this.#fail(error));
  }

  /** The canvas that shows the plane: another one takes its place in the page if a GPU fails. */
  get canvas(): HTMLCanvasElement {
    return this.#canvas;
  }

  get status(): PlaneStatus {
    return this.#status;
  }

  /**
   * Shows a picture, at the next animation frame. The newest one wins; the drawing of earlier ones is cancelled.
   * @param how - `moving`: the next one will follow soon, so that sharpening this one has to wait.
   */
  show(picture: Picture, { moving }: { moving: boolean }): void {
    this.#isMoving = moving;
    if (isSame(picture, this.#picture)) {
      if (!moving) this.#rest();
      return;
    }
    this.#picture = picture;
    this.#changed();
  }

  /** Sets the size of the canvas, in device pixels. */
  resize(width: number, height: number): void {
    const size: Size = [Math.max(1, Math.round(width)), Math.max(1, Math.round(height))];
    if (isSame(size, this.#size)) return;
    this.#size = size;
    if (this.#picture) this.#changed();
  }

  /**
   * Resolves when the newest picture is sharp and at rest, with all of its samples.
   * @throws RenderError if the renderer fails. UsageError if the picture cannot be drawn. Both reject.
   */
  settled(): Promise<void> {
    const { error } = this.#status;
    if (this.#isSettled) return error ? Promise.reject(error) : Promise.resolve();
    return new Promise((done, failed) => this.#waiting.push({ done, failed }));
  }

  /**
   * Draws a small picture with the plane's renderer, whenever the plane itself has nothing to draw.
   * @param signal - Cancels it; the promise then rejects with the reason.
   * @param supersample - n x n samples per pixel.
   */
  async thumbnail(
    picture: Picture,
    width: number,
    height: number,
    signal?: AbortSignal,
    supersample: FrameDescription['supersample'] = 1,
  ): Promise<ImageData> {
    await this.#tools;
    return this.#ready!.thumbnails.add({ ...picture, size: [width, height], supersample }, signal);
  }

  /** Stops all work, and ends the renderer. The canvas keeps what it shows. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const error = new RenderError('The plane was closed.');
    if (this.#request !== undefined) cancelAnimationFrame(this.#request);
    clearTimeout(this.#timer);
    this.#pass?.controller.abort(error);
    for (const { failed } of this.#waiting.splice(0)) failed(error);
    await this.#tools.catch(() => {}); // if there is no renderer, none needs to be closed
    const tools = this.#ready;
    tools?.thumbnails.close(error);
    tools?.painters.parts.close();
    await tools?.renderer.close();
  }

  #equip(renderer: FrameRenderer & Partial<PartRenderer>): Tools {
    const thumbnails = new Thumbnails(renderer, this.#speed);
    if (renderer.present) {
      const painter = new GpuPainter(renderer, this.#canvas, this.#samples);
      return { renderer, thumbnails, painters: { parts: painter, whole: painter } };
    }
    const screen = this.#canvas.getContext('2d', { alpha: false });
    if (!screen)
      throw new RenderError('The canvas has a context of another kind: give the plane a new canvas.');
    const whole = new WholePainter(this.#canvas, copier(renderer, screen), this.#speed, this.#samples);
    const parts =
      renderer.renderParts && renderer.threads
        ? new TiledPainter(
            renderer as PartRenderer,
            new Surface(this.#canvas, screen),
            this.#speed,
            this.#samples,
          )
        : whole;
    return { renderer, thumbnails, painters: { parts, whole } };
  }

  /** The GPU has failed: goes on with the CPU, on a new canvas, since this one belongs to WebGPU. */
  async #leaveGpu(): Promise<void> {
    const { renderer, thumbnails } = this.#ready!;
    const cpu = await createRenderer({ backend: 'cpu' });
    if (this.#isClosed) {
      await cpu.close();
      return;
    }
    const canvas = this.#canvas.cloneNode() as HTMLCanvasElement;
    this.#canvas.replaceWith(canvas);
    this.#canvas = canvas;
    thumbnails.close(new RenderError('The GPU failed: try again.'));
    this.#ready = this.#equip(cpu);
    this.#painter = undefined;
    this.#changed();
    await renderer.close();
  }

  /** Looks at the newest picture at the next animation frame, however often it changes until then. */
  #changed(): void {
    if (this.#isClosed) return;
    this.#isSettled = false;
    this.#request ??= requestAnimationFrame(() => this.#apply());
  }

  #apply(): void {
    this.#request = undefined;
    const tools = this.#ready;
    const picture = this.#picture;
    if (!tools || !picture) return;
    const problem = picture.shown && shownProblem(picture.shown, picture.network, this.#size);
    if (problem) {
      this.#fail(new UsageError(`shown.${problem.field} ${problem.message}.`));
      return;
    }
    this.#isJudged = false;
    this.#status = { ...this.#status, error: undefined, limit: undefined };
    const painter = tools.painters[isUnitGrid(picture) ? 'whole' : 'parts'];
    if (painter !== this.#painter) painter.forget();
    this.#painter = painter;
    this.#motion = painter.apply(picture, this.#size) ? 'moving' : 'changing';
    this.#isResting = !this.#isMoving;
    clearTimeout(this.#timer);
    if (!this.#pass?.pass.isCoarse) this.#pass?.controller.abort();
    void this.#draw();
  }

  /** The picture does not change any more. */
  #rest(): void {
    if (this.#isResting) return;
    clearTimeout(this.#timer);
    this.#isResting = true;
    if (this.#request === undefined && this.#ready) void this.#draw();
  }

  /** Draws pass after pass, each for what is newest then. */
  async #draw(): Promise<void> {
    if (this.#isDrawing) return; // whatever has changed, the next pass is about it
    this.#isDrawing = true;
    try {
      while (await this.#step());
    } catch (error) {
      this.#fail(error as Error);
    } finally {
      this.#isDrawing = false;
    }
  }

  /** Draws the next pass. Returns whether there may be more to do. */
  async #step(): Promise<boolean> {
    if (this.#isClosed || !this.#painter || this.#status.error) return false; // or it waits for another picture
    const { thumbnails } = this.#ready!;
    const pass = this.#painter.next(this.#isResting ? 'rest' : this.#motion);
    if (pass) {
      thumbnails.pause();
      this.#report(true);
      await this.#run(pass);
      if (this.#isMoving && this.#motion === 'changing') await thumbnails.takeTurn(TURN_MS);
      return true;
    }
    if (!this.#isResting) {
      this.#report(true);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#rest(), REST_MS);
      thumbnails.resume();
      return false;
    }
    if (!this.#isJudged) {
      await this.#run({ isCoarse: false, draw: (signal) => this.#judge(signal) });
      return true;
    }
    if (this.#request !== undefined) return false; // the newest picture is not this one
    this.#isSettled = true;
    this.#report(false);
    for (const { done } of this.#waiting.splice(0)) done();
    thumbnails.resume();
    return false;
  }

  async #run(pass: Pass): Promise<void> {
    const controller = new AbortController();
    this.#pass = { pass, controller };
    try {
      await pass.draw(controller.signal);
      this.#status = { ...this.#status, shown: true };
    } catch (error) {
      if (error instanceof GpuGone) await this.#leaveGpu();
      else if (!controller.signal.aborted) throw error;
    } finally {
      this.#pass = undefined;
    }
  }

  /** Finds out whether zooming in further would show anything. */
  async #judge(signal: AbortSignal): Promise<void> {
    const frame = { ...this.#picture!, size: [...this.#size] as [number, number], supersample: 1 as const };
    const limit = isUnitGrid(frame) ? undefined : await limitOf(frame, this.#ready!.renderer, signal);
    signal.throwIfAborted();
    this.#isJudged = true;
    this.#status = { ...this.#status, limit };
  }

  #report(drawing: boolean): void {
    const sharpness = this.#painter?.sharpness ?? 0;
    const samples = Math.floor(sharpness) ** 2;
    this.#become({ ...this.#status, drawing, samples, scale: Math.min(1, sharpness) });
  }

  #fail(error: Error): void {
    if (this.#isClosed) return;
    this.#isSettled = true;
    this.#become({ ...this.#status, drawing: false, error });
    for (const { failed } of this.#waiting.splice(0)) failed(error);
  }

  #become(status: PlaneStatus): void {
    const isNew = !isSame(status, this.#reported);
    this.#status = status;
    if (!isNew) return;
    this.#reported = status;
    this.#onChange(status);
  }
}
