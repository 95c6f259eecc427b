/** Small pictures for other parts of the page, drawn one after another while the plane has nothing to draw. */
import type { FrameDescription } from '../../core/frame/description.js';
import type { Part } from '../../core/frame/geometry.js';
import type { FrameRenderer, PartRenderer } from '../../core/frame/renderer.js';
import { BLOCK } from '../../renderers/cpu/adaptive.js';
import { type DrawingSpeed, workOf } from '../../renderers/drawing-speed.js';
import { adaptiveOf } from '../../renderers/smoothness.js';
import { isUnitGrid } from './grid.js';
import { tilesOf } from './tiles.js';

/** The time that one thread takes for a part of one, in milliseconds. */
const TILE_MS = 4;

interface Job {
  frame: FrameDescription;
  image: ImageData;
  /** What is left to draw. */
  tiles: Set<Part>;
  signal: AbortSignal | undefined;
  done: (image: ImageData) => void;
  failed: (error: unknown) => void;
}

export class Thumbnails {
  readonly #renderer: FrameRenderer & Partial<PartRenderer>;
  readonly #speed: DrawingSpeed;
  #jobs: Job[] = [];
  #drawing: AbortController | undefined;
  #isPaused = false;

  constructor(renderer: FrameRenderer & Partial<PartRenderer>, speed: DrawingSpeed) {
    this.#renderer = renderer;
    this.#speed = speed;
  }

  /** Draws a frame. @param signal - Cancels it; the promise then rejects with the reason. */
  add(asked: FrameDescription, signal?: AbortSignal): Promise<ImageData> {
    const frame: FrameDescription = { ...asked, evaluation: 'adaptive' };
    const step = adaptiveOf(frame) ? BLOCK : 1;
    const [width, height] = frame.size;
    const pixels =
      (this.#speed.workIn(TILE_MS) * width * height) / workOf(frame) / (this.#renderer.threads ?? 1);
    const tiles = new Set(tilesOf([{ x: 0, y: 0, width, height }], pixels, step));
    return new Promise((done, failed) => {
      if (signal?.aborted) return failed(signal.reason);
      const job: Job = { frame, image: new ImageData(width, height), tiles, signal, done, failed };
      signal?.addEventListener('abort', () => this.#cancel(job), { once: true });
      this.#jobs.push(job);
      void this.#draw();
    });
  }

  /** Stops until resume(): the plane has something to draw. */
  pause(): void {
    this.#isPaused = true;
    this.#drawing?.abort();
  }

  resume(): void {
    this.#isPaused = false;
    void this.#draw();
  }

  /** Draws for this long, in milliseconds, although the plane has more to draw. */
  async takeTurn(milliseconds: number): Promise<void> {
    if (this.#jobs.length === 0) return;
    this.resume();
    await new Promise((done) => setTimeout(done, milliseconds));
    this.pause();
  }

  /** Fails those that are not finished. */
  close(error: Error): void {
    this.pause();
    for (const { failed } of this.#jobs) failed(error);
    this.#jobs = [];
  }

  #cancel(job: Job): void {
    if (!this.#jobs.includes(job)) return;
    if (this.#jobs[0] === job) this.#drawing?.abort();
    this.#end(job);
    job.failed(job.signal!.reason);
  }

  #end(job: Job): void {
    this.#jobs = this.#jobs.filter((other) => other !== job);
  }

  async #draw(): Promise<void> {
    if (this.#drawing) return;
    while (!this.#isPaused && this.#jobs.length > 0) {
      const [job] = this.#jobs;
      const controller = new AbortController();
      this.#drawing = controller;
      try {
        await this.#step(job, controller.signal);
        this.#end(job);
        job.done(job.image);
      } catch (error) {
        // If the plane interrupted it, it goes on later with what is left.
        if (!controller.signal.aborted) {
          this.#end(job);
          job.failed(error);
        }
      }
    }
    this.#drawing = undefined;
  }

  async #step({ frame, image, tiles }: Job, signal: AbortSignal): Promise<void> {
    if (!this.#renderer.renderParts || isUnitGrid(frame)) {
      image.data.set(await this.#renderer.render(frame, undefined, undefined, signal));
      return;
    }
    const drawn = (tile: Part, rgba: Uint8Array) => {
      tiles.delete(tile);
      for (let row = 0; row < tile.height; row++) {
        const line = rgba.subarray(4 * row * tile.width, 4 * (row + 1) * tile.width);
        image.data.set(line, 4 * ((tile.y + row) * image.width + tile.x));
      }
    };
    await this.#renderer.renderParts(frame, [...tiles], drawn, signal);
  }
}
