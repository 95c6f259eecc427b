/** A coordinate plane to draw curves on. */
import { initial, nodeName, Rect, type RectProps, resolveCanvasStyle, signal } from '@motion-canvas/2d';
import {
  type BBox,
  DependencyContext,
  type PossibleColor,
  type SimpleSignal,
  Vector2,
} from '@motion-canvas/core';
import { scaleLinear } from 'd3-scale';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { canvasFont, FONT_FAMILY, loadFont, themeOf } from './theme.js';

/** The props of any Rect, the signals of this node, and how it writes numbers. */
export type AxesProps = RectProps &
  SignalProps<Axes, Rect> & {
    /** The label of a tick on the x axis, such as `(power) => `${10 ** power}`` for powers of ten. */
    writeX?: (tick: number) => string;
    /** The label of a tick on the y axis. */
    writeY?: (tick: number) => string;
  };

/** Maps numbers to positions on an axis, in pixels, and back. */
export interface Scale {
  /** The position of a value, in pixels. */
  (value: number): number;
  /** The value at a position, in pixels. */
  invert(position: number): number;
  /** About `count` round numbers on the axis, 10 by default. */
  ticks(count?: number): number[];
  /** A function that formats those numbers, as d3-scale's tickFormat does. */
  tickFormat(count?: number, specifier?: string): (value: number) => string;
}

/** Whether the typeface has loaded. Until then, frames with labels wait for it. */
let fontLoaded = false;

/**
 * Two axes with ticks and grid lines. The node's size is the size of the plane; tick labels are outside it, below and
 * to the left, and the names of the axes at their ends (`planeIn` leaves room for both). Add curves as children.
 * `stroke` and `lineWidth` style the lines and default to the theme's.
 *
 * @example
 * ```tsx
 * view.add(
 *   <Axes size={[800, 500]} domainX={[-6, 6]} domainY={[0, 1]}>
 *     <Curve graph={'sigmoid'} stroke={'orange'} lineWidth={8} />
 *   </Axes>,
 * );
 * ```
 */
@nodeName('Axes')
export class Axes extends Rect {
  /** The values of x at the left and right edges. @defaultValue [-4, 4] */
  @initial([-4, 4])
  @signal()
  declare readonly domainX: SimpleSignal<[number, number], this>;

  /** The values of y at the bottom and top edges. @defaultValue [-1, 1] */
  @initial([-1, 1])
  @signal()
  declare readonly domainY: SimpleSignal<[number, number], this>;

  /** The approximate number of ticks on the x axis, placed at round numbers; 0 draws none. @defaultValue 5 */
  @initial(5)
  @signal()
  declare readonly ticksX: SimpleSignal<number, this>;

  /** The approximate number of ticks on the y axis, placed at round numbers; 0 draws none. @defaultValue 3 */
  @initial(3)
  @signal()
  declare readonly ticksY: SimpleSignal<number, this>;

  /** What x is. It stands at the right end of the axis, in place of the labels there. @defaultValue '' */
  @initial('')
  @signal()
  declare readonly nameX: SimpleSignal<string, this>;

  /** What y is. It stands above the axis. @defaultValue '' */
  @initial('')
  @signal()
  declare readonly nameY: SimpleSignal<string, this>;

  /** Font size of labels and names in pixels; 0 draws none. @defaultValue the theme's `small` */
  @signal()
  declare readonly labelSize: SimpleSignal<number, this>;

  /** Colour of labels and names. @defaultValue the theme's `quiet` colour */
  @signal()
  declare readonly labelColour: SimpleSignal<PossibleColor, this>;

  readonly #write: { x?: (tick: number) => string; y?: (tick: number) => string };

  constructor({ writeX, writeY, ...props }: AxesProps) {
    super(props);
    warnOfUnknown(this, props, Axes);
    this.#write = { x: writeX, y: writeY };
  }

  protected getDefaultLabelSize(): number {
    return themeOf(this).small;
  }

  protected getDefaultLabelColour(): string {
    return themeOf(this).colours.quiet;
  }

