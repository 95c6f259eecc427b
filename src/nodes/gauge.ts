/** A parameter's value, as text and as a position on a line. */
import { initial, Node, nodeName, Rect, type RectProps, signal, Txt } from '@motion-canvas/2d';
import { type SignalValue, type SimpleSignal, Vector2 } from '@motion-canvas/core';
import { dottedLine } from './dotted-line.js';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { themeOf } from './theme.js';

/** The props of any Rect, the signals of this node, and its marks. */
export type GaugeProps = RectProps &
  SignalProps<Gauge, Rect> & {
    /** Ticks between the ends: the position of each, 0 to 1, and the label below it. @defaultValue [] */
    marks?: [place: number, label: string][];
  };

/**
 * A line as wide as the node, with a dot at the value's position, labels below both ends, and the value as text above.
 *
 * @example
 * ```tsx
 * <Gauge width={600} from={'0.4'} to={'0.8'} place={() => (s() - 0.4) / 0.4} text={() => `s = ${s()}`} />
 * ```
 */
@nodeName('Gauge')
export class Gauge extends Rect {
  /** Position of the dot: 0 is the left end, 1 the right end. @defaultValue 0 */
  @initial(0)
  @signal()
  declare readonly place: SimpleSignal<number, this>;

  /** The value as text, shown above the line. @defaultValue '' */
  @initial('')
  @signal()
  declare readonly text: SimpleSignal<string, this>;

  /** Label of the left end. @defaultValue '' */
  @initial('')
  @signal()
  declare readonly from: SimpleSignal<string, this>;

  /** Label of the right end. @defaultValue '' */
  @initial('')
  @signal()
  declare readonly to: SimpleSignal<string, this>;

  constructor({ marks = [], ...props }: GaugeProps) {
    super(props);
    warnOfUnknown(this, props, Gauge);
    const theme = () => themeOf(this);
    const [body, small, stroke] = [() => theme().body, () => theme().small, () => theme().stroke];
    const [ink, quiet, accent] = [
      () => theme().colours.ink,
      () => theme().colours.quiet,
      () => theme().colours.accent,
    ];
    const at = (place: number) => this.width() * (place - 0.5);
    const below = (place: number, text: SignalValue<string>) =>
      new Txt({
        text,
        fontSize: small,
        fill: quiet,
        x: () => at(Math.min(1, Math.max(0, place))),
        y: () => 1.2 * body(),
      });
    this.add([
      new Txt({
        text: () => this.text(),
        fontSize: () => 1.5 * body(),
        fontWeight: 500,
        fill: ink,
        y: () => -1.3 * body(),
      }),
      new Node({
        y: () => 0.2 * body(),
        children: dottedLine({
          at: (place) => new Vector2(at(place), 0),
          place: () => this.place(),
          marks: () => marks.map(([place]) => place),
          lineWidth: stroke,
          dotSize: () => 4 * stroke(),
          markSize: () => 2 * stroke(),
          colours: { line: () => theme().colours.line, dot: accent, mark: quiet },
        }),
      }),
      below(0, () => this.from()),
      below(1, () => this.to()),
      ...marks.map(([place, label]) => below(place, label)),
    ]);
  }
}
