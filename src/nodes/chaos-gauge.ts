/** Where a network lies between order and chaos. */
import { initial, Line, nodeName, Rect, type RectProps, signal, Txt } from '@motion-canvas/2d';
import { createComputed, type SimpleSignal } from '@motion-canvas/core';
import { edgeOf, meanField } from '../core/network/mean-field.js';
import type { NetworkInput } from '../core/network/spec.js';
import { Gauge } from './gauge.js';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { readNetwork } from './read-network.js';
import { themeOf } from './theme.js';

/** The props of any Rect, and the signals of this node. */
export type ChaosGaugeProps = RectProps & SignalProps<ChaosGauge, Rect>;

/** The largest χ on the line, which is logarithmic and has 1 in its middle. Good pictures have a χ from 1.2 to 1.5. */
const LARGEST = 2;

/**
 * Where a network lies on a line from order to chaos, by its mean-field measure χ (docs/measures.md). The text above
 * the line is √χ, the factor by which each layer multiplies the difference between nearby points. The thick part in the
 * middle is the edge of chaos, which is narrower the deeper the network is. If there is no χ, the reason is shown
 * instead.
 *
 * @example
 * ```tsx
 * <NetworkField ref={field} size={800} weightScale={0.4} />
 * <ChaosGauge width={600} y={480} network={() => field().network()} />
 * ```
 */
@nodeName('ChaosGauge')
export class ChaosGauge extends Rect {
  /** The network: a node's `network()`, or a spec. @defaultValue `{}`: 27 layers of 30 units */
  @initial({})
  @signal()
  declare readonly network: SimpleSignal<NetworkInput, this>;

  readonly #spec = createComputed(() => readNetwork(this.network()));
  readonly #measure = createComputed(() => ({ chi: 0, reason: '', ...meanField(this.#spec()) }));

  constructor(props: ChaosGaugeProps) {
    super(props);
    warnOfUnknown(this, props, ChaosGauge);
    const theme = () => themeOf(this);
    const hasMeasure = () => this.#measure().reason === '';
    const value = new Txt({
      text: () => `×${Math.sqrt(this.#measure().chi).toFixed(2)} per layer`,
      fontSize: () => theme().body,
      fontWeight: 500,
      fill: () => theme().colours.ink,
      y: () => -1.1 * theme().body,
    });
    const meaning = new Txt({
      text: () => `differences ${this.#measure().chi < 1 ? 'shrink' : 'grow'}`,
      fontSize: () => theme().small,
      fill: () => theme().colours.quiet,
      y: () => -2.2 * theme().body,
    });
    value.scale(() => {
      const smallest = theme().small / theme().body;
      return Math.min(1, Math.max(smallest, this.width() / Math.max(1, value.width())));
    });
    this.add([
      new Rect({
        opacity: () => (hasMeasure() ? 1 : 0),
        children: [
          new Line({
            points: () =>
              edgeOf(Math.max(2, this.#spec().layers)).map((chi) => [
                (placeOf(chi) - 0.5) * this.width(),
                0.2 * theme().body,
              ]),
            stroke: () => theme().colours.ink,
            lineWidth: () => 2.4 * theme().stroke,
            lineCap: 'round',
          }),
          new Gauge({
            width: () => this.width(),
            from: 'order',
            to: 'chaos',
            marks: [[0.5, 'edge']],
            place: () => placeOf(this.#measure().chi),
          }),
          meaning,
          value,
        ],
      }),
      new Txt({
        text: () => this.#measure().reason,
        fontSize: () => theme().small,
        fill: () => theme().colours.quiet,
        width: () => this.width(),
        textAlign: 'center',
        textWrap: true,
      }),
    ]);
  }
}

/** The position of χ on the line, from 0 to 1. */
function placeOf(chi: number): number {
  return Math.min(1, Math.max(0, 0.5 + Math.log(chi) / (2 * Math.log(LARGEST))));
}
