/** A network as a diagram of units and weights. */
import { computed, initial, nodeName, signal } from '@motion-canvas/2d';
import { Color, type PossibleColor, type SimpleSignal, Vector2 } from '@motion-canvas/core';
import type { FrameDescription } from '../core/frame/description.js';
import { inputAt } from '../core/frame/inputs.js';
import { forward, layerValues } from '../core/network/forward.js';
import { buildNetwork, type Layer, type Network } from '../core/network/network.js';
import { NetworkNode, type NetworkNodeProps } from './network-node.js';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { themeOf } from './theme.js';

/** The props of a network's node, and the signals of this one. */
export type NetworkDiagramProps = NetworkNodeProps & SignalProps<NetworkDiagram, NetworkNode>;

/** A column of units. From the left: the inputs, then each layer. */
interface Column {
  /** The units' values in [-1, 1], which determine their colours. */
  values: number[];
  /** The weights from the previous column; the inputs have none. */
  layer?: Layer;
}

/**
 * A network's layers as columns of units, from the inputs at the left to the outputs at the right. An edge is a weight:
 * its colour shows the sign, its width the size relative to the layer's largest. A unit's fill shows its value for the
 * input `centre`: tween `centre` to watch values move through the network.
 *
 * @example
 * ```tsx
 * view.add(<NetworkDiagram ref={diagram} size={[1200, 700]} seed={18} layers={4} units={6} reveal={0} />);
 * yield* diagram().reveal(1, 3);
 * yield* diagram().weightScale(1, 2);
 * ```
 */
@nodeName('NetworkDiagram')
export class NetworkDiagram extends NetworkNode {
  /** The fraction that is drawn, from the left: 0 is nothing, 1 is everything. @defaultValue 1 */
  @initial(1)
  @signal()
  declare readonly reveal: SimpleSignal<number, this>;

  /** Maximum number of units drawn per layer, 2 or more; dots stand for those left out. @defaultValue 12 */
  @initial(12)
  @signal()
  declare readonly most: SimpleSignal<number, this>;

  /** Maximum diameter of a unit, in pixels; units shrink if a column needs the room. @defaultValue 48 */
  @initial(48)
  @signal()
  declare readonly unitSize: SimpleSignal<number, this>;

  /** Width of the edge of a layer's largest weight, in pixels. @defaultValue 6 */
  @initial(6)
  @signal()
  declare readonly edgeWidth: SimpleSignal<number, this>;

  /** Colour of positive weights and values. @defaultValue the theme's `positive` colour */
  @signal()
  declare readonly positiveColour: SimpleSignal<PossibleColor, this>;

  /** Colour of negative weights and values. @defaultValue the theme's `negative` colour */
  @signal()
  declare readonly negativeColour: SimpleSignal<PossibleColor, this>;

  /** Colour of a unit whose value is 0. @defaultValue the theme's `background` */
  @signal()
  declare readonly restColour: SimpleSignal<PossibleColor, this>;

  constructor(props: NetworkDiagramProps) {
    super(props);
    warnOfUnknown(this, props, NetworkDiagram);
  }

  protected getDefaultPositiveColour(): string {
    return themeOf(this).colours.positive;
  }

  protected getDefaultNegativeColour(): string {
    return themeOf(this).colours.negative;
  }

  protected getDefaultRestColour(): string {
    return themeOf(this).colours.background;
  }

  /**
   * The centre of a unit, in pixels from the centre of the node; undefined if it is not drawn: see `most`.
   * @param column - 0 is the inputs, then each layer. @param unit - From 0.
   */
  placeOf(column: number, unit: number): Vector2 | undefined {
    const place = this.#positionsIn(column).find((position) => position.unit === unit);
    return place && new Vector2(place.x, place.y);
  }

  protected override draw(context: CanvasRenderingContext2D): void {
    this.drawShape(context);
    const columns = this.columns();
    for (const [k, { layer }] of columns.entries()) if (layer) this.#drawEdges(context, k, layer);
    for (const k of columns.keys()) this.#drawUnits(context, k);
    if (this.clip()) context.clip(this.getPath());
    this.drawChildren(context);
  }

  @computed()
  protected built(): Network {
    return buildNetwork(this.#frame().network);
  }

  #frame(): FrameDescription {
    return this.describe({ ...this.frameInput(), size: [1, 1] });
  }

  /** The columns with their values for the input `centre`. */
  @computed()
  protected columns(): Column[] {
    const frame = this.#frame();
    const network = this.built();
    const { hidden, output } = network;
    const input = inputAt(frame, 0, 0);
    const columns: Column[] = [{ values: input.map(Math.tanh) }]; // for display only: inputs are unbounded
    for (const [k, values] of layerValues(network, input).entries()) {
      columns.push({ values: values.map((value) => Math.max(-1, Math.min(1, value))), layer: hidden[k] });
    }
    columns.push({ values: forward(network, input).map((value) => 2 * value - 1), layer: output });
    return columns;
  }

