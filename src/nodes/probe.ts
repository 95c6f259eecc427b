/** Reads all curves of some axes at one x. */
import { initial, Node, type NodeProps, nodeName, resolveCanvasStyle, signal } from '@motion-canvas/2d';
import { BBox, type SimpleSignal } from '@motion-canvas/core';
import { UsageError } from '../core/errors.js';
import { Axes } from './axes.js';
import { Curve } from './curve.js';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { themeOf } from './theme.js';

/** The props of any Node, and the signals of this one. */
export type ProbeProps = NodeProps & SignalProps<Probe, Node>;

/** Of a dot, in units of the theme's `stroke`. */
const RADIUS = 1.9;

/**
 * A vertical line through Axes, and a dot where it meets each of their curves. Make it the last child of the Axes.
 *
 * @example
 * ```tsx
 * const x = createSignal(-4);
 * <Axes size={[800, 500]}><Curve graph={'tanh'} /><Curve graph={'relu'} /><Probe at={x} /></Axes>
 * yield* x(4, 3);
 * ```
 */
@nodeName('Probe')
export class Probe extends Node {
  /** The x of the line, in the units of the axes. @defaultValue 0 */
  @initial(0)
  @signal()
  declare readonly at: SimpleSignal<number, this>;

  constructor(props: ProbeProps) {
    super(props);
    warnOfUnknown(this, props, Probe);
  }

  protected override getCacheBBox(): BBox {
    const { width, height } = this.#axes().size();
    return new BBox(-width / 2, -height / 2, width, height).expand(RADIUS * 2 * themeOf(this).stroke);
  }

  protected override draw(context: CanvasRenderingContext2D): void {
    const axes = this.#axes();
    const { colours, stroke } = themeOf(this);
    const [bottom, top] = axes.domainY();
    const { x, y } = axes.toLocal(this.at(), bottom);
    context.save();
    context.lineWidth = 0.5 * stroke;
    context.strokeStyle = colours.quiet;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x, axes.toLocal(this.at(), top).y);
    context.stroke();
    context.strokeStyle = colours.background;
    const { globalAlpha } = context;
    for (const curve of axes.childrenAs<Node>()) {
      if (!(curve instanceof Curve) || this.at() > curve.until()) continue;
      const value = curve.valueAt(this.at());
      if (!(value >= bottom && value <= top)) continue;
      context.globalAlpha = globalAlpha * curve.opacity();
      context.fillStyle = resolveCanvasStyle(curve.stroke(), context);
      context.beginPath();
      context.arc(x, axes.toLocal(this.at(), value).y, RADIUS * stroke, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
    context.restore();
    super.draw(context);
  }

  #axes(): Axes {
    const parent = this.parent();
    if (parent instanceof Axes) return parent;
    throw new UsageError('A Probe has no axes: make it a child of <Axes>.');
  }
}
