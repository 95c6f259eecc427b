/** A function of one number as a line. */
import { computed, initial, interpolation, nodeName, Path, type PathProps, signal } from '@motion-canvas/2d';
import type { SignalValue, SimpleSignal } from '@motion-canvas/core';
import { line } from 'd3-shape';
import { UsageError } from '../core/errors.js';
import { Axes } from './axes.js';
import { functionOf, type Graph, graphBetween } from './graph.js';
import { themeOf } from './theme.js';

/** Each has a signal of its name, which says what it is; a Path's are there too, but for `data`. */
export interface CurveProps extends Omit<PathProps, 'data'> {
  graph?: SignalValue<Graph>;
  detail?: SignalValue<number>;
}

/**
 * An activation, a network of one input or any function, drawn on the Axes it is a child of and nowhere outside them.
 * A tween of `graph` bends one curve into another; `end` draws it from left to right. `stroke` and `lineWidth` are the
 * theme's, if nothing else is said.
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
  /** What is drawn. @defaultValue 'tanh' */
  @interpolation(graphBetween)
  @initial('tanh')
  @signal()
  declare readonly graph: SimpleSignal<Graph, this>;

  /** Points along the curve, 2 or more. @defaultValue 240 */
  @initial(240)
  @signal()
  declare readonly detail: SimpleSignal<number, this>;

  constructor(props: CurveProps) {
    super({ lineCap: 'round', lineJoin: 'round', ...props, data: '' });
    this.data(() => this.outline());
  }

  protected getDefaultStroke(): string {
    return themeOf(this).colours.accent;
  }

  protected getDefaultLineWidth(): number {
    return themeOf(this).stroke;
  }

  /** The value at x. */
  valueAt(x: number): number {
    return this.function()(x);
  }

  protected override draw(context: CanvasRenderingContext2D): void {
    const { width, height } = this.#axes().size();
    const spare = this.lineWidth(); // so that the line is not halved along an edge
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

  /** As the data of an SVG path, in the axes' pixels. */
  @computed()
  protected outline(): string {
    const parent = this.parent();
    if (!(parent instanceof Axes)) return 'M 0 0'; // not a child of anything yet
    const f = this.function();
    const { x, y } = parent.scales();
    const [from, to] = parent.domainX();
    const last = Math.max(1, Math.round(this.detail()) - 1);
    const points = Array.from({ length: last + 1 }, (_, i) => {
      const at = from + ((to - from) * i) / last;
      return [x(at), y(f(at))] as [number, number];
    });
    // Far outside, a line is out of sight anyway, and paths do not like infinity.
    const drawn = line().defined(([, height]) => Math.abs(height) < 1e5);
    return drawn(points) || 'M 0 0';
  }

  #axes(): Axes {
    const parent = this.parent();
    if (parent instanceof Axes) return parent;
    throw new UsageError('A Curve has no axes to be drawn on: make it a child of <Axes>.');
  }
}