  #drawEdges(context: CanvasRenderingContext2D, k: number, layer: Layer): void {
    const progress = this.#progressOf(k, 0, 0.7);
    if (progress <= 0) return;
    const largest = layer.weights.reduce((most, w) => Math.max(most, Math.abs(w)), 1e-12);
    const [from, to] = [this.#positionsIn(k - 1), this.#positionsIn(k)];
    context.save();
    context.lineCap = 'round';
    for (const b of to) {
      for (const a of from) {
        const weight = layer.weights[b.unit * layer.inputs + a.unit] / largest;
        const sign = weight < 0 ? this.negativeColour() : this.positiveColour();
        context.globalAlpha = 0.15 + 0.7 * Math.abs(weight);
        context.strokeStyle = new Color(sign).css();
        context.lineWidth = this.edgeWidth() * Math.abs(weight);
        context.beginPath();
        context.moveTo(a.x, a.y);
        context.lineTo(a.x + (b.x - a.x) * progress, a.y + (b.y - a.y) * progress);
        context.stroke();
      }
    }
    context.restore();
  }

  #drawUnits(context: CanvasRenderingContext2D, k: number): void {
    const progress = k === 0 ? this.#progressOf(1, -0.3, 0.1) : this.#progressOf(k, 0.5, 1);
    if (progress <= 0) return;
    const radius = (this.#unitSize() / 2) * progress;
    const [positive, negative] = [new Color(this.positiveColour()), new Color(this.negativeColour())];
    const rest = new Color(this.restColour());
    const positions = this.#positionsIn(k);
    context.save();
    context.lineWidth = Math.max(1, 0.09 * this.#unitSize());
    for (const { unit, x, y } of positions) {
      const value = this.columns()[k].values[unit];
      const sign = value < 0 ? negative : positive;
      context.fillStyle = Color.lerp(rest, sign, Math.abs(value), 'lab').css();
      context.strokeStyle = Color.lerp(rest, sign, 0.75, 'lab').css();
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
    if (positions.length < this.columns()[k].values.length) this.#drawDots(context, positions, progress);
    context.restore();
  }

  /** Draws three dots in the gap that #positionsIn leaves. */
  #drawDots(
    context: CanvasRenderingContext2D,
    positions: { x: number; y: number }[],
    progress: number,
  ): void {
    const half = Math.ceil(positions.length / 2);
    const [above, below] = [positions[half - 1], positions[half]];
    context.fillStyle = new Color(this.positiveColour()).alpha(0.6 * progress).css();
    for (const step of [0.35, 0.5, 0.65]) {
      context.beginPath();
      context.arc(above.x, above.y + (below.y - above.y) * step, 0.07 * this.#unitSize(), 0, 2 * Math.PI);
      context.fill();
    }
  }

  /** The units of a column that are drawn, with their centres; if there are too many, the first and the last ones. */
  #positionsIn(k: number): { unit: number; x: number; y: number }[] {
    const columns = this.columns();
    const count = columns[k].values.length;
    const { width, height } = this.computedSize();
    const spare = this.#unitSize() * 1.1;
    const x = -width / 2 + spare / 2 + ((width - spare) * k) / (columns.length - 1);
    const most = Math.max(2, Math.floor(this.most()));
    const shown = Math.min(count, most);
    const slots = count > most ? shown + 1 : shown; // one for the dots
    const step = Math.min((height - spare) / Math.max(1, this.#slots() - 1), 2.2 * this.#unitSize());
    return Array.from({ length: shown }, (_, i) => {
      const late = i >= Math.ceil(shown / 2) && count > most;
      const slot = late ? i + 1 : i;
      return { unit: late ? count - shown + i : i, x, y: (slot - (slots - 1) / 2) * step };
    });
  }

  /** `unitSize`, or less if the fullest column needs the room. In pixels. */
  #unitSize(): number {
    const room = this.computedSize().height / (this.#slots() + 0.5);
    return Math.min(this.unitSize(), 0.8 * room);
  }

  #slots(): number {
    const most = Math.max(2, Math.floor(this.most()));
    const counts = this.columns().map(({ values }) => values.length);
    return Math.max(...counts.map((count) => (count > most ? most + 1 : count)));
  }

  /** Progress, 0 to 1, through the part of step `k` (counted from 1) between the fractions `from` and `to` of it. */
  #progressOf(k: number, from: number, to: number): number {
    const steps = this.columns().length - 1;
    const position = this.reveal() * (steps + 0.3) - 0.3 - (k - 1);
    return Math.min(1, Math.max(0, (position - from) / (to - from)));
  }
}
