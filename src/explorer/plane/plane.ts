/** Draws the plane into a canvas. (An interim version without reuse; the branch `plane` replaces it.) */
import type { FrameRenderer } from '../../core/frame/renderer.js';
import { createRenderer } from '../../renderers/create-renderer.js';
import type { Picture } from '../state/document.js';

export interface PlaneStatus {
  drawing: boolean;
  samples: number;
  scale: number;
  limit?: 'smooth' | 'grainy';
}

export interface PlaneOptions {
  renderer?: Promise<FrameRenderer>;
  onChange?: (status: PlaneStatus) => void;
}

export class Plane {
  status: PlaneStatus = { drawing: false, samples: 0, scale: 0 };
  readonly #renderer: Promise<FrameRenderer>;
  #newest = 0;
  #work: Promise<void> = Promise.resolve();
  #picture: Picture | undefined;
  #moving = false;

  constructor(
    readonly canvas: HTMLCanvasElement,
    readonly options: PlaneOptions = {},
  ) {
    this.#renderer = options.renderer ?? createRenderer();
  }

  show(picture: Picture, { moving }: { moving: boolean }): void {
    this.#picture = picture;
    this.#moving = moving;
    const mine = ++this.#newest;
    this.#work = this.#work.then(() => this.#draw(picture, mine)).catch(() => {});
  }

  async #draw(picture: Picture, mine: number): Promise<void> {
    if (mine !== this.#newest) return;
    for (const scale of this.#moving ? [8] : [8, 2, 1]) {
      const { width, height } = this.canvas;
      const size: [number, number] = [
        Math.max(1, Math.ceil(width / scale)),
        Math.max(1, Math.ceil(height / scale)),
      ];
      this.#report({ drawing: true, samples: 0, scale: 1 / scale });
      const rgba = await (await this.#renderer).render({ ...picture, size, supersample: 1 });
      if (mine !== this.#newest && scale !== 8) return;
      const small = new OffscreenCanvas(size[0], size[1]);
      small.getContext('2d')!.putImageData(new ImageData(new Uint8ClampedArray(rgba), size[0]), 0, 0);
      this.canvas.getContext('2d')!.drawImage(small, 0, 0, width, height);
    }
    this.#report({ drawing: false, samples: 1, scale: 1 });
  }

  #report(status: PlaneStatus): void {
    this.status = status;
    this.options.onChange?.(status);
  }

  resize(width: number, height: number): void {
    this.canvas.width = width;
    this.canvas.height = height;
    if (this.#picture) this.show(this.#picture, { moving: this.#moving });
  }

  async thumbnail(picture: Picture, width: number, height: number, signal?: AbortSignal): Promise<ImageData> {
    const frame = { ...picture, size: [width, height] as [number, number], supersample: 1 as const };
    const rgba = await (await this.#renderer).render(frame, undefined, undefined, signal);
    return new ImageData(new Uint8ClampedArray(rgba), width);
  }

  settled(): Promise<void> {
    return this.#work;
  }

  async close(): Promise<void> {
    this.#newest++;
    await (await this.#renderer).close();
  }
}
