/** A network as a diagram of units and weights. */
import { computed, initial, nodeName, signal } from '@motion-canvas/2d';
import { Color, type PossibleColor, type SimpleSignal, Vector2 } from '@motion-canvas/core';
import { toByte } from '../core/frame/colour.js';
import type { FrameDescription } from '../core/frame/description.js';
import { inputAt } from '../core/frame/inputs.js';
import { colourAt } from '../core/frame/point.js';
import { forward, layerValues } from '../core/network/forward.js';
import type { Layer, Network } from '../core/network/layers.js';
import { buildNetwork } from '../core/network/network.js';
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
  /** The values that the next column receives, before any normalisation; the outputs have none. */
  sent?: number[];
  /** The weights from the previous column; the inputs have none. */
  layer?: Layer;
}

/** The share of a step in which a column's units light up, before the edges behind them. */
const LIT = 0.35;
/** Opacity of the weights where edges show signals. */
const UNLIT = 0.3;

/**
 * A network's layers as columns of units, from the inputs at the left to the outputs at the right. An edge is a weight:
 * its colour shows the sign, its width the size relative to the layer's largest. A unit's fill shows its value for the
 * input `centre`: tween `centre` to watch values move through the network, or `reach` to send them through it.
 *
 * @example
 * ```tsx
 * view.add(<NetworkDiagram ref={diagram} size={[1200, 700]} seed={18} layers={4} units={6} reveal={0} />);
 * yield* diagram().reveal(1, 3);
 * yield* diagram().weightScale(1, 2);
 * yield* diagram().signals(1, 1);
 * yield* diagram().reach(0, 0).to(1, 3); // one input lights up layer after layer
 * ```
 */
@nodeName('NetworkDiagram')
export class NetworkDiagram extends NetworkNode {
  /** The fraction that is drawn, from the left: 0 is nothing, 1 is everything. @defaultValue 1 */
  @initial(1)
  @signal()
  declare readonly reveal: SimpleSignal<number, this>;

  /**
   * How far values have come from the left: at 0 all units are at rest, at 1 the outputs have their values. Edges light
   * up as far as `signals` says. @defaultValue 1
   */
  @initial(1)
  @signal()
  declare readonly reach: SimpleSignal<number, this>;

  /**
   * What edges show: 0 the weights, 1 the signals, which are weights times the values that they are multiplied with; in
   * between, a blend. @defaultValue 0
   */
  @initial(0)
  @signal()
  declare readonly signals: SimpleSignal<number, this>;

  /**
   * Colours of the outputs for the value 1; `restColour` is that for 0. Useful with the palette `rgb`, where outputs
   * are red, green and blue. @defaultValue null: the colours of positive and negative values
   */
  @initial(null)
  @signal()
  declare readonly outputColours: SimpleSignal<PossibleColor[] | null, this>;

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

  /** The network's colour for the input `centre`, as CSS: that of a picture at this point. */
  colour(): string {
    return `rgb(${colourAt(this.#frame(), 0, 0, this.built()).map((part) => toByte(part))})`;
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
    const columns: Column[] = [{ values: input.map(Math.tanh), sent: input }]; // for display only: inputs are unbounded
    for (const [k, sent] of layerValues(network, input).entries()) {
      columns.push({ values: sent.map((value) => Math.max(-1, Math.min(1, value))), sent, layer: hidden[k] });
    }
    const values = forward(network, input, frame.levels).map((value) => 2 * value - 1);
    columns.push({ values, layer: output });
    return columns;
  }

  #drawEdges(context: CanvasRenderingContext2D, k: number, layer: Layer): void {
    const progress = this.#progressOf(k, 0, 0.7);
    if (progress <= 0) return;
    const [from, to] = [this.#positionsIn(k - 1), this.#positionsIn(k)];
    const { sent = [] } = this.columns()[k - 1];
    const weightTo = (unit: number, input: number) => layer.weights[unit * layer.inputs + input];
    const largest = (sizes: number[]) => sizes.reduce((most, size) => Math.max(most, Math.abs(size)), 1e-12);
    const mostWeight = largest([...layer.weights]);
    const mostSignal = largest(to.flatMap((b) => from.map((a) => weightTo(b.unit, a.unit) * sent[a.unit])));
    const signals = Math.min(1, Math.max(0, this.signals()));
    const reached = signals > 0 ? progress * this.#reachedOf(k, LIT, 1) : 0;
    context.save();
    context.lineCap = 'round';
    for (const b of to) {
      for (const a of from) {
        const weight = weightTo(b.unit, a.unit);
        this.#drawEdge(context, a, b, progress, weight / mostWeight, 1 - (1 - UNLIT) * signals);
        this.#drawEdge(context, a, b, reached, (weight * sent[a.unit]) / mostSignal, signals);
      }
    }
    context.restore();
  }

  /** @param strength - In [-1, 1]: its size determines the width, its sign the colour. */
  #drawEdge(
    context: CanvasRenderingContext2D,
    from: { x: number; y: number },
    to: { x: number; y: number },
    progress: number,
    strength: number,
    opacity: number,
  ): void {
    if (progress <= 0 || opacity <= 0) return;
    const size = Math.abs(strength);
    context.globalAlpha = opacity * (0.15 + 0.7 * size);
    context.strokeStyle = new Color(strength < 0 ? this.negativeColour() : this.positiveColour()).css();
    context.lineWidth = this.edgeWidth() * size;
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(from.x + (to.x - from.x) * progress, from.y + (to.y - from.y) * progress);
    context.stroke();
  }

  #drawUnits(context: CanvasRenderingContext2D, k: number): void {
    const progress = k === 0 ? this.#progressOf(1, -0.3, 0.1) : this.#progressOf(k, 0.5, 1);
    if (progress <= 0) return;
    const radius = (this.#unitSize() / 2) * progress;
    const rest = new Color(this.restColour());
    const lit = this.#reachedOf(k + 1, 0, LIT);
    const positions = this.#positionsIn(k);
    context.save();
    context.lineWidth = Math.max(1, 0.09 * this.#unitSize());
    for (const { unit, x, y } of positions) {
      const { colour, share } = this.#lightOf(k, unit);
      context.fillStyle = Color.lerp(rest, colour, lit * share, 'lab').css();
      context.strokeStyle = Color.lerp(rest, colour, 0.75, 'lab').css();
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
    if (positions.length < this.columns()[k].values.length) this.#drawDots(context, positions, progress);
    context.restore();
  }

  /** The colour of a unit, and how strongly it shows, 0 to 1. */
  #lightOf(k: number, unit: number): { colour: Color; share: number } {
    const columns = this.columns();
    const value = columns[k].values[unit];
    const outputs = k === columns.length - 1 ? this.outputColours() : null;
    if (outputs) return { colour: new Color(outputs[unit % outputs.length]), share: (value + 1) / 2 };
    const sign = value < 0 ? this.negativeColour() : this.positiveColour();
    return { colour: new Color(sign), share: Math.abs(value) };
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

  /** The same for `reach`: in step `k`, column k - 1 lights up first, then the edges behind it. */
  #reachedOf(k: number, from: number, to: number): number {
    const steps = this.columns().length - 1;
    const position = this.reach() * (steps + LIT) - (k - 1);
    return Math.min(1, Math.max(0, (position - from) / (to - from)));
  }
}
