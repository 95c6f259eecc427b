/** A function of one variable, drawn as a line. */
import { computed, initial, interpolation, nodeName, Path, type PathProps, signal } from '@motion-canvas/2d';
import type { SignalValue, SimpleSignal } from '@motion-canvas/core';
import { line } from 'd3-shape';
import { UsageError } from '../core/errors.js';
import { Axes } from './axes.js';
import { functionOf, type Graph, graphBetween } from './graph.js';
import { warnOfUnknown } from './properties.js';
import { themeOf } from './theme.js';

/** The signals of the same names document these. All props of a Path apply too, except `data`. */
export interface CurveProps extends Omit<PathProps, 'data'> {
  graph?: SignalValue<Graph>;
  detail?: SignalValue<number>;
}

/**
 * The graph of an activation, of a network with one input, or of any function. It must be a child of Axes, and is
 * clipped to them. Tween `graph` to bend one curve into another, or `end` to draw the curve from left to right.
 * `stroke` and `lineWidth` default to the theme's.
 *
 * @example
 * ```tsx
 * <Axes size={[800, 500]}><Curve ref={curve} graph={'tanh'} stroke={'orange'} lineWidth={8} end={0} /></Axes>
 * yield* curve().end(1, 1.5);
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

  constructor(props: CurveProps) {
    super({ lineCap: 'round', lineJoin: 'round', ...props, data: '' });
    warnOfUnknown(this, props, Curve);
    this.data(() => this.outline());
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

  protected override draw(context: CanvasRenderingContext2D): void {
    const { width, height } = this.#axes().size();
    const spare = this.lineWidth(); // so that clipping does not halve a line along an edge
    context.save();
    context.beginPath();
    context.rect(-width / 2 - spare, -height / 2 - spare, width + 2 * spare, height + 2 * spare);
    context.clip();
    super.draw(context);
    context.restore();
  }

  @computed()
  protected function(): (x: number) => number {
    return functionOf(this.graph());
  }

  /** The curve as SVG path data, in the axes' pixels. */
  @computed()
  protected outline(): string {
    const parent = this.parent();
    if (!(parent instanceof Axes)) return 'M 0 0'; // not added to a parent yet
    const f = this.function();
    const { x, y } = parent.scales();
    const [from, to] = parent.domainX();
    const last = Math.max(1, Math.round(this.detail()) - 1);
    const points = Array.from({ length: last + 1 }, (_, i) => {
      const at = from + ((to - from) * i) / last;
      return [x(at), y(f(at))] as [number, number];
    });
    // Leaves out points far outside the axes: they are invisible, and paths cannot hold infinity.
    const drawn = line().defined(([, height]) => Math.abs(height) < 1e5);
    return drawn(points) || 'M 0 0';
  }

  #axes(): Axes {
    const parent = this.parent();
    if (parent instanceof Axes) return parent;
    throw new UsageError('A Curve has no axes: make it a child of <Axes>.');
  }
}
