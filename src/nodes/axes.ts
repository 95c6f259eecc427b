/** A plane to draw curves on. */
import { initial, nodeName, Rect, type RectProps, resolveCanvasStyle, signal } from '@motion-canvas/2d';
import {
  DependencyContext,
  type PossibleColor,
  type SignalValue,
  type SimpleSignal,
  Vector2,
} from '@motion-canvas/core';
import { scaleLinear } from 'd3-scale';
import { canvasFont, loadFont, themeOf } from './theme.js';

/** Each has a signal of its name, which says what it is. */
export interface AxesProps extends RectProps {
  domainX?: SignalValue<[number, number]>;
  domainY?: SignalValue<[number, number]>;
  ticksX?: SignalValue<number>;
  ticksY?: SignalValue<number>;
  labelSize?: SignalValue<number>;
  labelColour?: SignalValue<PossibleColor>;
}

/** From numbers to places on an axis, in pixels, and back. */
export interface Scale {
  (value: number): number;
  invert(place: number): number;
  /** About so many round numbers of the axis, 10 by default. */
  ticks(count?: number): number[];
  tickFormat(count?: number, specifier?: string): (value: number) => string;
}

/** Whether the typeface is there; until then a frame is waited for. */
let fontLoaded = false;

/**
 * Two axes with ticks: its size is that of the plane between them, and the ticks' labels stand outside, under it and
 * to its left. Curves are its children. `stroke` and `lineWidth` are those of the axes, and if nothing else
 * is said the theme's.
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
  /** From the left edge to the right. @defaultValue [-4, 4] */
  @initial([-4, 4])
  @signal()
  declare readonly domainX: SimpleSignal<[number, number], this>;

  /** From the lower edge to the upper. @defaultValue [-1, 1] */
  @initial([-1, 1])
  @signal()
  declare readonly domainY: SimpleSignal<[number, number], this>;

  /** About how many ticks there are; they stand at round numbers. 0 is none. @defaultValue 5 */
  @initial(5)
  @signal()
  declare readonly ticksX: SimpleSignal<number, this>;

  /** The same up the side. @defaultValue 3 */
  @initial(3)
  @signal()
  declare readonly ticksY: SimpleSignal<number, this>;

  /** The labels' font size in pixels; 0 is no labels. @defaultValue a little less than the theme's small one */
  @signal()
  declare readonly labelSize: SimpleSignal<number, this>;

  /** @defaultValue the theme's quiet colour */
  @signal()
  declare readonly labelColour: SimpleSignal<PossibleColor, this>;

  constructor(props: AxesProps) {
    super(props);
  }

  protected getDefaultLabelSize(): number {
    return 0.85 * themeOf(this).small;
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

  /** From x and y to pixels from the middle of this node. */
  scales(): { x: Scale; y: Scale } {
    const { width, height } = this.computedSize();
    return {
      x: scaleLinear(this.domainX(), [-width / 2, width / 2]),
      y: scaleLinear(this.domainY(), [height / 2, -height / 2]),
    };
  }

  /** Where the point (x, y) is, in pixels from the middle of this node. */
  toLocal(x: number, y: number): Vector2 {
    const scales = this.scales();
    return new Vector2(scales.x(x), scales.y(y));
  }

  protected override draw(context: CanvasRenderingContext2D): void {
    if (this.labelSize() > 0 && !fontLoaded) {
      const loaded = loadFont().catch(() => {}); // without it, the labels are in another
      DependencyContext.collectPromise(loaded.then(() => (fontLoaded = true)));
    }
    this.#drawLines(context);
    this.#drawLabels(context);
    this.drawChildren(context);
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
    const [writeX, writeY] = [x.tickFormat(this.ticksX()), y.tickFormat(this.ticksY())];
    context.save();
    context.font = canvasFont(size);
    context.fillStyle = this.labelColour().toString();
    context.textBaseline = 'top';
    context.textAlign = 'center';
    for (const tick of x.ticks(this.ticksX())) {
      context.fillText(writeX(tick), x(tick), height / 2 + 0.45 * size);
    }
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    for (const tick of y.ticks(this.ticksY())) {
      context.fillText(writeY(tick), -width / 2 - 0.5 * size, y(tick));
    }
    context.restore();
  }
}
