/** The pixels of a picture and of a margin around it, and the canvas that shows them. */
import type { Part } from '../../core/frame/geometry.js';
import { type Mapping, overlapOf, type Size } from './grid.js';

export class Surface {
  readonly #canvas: HTMLCanvasElement;
  readonly #screen: CanvasRenderingContext2D;
  /** What has been drawn, within `#extent`; and a second one to copy it to. */
  #store = layerOf(1, 1);
  #spare = layerOf(1, 1);
  #scratch = layerOf(1, 1);
  #extent: Part = { x: 0, y: 0, width: 1, height: 1 };
  /** What the canvas shows, in the same pixels. */
  #window: Part = { x: 0, y: 0, width: 1, height: 1 };

  constructor(canvas: HTMLCanvasElement, screen: CanvasRenderingContext2D) {
    this.#canvas = canvas;
    this.#screen = screen;
  }

  /** Sets the canvas's size, in pixels. Clears it if that is another one: show() must follow. */
  resize([width, height]: Size): void {
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
  }

  /** Keeps another part of the same grid. */
  cover(extent: Part): void {
    const { x, y, width, height } = this.#extent;
    if (extent.x === x && extent.y === y && extent.width === width && extent.height === height) return;
    this.#redraw(extent, { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 });
  }

  /** Stretches the pixels to another grid, of which a part is kept from now on. */
  stretch(mapping: Mapping, extent: Part): void {
    this.#redraw(extent, mapping);
  }

  /** Shows a part of the grid on the canvas. */
  show(window: Part): void {
    this.#window = window;
    this.#present(window);
  }

  /** Shows what has been painted in these parts. */
  refresh(parts: readonly Part[]): void {
    for (const part of parts) {
      const visible = overlapOf(part, this.#window);
      if (visible) this.#present(visible);
    }
  }

  /**
   * Paints pixels, stretched.
   * @param part - Where they are in their own grid.
   * @param mapping - From there to this one.
   * @param clip - The parts of this grid that may change.
   */
  paint(image: ImageData, part: Part, mapping: Mapping, clip: readonly Part[]): void {
    if (clip.length === 0) return;
    const { context } = this.#store;
    const [left, top] = [mapping.e - this.#extent.x, mapping.f - this.#extent.y];
    const isWhole = mapping.a === 1 && mapping.b === 0 && Number.isInteger(left) && Number.isInteger(top);
    if (isWhole) {
      for (const { x, y, width, height } of clip) {
        // The rectangle of the image that is written, relative to the image's corner.
        const [u, v] = [x - mapping.e - part.x, y - mapping.f - part.y];
        context.putImageData(image, left + part.x, top + part.y, u, v, width, height);
      }
      return;
    }
    this.#scratch = fitting(this.#scratch, image.width, image.height);
    this.#scratch.context.putImageData(image, 0, 0);
    context.save();
    context.beginPath();
    for (const { x, y, width, height } of clip) {
      context.rect(x - this.#extent.x, y - this.#extent.y, width, height);
    }
    context.clip();
    context.setTransform(mapping.a, mapping.b, mapping.c, mapping.d, left, top);
    const { width, height } = image;
    context.drawImage(this.#scratch.canvas, 0, 0, width, height, part.x, part.y, width, height);
    context.restore();
  }

  /** Releases the memory of its pixels; the canvas stays as it is. */
  close(): void {
    for (const { canvas } of [this.#store, this.#spare, this.#scratch]) {
      canvas.width = 1;
      canvas.height = 1;
    }
  }

  #present({ x, y, width, height }: Part): void {
    const [left, top] = [x - this.#extent.x, y - this.#extent.y];
    const [right, bottom] = [x - this.#window.x, y - this.#window.y];
    this.#screen.drawImage(this.#store.canvas, left, top, width, height, right, bottom, width, height);
  }

  #redraw(extent: Part, { a, b, c, d, e, f }: Mapping): void {
    const { width, height } = this.#extent;
    this.#spare = fitting(this.#spare, extent.width, extent.height, true);
    const { context } = this.#spare;
    // Where nothing has been drawn, pixels of the old picture are a better guess than black, for a moment.
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.#store.canvas, 0, 0);
    const { x, y } = this.#extent;
    const [left, top] = [a * x + c * y + e - extent.x, b * x + d * y + f - extent.y];
    context.setTransform(a, b, c, d, left, top);
    context.drawImage(this.#store.canvas, 0, 0, width, height, 0, 0, width, height);
    context.setTransform(1, 0, 0, 1, 0, 0);
    [this.#store, this.#spare] = [this.#spare, this.#store];
    this.#extent = extent;
  }
}

interface Layer {
  canvas: OffscreenCanvas;
  context: OffscreenCanvasRenderingContext2D;
}

function layerOf(width: number, height: number): Layer {
  const canvas = new OffscreenCanvas(width, height);
  return { canvas, context: canvas.getContext('2d', { alpha: false })! };
}

/** A layer of at least this size, or of exactly this size; the same one if it is. */
function fitting(layer: Layer, width: number, height: number, exactly = false): Layer {
  const { canvas } = layer;
  const isLarge = canvas.width >= width && canvas.height >= height;
  if (exactly ? canvas.width === width && canvas.height === height : isLarge) return layer;
  return layerOf(width, height);
}
