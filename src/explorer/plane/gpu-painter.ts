/**
 * Paints the plane on a GPU, straight onto a canvas. Every frame is drawn anew: for a GPU that is faster than finding
 * out which pixels could be reused. A picture that changes has as many pixels as the GPU has time for.
 */
import type { FrameDescription } from '../../core/frame/description.js';
import type { FrameRenderer, WebGpuCanvas } from '../../core/frame/renderer.js';
import type { Picture } from '../state/document.js';

/** The time for the first frame after a change, in milliseconds: half of one at 60 frames a second. */
const QUICK_MS = 8;
/** Shorter times are below the resolution of some pages' clocks. In milliseconds. */
const LEAST_MS = 1;
/** Such a frame has at least this part of the canvas's pixels along each side. */
const LEAST_SCALE = 1 / 12;

/** A canvas whose size the painter sets. */
export interface PaintedCanvas extends WebGpuCanvas {
  width: number;
  height: number;
}

/** One step towards a sharp picture. */
export interface GpuPass {
  /** Whether this is the first frame after a change, which is finished even if it is outdated. */
  isCoarse: boolean;
  /**
   * Draws and shows it; rejects if it is cancelled.
   * @throws GpuGone if the CPU has taken over.
   */
  draw(signal: AbortSignal): Promise<void>;
}

/** The renderer no longer draws on a GPU. The canvas cannot have another context, so the CPU needs another canvas. */
export class GpuGone extends Error {
  override readonly name = 'GpuGone';
}

export class GpuPainter {
  readonly #present: NonNullable<FrameRenderer['present']>;
  readonly #canvas: PaintedCanvas;
  readonly #samples: FrameDescription['supersample'];
  #picture: Picture | undefined;
  #size: readonly [number, number] = [0, 0];
  /** What the canvas shows: see `sharpness`. */
  #painted: { picture: Picture; size: readonly [number, number]; sharpness: number } | undefined;
  /** Milliseconds per sample, as measured last. Before that, only the smallest frame is certainly quick. */
  #cost = Number.POSITIVE_INFINITY;

  /**
   * @param renderer - Must have `present`. The caller closes it.
   * @param samples - n x n samples per pixel at rest.
   */
  constructor(
    renderer: Pick<FrameRenderer, 'present'>,
    canvas: PaintedCanvas,
    samples: FrameDescription['supersample'] = 2,
  ) {
    if (!renderer.present)
      throw new TypeError('This renderer cannot show frames on a canvas: use its render().');
    this.#present = renderer.present.bind(renderer);
    this.#canvas = canvas;
    this.#samples = samples;
  }

  /** Samples per pixel along each side; 0 if the canvas shows another picture. */
  get sharpness(): number {
    const { picture, size, sharpness } = this.#painted ?? {};
    const isWanted = picture === this.#picture && size?.[0] === this.#size[0] && size?.[1] === this.#size[1];
    return isWanted ? (sharpness ?? 0) : 0;
  }

  /**
   * Takes the newest picture.
   * @param size - That of the canvas, in pixels.
   * @returns Whether pixels were kept: never.
   */
  apply(picture: Picture, size: readonly [number, number]): boolean {
    this.#picture = picture;
    this.#size = size;
    return false;
  }

  /** The next pass for the picture at rest, or in motion; undefined if there is none. */
  next(motion: 'changing' | 'moving' | 'rest'): GpuPass | undefined {
    const { sharpness } = this;
    if (!this.#picture || this.#size.includes(0)) return undefined;
    if (sharpness === 0) return this.#pass(this.#quickScale(), true);
    if (motion !== 'rest' || sharpness === this.#samples) return undefined;
    return this.#pass(sharpness < 1 ? 1 : this.#samples, false);
  }

  /** Forgets what the canvas shows: something else has drawn on it. */
  forget(): void {
    this.#painted = undefined;
  }

  close(): void {
    this.#picture = undefined;
  }

  /** The sharpness, up to 1, of a frame that is quick. */
  #quickScale(): number {
    const affordable = QUICK_MS / (this.#cost * this.#size[0] * this.#size[1]);
    return Math.min(1, Math.max(LEAST_SCALE, Math.sqrt(affordable)));
  }

  #pass(sharpness: number, isCoarse: boolean): GpuPass {
    const picture = this.#picture!;
    const size = this.#size;
    const scale = Math.min(1, sharpness);
    const [width, height] = size.map((side) => Math.max(1, Math.round(side * scale)));
    const supersample = sharpness > 1 ? this.#samples : 1;
    const draw = async (signal: AbortSignal) => {
      const canvas = this.#canvas;
      // Setting even the same size would clear the canvas.
      if (canvas.width !== size[0]) canvas.width = size[0];
      if (canvas.height !== size[1]) canvas.height = size[1];
      const started = performance.now();
      const frame = { ...picture, size: [width, height] as [number, number], supersample };
      if (!(await this.#present(frame, canvas, signal))) throw new GpuGone('The CPU has taken over.');
      const took = Math.max(LEAST_MS, performance.now() - started);
      this.#cost = took / (width * height * supersample ** 2);
      this.#painted = { picture, size, sharpness };
    };
    return { isCoarse, draw };
  }
}