  protected getDefaultStroke(): string {
    return themeOf(this).colours.line;
  }

  protected getDefaultLineWidth(): number {
    return 0.4 * themeOf(this).stroke;
  }

  /** The scales from x and y to pixels from the centre of this node. */
  scales(): { x: Scale; y: Scale } {
    const { width, height } = this.computedSize();
    return {
      x: scaleLinear(this.domainX(), [-width / 2, width / 2]),
      y: scaleLinear(this.domainY(), [height / 2, -height / 2]),
    };
  }

  /** The position of the point (x, y), in pixels from the centre of this node. */
  toLocal(x: number, y: number): Vector2 {
    const scales = this.scales();
    return new Vector2(scales.x(x), scales.y(y));
  }

  /** The plane with its labels, for example while the node fades in. */
  protected override getCacheBBox(): BBox {
    return super.getCacheBBox().expand(5 * this.labelSize());
  }

  protected override draw(context: CanvasRenderingContext2D): void {
    if (this.labelSize() > 0 && !fontLoaded && this.#font() === FONT_FAMILY) {
      const loaded = loadFont().catch(() => {}); // if it fails, the labels use a fallback font
      DependencyContext.collectPromise(loaded.then(() => (fontLoaded = true)));
    }
    this.#drawLines(context);
    this.#drawLabels(context);
    this.drawChildren(context);
  }

  /** The typeface of the labels: the node's own, if it has been set, or the theme's. */
  #font(): string {
    return this.fontFamily.isInitial() ? themeOf(this).font : this.fontFamily();
  }

  #drawLines(context: CanvasRenderingContext2D): void {
    const { width, height } = this.computedSize();
    const { x, y } = this.scales();
    const line = (from: [number, number], to: [number, number], strength: number) => {
      context.save();
      context.globalAlpha *= strength;
      context.beginPath();
      context.moveTo(...from);
      context.lineTo(...to);
      context.stroke();
      context.restore();
    };
    context.save();
    context.strokeStyle = resolveCanvasStyle(this.stroke(), context);
    context.lineWidth = this.lineWidth();
    for (const tick of x.ticks(this.ticksX())) {
      line([x(tick), -height / 2], [x(tick), height / 2], tick === 0 ? 1 : 0.45);
    }
    for (const tick of y.ticks(this.ticksY())) {
      line([-width / 2, y(tick)], [width / 2, y(tick)], tick === 0 ? 1 : 0.45);
    }
    context.restore();
  }

  #drawLabels(context: CanvasRenderingContext2D): void {
    const size = this.labelSize();
    if (size <= 0) return;
    const { width, height } = this.computedSize();
    const { x, y } = this.scales();
    const { x: writeX = x.tickFormat(this.ticksX()), y: writeY = y.tickFormat(this.ticksY()) } = this.#write;
    const [left, right, top, bottom] = [-width / 2, width / 2, -height / 2, height / 2];
    context.save();
    context.font = canvasFont(size, 400, this.#font());
    context.fillStyle = this.labelColour().toString();
    context.textBaseline = 'top';
    context.textAlign = 'right';
    context.fillText(this.nameX(), right, bottom + 0.45 * size);
    const nameX = context.measureText(this.nameX()).width;
    const end = nameX > 0 ? right - nameX - 0.5 * size : Number.POSITIVE_INFINITY;
    context.textAlign = 'center';
    for (const tick of x.ticks(this.ticksX())) {
      const half = context.measureText(writeX(tick)).width / 2;
      // Long labels at the ends stay near the plane.
      const at = Math.max(left + half - 0.6 * size, Math.min(right - half + 0.6 * size, x(tick)));
      if (at + half < end) context.fillText(writeX(tick), at, bottom + 0.45 * size);
    }
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    for (const tick of y.ticks(this.ticksY())) context.fillText(writeY(tick), left - 0.5 * size, y(tick));
    context.textBaseline = 'bottom';
    context.textAlign = 'left';
    context.fillText(this.nameY(), left, top - 0.45 * size);
    context.restore();
  }
}
