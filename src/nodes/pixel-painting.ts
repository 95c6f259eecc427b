/** A network's picture while it is painted, pixel by pixel. */
import { computed, initial, nodeName, signal } from '@motion-canvas/2d';
import { Color, type SimpleSignal, Vector2 } from '@motion-canvas/core';
import { sampleOffsets } from '../core/frame/geometry.js';
import { turned } from '../core/frame/inputs.js';
import { spiral } from './arrange.js';
import { NetworkField, type NetworkFieldProps } from './network-field.js';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { themeOf } from './theme.js';

/** The props of a NetworkField, and the signals of this node. */
export type PixelPaintingProps = NetworkFieldProps & SignalProps<PixelPainting, NetworkField>;

/** Grid lines and the frame of a pixel are drawn if pixels are at least this large, in the view's pixels. */
const LEAST_CELL = 12;

/**
 * A NetworkField of a few large pixels, which are painted one after another in a spiral from the middle, under a
 * crosshair.
 *
 * @example
 * ```tsx
 * view.add(<PixelPainting ref={painting} size={800} pixels={15} painted={0} crosshair={1} />);
 * yield* painting().painted(225, 6);
 * yield* painting().at(0, 0).to(224, 6);
 * ```
 */
@nodeName('PixelPainting')
export class PixelPainting extends NetworkField {
  /** Number of pixels along the shorter side; null is as many as the film has. @defaultValue null */
  @initial(null)
  @signal()
  declare readonly pixels: SimpleSignal<number | null, this>;

  /** How many pixels are painted. @defaultValue all */
  @initial(Number.POSITIVE_INFINITY)
  @signal()
  declare readonly painted: SimpleSignal<number, this>;

  /**
   * The pixel under the crosshair, from 0 in the order of painting; a fraction is on the way to the next.
   * @defaultValue 0
   */
  @initial(0)
  @signal()
  declare readonly at: SimpleSignal<number, this>;

  /** Opacity of the crosshair. @defaultValue 0 */
  @initial(0)
  @signal()
  declare readonly crosshair: SimpleSignal<number, this>;

  constructor(props: PixelPaintingProps) {
    super({ smoothing: false, ...props });
    warnOfUnknown(this, props, PixelPainting);
  }

  /** The number of pixels of the whole picture. */
  count(): number {
    const [columns, rows] = this.devicePixels();
    return columns * rows;
  }

  /** The input [x, y] at the centre of a pixel. @param index - From 0, in the order of painting. */
  inputOf(index: number): Vector2 {
    const [column, row] = this.order()[index];
    const { x, y } = sampleOffsets({
      size: this.devicePixels(),
      supersample: 1,
      view: { halfWidth: this.halfWidth() },
    });
    return this.centre().add(turned(this.viewRotation(), x[column], y[row]));
  }

  protected override devicePixels(resolution = 1): [number, number] {
    const film = super.devicePixels(resolution);
    const pixels = this.pixels();
    if (pixels === null) return film;
    const shorter = Math.min(...film);
    return film.map((length) => Math.max(1, Math.round((length * pixels) / shorter))) as [number, number];
  }

  protected override draw(context: CanvasRenderingContext2D): void {
    this.drawShape(context);
    const isLarge = this.#cell().width >= LEAST_CELL;
    if (isLarge) this.#drawGrid(context);
    context.save();
    if (this.painted() < this.count()) this.#clipToPainted(context);
    super.draw(context);
    context.restore();
    if (this.crosshair() > 0 && isLarge) this.#drawCrosshair(context);
  }

  /** The pixels in the order of painting. */
  @computed()
  protected order(): [column: number, row: number][] {
    return spiral(...this.devicePixels());
  }

  /** The size of a pixel. */
  #cell(): Vector2 {
    const [columns, rows] = this.devicePixels();
    return this.computedSize().div([columns, rows]);
  }

  /** The top left corner of a cell. */
  #corner([column, row]: [number, number]): Vector2 {
    const { width, height } = this.computedSize();
    return this.#cell()
      .mul([column, row])
      .sub([width / 2, height / 2]);
  }

  #drawGrid(context: CanvasRenderingContext2D): void {
    const [columns, rows] = this.devicePixels();
    const [start, end] = [this.#corner([0, 0]), this.#corner([columns, rows])];
    context.save();
    context.strokeStyle = themeOf(this).colours.line;
    context.globalAlpha *= 0.5;
    context.lineWidth = 0.25 * themeOf(this).stroke;
    context.beginPath();
    for (let column = 1; column < columns; column++) {
      const { x } = this.#corner([column, 0]);
      context.moveTo(x, start.y);
      context.lineTo(x, end.y);
    }
    for (let row = 1; row < rows; row++) {
      const { y } = this.#corner([0, row]);
      context.moveTo(start.x, y);
      context.lineTo(end.x, y);
    }
    context.stroke();
    context.restore();
  }

  #clipToPainted(context: CanvasRenderingContext2D): void {
    const cell = this.#cell();
    context.beginPath();
    for (const place of this.order().slice(0, Math.max(0, Math.floor(this.painted())))) {
      const { x, y } = this.#corner(place);
      context.rect(x, y, cell.width, cell.height);
    }
    context.clip();
  }

  /** Two lines through the pixel, which is left free and framed. */
  #drawCrosshair(context: CanvasRenderingContext2D): void {
    const order = this.order();
    const at = Math.min(order.length - 1, Math.max(0, this.at()));
    const cell = this.#cell();
    const middle = Vector2.lerp(
      this.#corner(order[Math.floor(at)]),
      this.#corner(order[Math.ceil(at)]),
      at % 1,
    ).add(cell.scale(0.5));
    const { width, height } = this.computedSize();
    const { stroke, colours } = themeOf(this);
    const [half, line] = [cell.scale(0.5), 0.45 * stroke];
    context.save();
    context.globalAlpha *= this.crosshair();
    context.beginPath();
    context.rect(middle.x - half.x, middle.y - half.y, cell.width, cell.height);
    for (const side of [-1, 1]) {
      context.moveTo(middle.x + side * half.x, middle.y);
      context.lineTo((side * width) / 2, middle.y);
      context.moveTo(middle.x, middle.y + side * half.y);
      context.lineTo(middle.x, (side * height) / 2);
    }
    for (const [colour, thickness] of [
      [new Color(colours.background).alpha(0.7).css(), 3 * line],
      [colours.ink, line],
    ] as const) {
      context.strokeStyle = colour;
      context.lineWidth = thickness;
      context.stroke();
    }
    context.restore();
  }
}
