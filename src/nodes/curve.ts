/** A function of one variable, drawn as a line. */
import {
  computed,
  initial,
  interpolation,
  nodeName,
  Path,
  type PathProps,
  resolveCanvasStyle,
  signal,
  Txt,
} from '@motion-canvas/2d';
import { BBox, clamp, type SimpleSignal, Vector2 } from '@motion-canvas/core';
import { area, line } from 'd3-shape';
import { UsageError } from '../core/errors.js';
import { Axes } from './axes.js';
import { functionOf, type Graph, graphBetween } from './graph.js';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { themeOf } from './theme.js';

/** The props of any Path except `data`, and the signals of this node. */
export type CurveProps = Omit<PathProps, 'data'> & SignalProps<Curve, Path>;

/** The side of a curve on which its label is. */
export type LabelSide = 'above' | 'below' | 'left' | 'right';

/** From a curve to the centre of its label, in halves of the label's size. */
const TOWARDS: Record<LabelSide, [right: number, down: number]> = {
  above: [0, -1],
  below: [0, 1],
  left: [-1, 0],
  right: [1, 0],
};

/**
 * The graph of an activation, of a network with one input, or of any function. It must be a child of Axes, and is
 * clipped to them. Tween `graph` to bend one curve into another, and `until` to draw the curve from left to right. Its
 * `label` stays beside it. `stroke` and `lineWidth` default to the theme's.
 *
 * @example
 * ```tsx
 * <Axes size={[800, 500]}><Curve ref={curve} graph={'tanh'} stroke={'orange'} lineWidth={8} until={-4} /></Axes>
 * yield* curve().until(4, 1.5);
 * yield* curve().graph('relu', 2);
 * ```
 */
@nodeName('Curve')
export class Curve extends Path {
  /** The function to draw. @defaultValue 'tanh' */
  @interpolation(graphBetween)
  @initial('tanh')
  @signal()
  declare readonly graph: SimpleSignal<Graph, this>;

  /** Number of points along the curve, 2 or more. @defaultValue 240 */
  @initial(240)
  @signal()
  declare readonly detail: SimpleSignal<number, this>;

  /** The x up to which the curve is drawn, in the units of the axes. @defaultValue Infinity */
  @initial(Number.POSITIVE_INFINITY)
  @signal()
  declare readonly until: SimpleSignal<number, this>;

  /** Opacity of the area between the curve and y = 0, which has the colour of the line, 0 to 1. @defaultValue 0 */
  @initial(0)
  @signal()
  declare readonly area: SimpleSignal<number, this>;

  /** Words beside the curve, in its colour. They appear when the curve has been drawn that far. @defaultValue '' */
  @initial('')
  @signal()
  declare readonly label: SimpleSignal<string, this>;

  /** The x at which the label is, in the units of the axes. @defaultValue 0 */
  @initial(0)
  @signal()
  declare readonly labelAt: SimpleSignal<number, this>;

  /** The side of the curve on which the label is: above, below, left or right. @defaultValue 'above' */
  @initial('above')
  @signal()
  declare readonly labelSide: SimpleSignal<LabelSide, this>;

  constructor(props: CurveProps) {
    super({ lineCap: 'round', lineJoin: 'round', ...props, data: '' });
    warnOfUnknown(this, props, Curve);
    this.data(() => this.outline());
    const theme = () => themeOf(this);
    const label = new Txt({
      text: () => this.label(),
      fontSize: () => theme().small,
      fill: () => this.stroke(),
      stroke: () => theme().colours.background, // lines behind it stay away from its letters
      lineWidth: () => 0.24 * theme().small,
      strokeFirst: true,
      opacity: () => this.labelOpacity(),
    });
    label.position(() => this.labelPosition(label.size()));
    this.add(label);
  }

  protected getDefaultStroke(): string {
    return themeOf(this).colours.accent;
  }

  protected getDefaultLineWidth(): number {
    return themeOf(this).stroke;
  }

  /** The function's value at x, in the units of the axes. */
  valueAt(x: number): number {
    return this.function()(x);
  }

  /** The plane, and a little more, so that clipping does not halve a line along an edge. */
  protected override getCacheBBox(): BBox {
    const { width, height } = this.#axes().size();
    return new BBox(-width / 2, -height / 2, width, height).expand(this.lineWidth());
  }

  protected override draw(context: CanvasRenderingContext2D): void {
    const { x, y, width, height } = this.getCacheBBox();
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    if (this.area() > 0) this.#drawArea(context);
    this.drawShape(context);
    context.restore();
    this.drawChildren(context);
  }

  @computed()
  protected function(): (x: number) => number {
    return functionOf(this.graph());
  }

  /** Points along the curve, in the axes' pixels. */
  @computed()
  protected points(): [x: number, y: number][] {
    const parent = this.parent();
    if (!(parent instanceof Axes)) return []; // not added to a parent yet
    const f = this.function();
    const { x, y } = parent.scales();
    const [from, to] = parent.domainX();
    const until = Math.min(to, this.until());
    const last = Math.max(1, Math.round(this.detail()) - 1);
    const at = Array.from({ length: last + 1 }, (_, i) => from + ((to - from) * i) / last);
    const drawn = until < to ? [...at.filter((value) => value < until), until] : at;
    return drawn.filter((value) => value <= until).map((value) => [x(value), y(f(value))]);
  }

  /** The curve as SVG path data, in the axes' pixels. */
  @computed()
  protected outline(): string {
    return line().defined(isNear)(this.points()) || 'M 0 0';
  }

  /** How far the curve is drawn: an x. */
  @computed()
  protected reached(): number {
    if (this.end() >= 1) return this.until();
    const { x } = this.getPointAtPercentage(this.end()).position;
    return Math.min(this.until(), this.#axes().scales().x.invert(x));
  }

  @computed()
  protected labelOpacity(): number {
    const [from, to] = this.#axes().domainX();
    return clamp(0, 1, 1 + (this.reached() - this.labelAt()) / (0.04 * (to - from)));
  }

  /** The centre of the label: beside the curve, or at the edge of the axes where the curve leaves them. */
  protected labelPosition(size: Vector2): Vector2 {
    const axes = this.#axes();
    const { width, height } = axes.size();
    const at = axes.toLocal(this.labelAt(), this.valueAt(this.labelAt()));
    const away = size.scale(0.5).add(0.5 * themeOf(this).small);
    const place = at.add(away.mul(TOWARDS[this.labelSide()]));
    const room = new Vector2(width, height).sub(size).scale(0.5);
    return new Vector2(clamp(-room.x, room.x, place.x), clamp(-room.y, room.y, place.y));
  }

  #drawArea(context: CanvasRenderingContext2D): void {
    const { x, y } = this.#axes().scales();
    const [bottom, top] = this.#axes().domainY();
    const reached = x(this.reached());
    const shape = area<[number, number]>()
      .defined(isNear)
      .y0(y(clamp(bottom, top, 0)));
    const path = shape(this.points().filter(([across]) => across <= reached));
    context.save();
    context.globalAlpha *= this.area();
    context.fillStyle = resolveCanvasStyle(this.stroke(), context);
    if (path) context.fill(new Path2D(path));
    context.restore();
  }

  #axes(): Axes {
    const parent = this.parent();
    if (parent instanceof Axes) return parent;
    throw new UsageError('A Curve has no axes: make it a child of <Axes>.');
  }
}

/** Points far outside the axes are left out: they are invisible, and paths cannot hold infinity. */
const isNear = ([, height]: [number, number]) => Math.abs(height) < 1e5;
