/** What a canvas shows, as frames of a film. */
import type { PixelFormat } from '../../../core/frame/pixels.js';
import { type ByteOrder, Converter } from './convert.js';

/** How a canvas's pixels lie in a VideoFrame made of it, by the name of that. */
const ORDERS: Partial<Record<VideoPixelFormat, ByteOrder>> = { BGRX: 'bgr', RGBX: 'rgb' };

/** A frame, and the one before it, as uint32. */
interface Reading {
  now: Uint32Array<ArrayBuffer>;
  before?: Uint32Array<ArrayBuffer>;
}

/**
 * Reads frames off one canvas, one after another. What read() gave is valid until the next but one is read.
 *
 * A VideoFrame gives a canvas's own pixels into an array of ours: 0.7 ms for 1080p, where getImageData takes 9 and
 * leaves 8 MB behind each time, on which the garbage collector then spent as much work again as drawing took (measured).
 */
export class FrameReader {
  #converter: Converter | undefined;
  #room = 0;
  #before: Uint32Array<ArrayBuffer> | undefined;

  /** @param transparent - Whether the canvas has pixels that are not opaque, and these are wanted as they are. */
  constructor(
    private readonly format: PixelFormat,
    private readonly transparent = false,
  ) {}

  async read(context: CanvasRenderingContext2D): Promise<Reading> {
    const now = this.transparent ? dataOf(context) : await this.#convert(context);
    const before = this.#before;
    this.#before = now;
    return { now, before };
  }

  async #convert(context: CanvasRenderingContext2D): Promise<Uint32Array<ArrayBuffer>> {
    const { canvas } = context;
    const frame = new VideoFrame(canvas, { timestamp: 0, alpha: 'discard' });
    try {
      const order = ORDERS[frame.format!];
      this.#converter ??= new Converter([canvas.width, canvas.height], this.format, order ?? 'rgb', 2);
      if (order) await frame.copyTo(this.#converter.pixels);
      else this.#converter.pixels.set(new Uint8Array(dataOf(context).buffer)); // a canvas that a GPU keeps for itself
    } finally {
      frame.close();
    }
    this.#room = 1 - this.#room;
    return this.#converter.convert(this.#room);
  }
}

/** As it is before anybody follows who reads pixels (trace.ts): this is not the scene's doing. */
const { getImageData } = CanvasRenderingContext2D.prototype;

/** RGBA8. */
function dataOf(context: CanvasRenderingContext2D): Uint32Array<ArrayBuffer> {
  const { width, height } = context.canvas;
  return new Uint32Array(getImageData.call(context, 0, 0, width, height).data.buffer);
}
