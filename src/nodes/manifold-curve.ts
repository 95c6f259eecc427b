/** A circle of inputs, as a network's layers carry it. */
import { computed, initial, nodeName, signal } from '@motion-canvas/2d';
import type { PossibleColor, SimpleSignal } from '@motion-canvas/core';
import { Color } from '@motion-canvas/core';
import { toByte } from '../core/frame/colour.js';
import { colourOf } from '../core/frame/colouring.js';
import type { FrameDescription } from '../core/frame/description.js';
import { inputAt } from '../core/frame/inputs.js';
import { carriedCurve, type FlatCurve } from '../core/network/manifold.js';
import { buildNetwork } from '../core/network/network.js';
import { NetworkNode, type NetworkNodeProps } from './network-node.js';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { themeOf } from './theme.js';

/** The props of a network's node, and the signals of this one. */
export type ManifoldCurveProps = NetworkNodeProps & SignalProps<ManifoldCurve, NetworkNode>;

/** Circles that were carried before: each takes about a second, and films are played more than once. */
const carriedBefore = new Map<string, FlatCurve[]>();
const MOST_KEPT = 16;

/** The curve is drawn in this many pieces, each of one colour. */
const PIECES = 180;

/**
 * The circle of inputs about `centre` whose radius is `halfWidth`, and what becomes of it in each hidden layer, drawn
 * in the plane in which it extends most there (see src/core/network/manifold.ts). Tween `layer` to carry it through the
 * network. All layers are drawn to the same scale, and the drawing never flips from one to the next.
 *
 * @example
 * ```tsx
 * view.add(<ManifoldCurve ref={curve} size={700} layers={16} weightScale={0.9} centre={0} halfWidth={1} />);
 * yield* curve().layer(15, 8); // through all hidden layers
 * ```
 */
@nodeName('ManifoldCurve')
export class ManifoldCurve extends NetworkNode {
  /**
   * The layer: 0 shows the inputs, 1 the first hidden layer; a fraction is on the way to the next. At most the number
   * of hidden layers. @defaultValue 0
   */
  @initial(0)
  @signal()
  declare readonly layer: SimpleSignal<number, this>;

  /**
   * Distance from the centre of the node to its nearer edges, as the root mean square over a layer's units: 1 is enough
   * for a layer whose units go from -1 to 1. @defaultValue 1
   */
  @initial(1)
  @signal()
  declare readonly extent: SimpleSignal<number, this>;

  /** Number of points along the curve, 3 or more. @defaultValue 2000 */
  @initial(2000)
  @signal()
  declare readonly detail: SimpleSignal<number, this>;

  /** Width of the curve, in pixels. @defaultValue the theme's `stroke` */
  @signal()
  declare readonly curveWidth: SimpleSignal<number, this>;

  /** Colours along the circle, counter-clockwise, blended between neighbours. @defaultValue all hues */
  @signal()
  declare readonly colours: SimpleSignal<PossibleColor[], this>;

  /** Colour of an outline that sets the curve off from a picture behind it; null draws none. @defaultValue null */
  @initial(null)
  @signal()
  declare readonly outline: SimpleSignal<PossibleColor | null, this>;

  constructor(props: ManifoldCurveProps) {
    super(props);
    warnOfUnknown(this, props, ManifoldCurve);
  }

  protected getDefaultCurveWidth(): number {
    return themeOf(this).stroke;
  }

  protected getDefaultColours(): string[] {
    return Array.from({ length: 24 }, (_, i) => {
      return `rgb(${colourOf('oklch', [0.75, 0.6, i / 24]).map((part) => toByte(part))})`;
    });
  }

  protected override draw(context: CanvasRenderingContext2D): void {
    this.drawShape(context);
    const curve = this.curve();
    const count = curve.length / 2;
    const { width, height } = this.computedSize();
    const scale = Math.min(width, height) / 2 / this.extent();
    const trace = (from: number, to: number) => {
      context.beginPath();
      for (let i = from; i <= to; i++) {
        const at = 2 * (i % count);
        context.lineTo(scale * curve[at], -scale * curve[at + 1]);
      }
    };
    context.save();
    context.lineJoin = 'round';
    context.lineCap = 'round';
    const outline = this.outline();
    if (outline !== null) {
      context.strokeStyle = new Color(outline).css();
      context.lineWidth = 2.4 * this.curveWidth();
      trace(0, count);
      context.stroke();
    }
    context.lineWidth = this.curveWidth();
    const colours = this.colours().map((colour) => new Color(colour));
    for (let piece = 0; piece < PIECES; piece++) {
      const place = (piece * colours.length) / PIECES;
      const [one, next] = [Math.floor(place), Math.floor(place) + 1].map((i) => colours[i % colours.length]);
      context.strokeStyle = Color.lerp(one, next, place % 1, 'lab').css();
      trace(Math.round((piece * count) / PIECES), Math.round(((piece + 1) * count) / PIECES));
      context.stroke();
    }
    context.restore();
    if (this.clip()) context.clip(this.getPath());
    this.drawChildren(context);
  }

  /** The circle in every layer. It does not depend on `layer`. */
  @computed()
  protected carried(): FlatCurve[] {
    const frame: FrameDescription = this.describe({ ...this.frameInput(), size: [1, 1] });
    const count = Math.max(3, Math.round(this.detail()));
    const { network, view, slice } = frame;
    const key = JSON.stringify([network, view, slice, count]);
    const known = carriedBefore.get(key);
    if (known) return known;
    const points = Array.from({ length: count }, (_, i) => {
      const angle = (2 * Math.PI * i) / count;
      return inputAt(frame, view.halfWidth * Math.cos(angle), view.halfWidth * Math.sin(angle));
    });
    const carried = carriedCurve(buildNetwork(network), points);
    if (carriedBefore.size >= MOST_KEPT) carriedBefore.clear();
    carriedBefore.set(key, carried);
    return carried;
  }

  /** The curve that is drawn: between two layers, each point is on a straight line. */
  @computed()
  protected curve(): FlatCurve {
    const carried = this.carried();
    const layer = Math.min(carried.length - 1, Math.max(0, this.layer()));
    const [before, after] = [carried[Math.floor(layer)], carried[Math.ceil(layer)]];
    const part = layer % 1;
    return before.map((value, i) => value + part * (after[i] - value));
  }
}
