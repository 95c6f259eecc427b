/** Reads a canvas's pixels as frames of a film. */
import type { PixelFormat } from '../../../core/frame/pixels.js';
import { type ByteOrder, type Converted, Converter } from './convert.js';

/** The byte order of a VideoFrame's pixels, by its format. */
const ORDERS: Partial<Record<VideoPixelFormat, ByteOrder>> = { BGRX: 'bgr', RGBX: 'rgb' };

/**
 * Reads successive frames from one canvas.
 *
 * A VideoFrame copies a canvas's pixels into our own array in 0.7 ms for 1080p. getImageData takes 9 ms and allocates
 * 8 MB each time, whose garbage collection took as much time again as drawing (measured).
 */
export class FrameReader {
  #converter: Converter | undefined;
  #translucent = false;

  /**
   * @param transparent - Whether to keep the alpha channel.
   * @param deband - Whether to dither gradients: see deband.ts.
   */
  constructor(
    private readonly format: PixelFormat,
    private readonly transparent = false,
    private readonly deband = false,
  ) {}

  /**
   * @param complete - Paints what is below the picture. It changes nothing if the picture is opaque, as most are, and
   * takes 1.3 ms for 1080p. So it is called only if it has to be, or had to be for an earlier frame.
   */
  async read(context: CanvasRenderingContext2D, complete: () => void): Promise<Converted> {
    if (this.#translucent) complete();
    const converter = await this.#copy(context);
    if (!converter.compare() && !this.transparent && !this.#translucent) {
      this.#translucent = true;
      complete();
      await this.#copy(context);
      converter.compare();
    }
    return converter.convert();
  }

  /** Copies the canvas's pixels. */
  async #copy(context: CanvasRenderingContext2D): Promise<Converter> {
    const { canvas } = context;
    const size = [canvas.width, canvas.height] as const;
    if (this.transparent) {
      this.#converter ??= new Converter(size, this.format, 'rgb');
      this.#converter.pixels.set(dataOf(context));
      return this.#converter;
    }
    const frame = new VideoFrame(canvas, { timestamp: 0, alpha: 'discard' });
    try {
      const order = ORDERS[frame.format!];
      this.#converter ??= new Converter(size, this.format, order ?? 'rgb', this.deband);
      if (order) await frame.copyTo(this.#converter.pixels);
      else this.#converter.pixels.set(dataOf(context)); // the canvas is in GPU memory
      return this.#converter;
    } finally {
      frame.close();
    }
  }
}

/** The original method, since trace.ts records calls of the method: our own reads are not the scene's. */
const { getImageData } = CanvasRenderingContext2D.prototype;

/** The canvas's pixels as RGBA8. */
function dataOf(context: CanvasRenderingContext2D): Uint8ClampedArray {
  const { width, height } = context.canvas;
  return getImageData.call(context, 0, 0, width, height).data;
}
