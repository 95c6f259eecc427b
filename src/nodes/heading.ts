/** A scene's heading: its title, and the current value of what it varies. */
import { initial, nodeName, Rect, type RectProps, signal, Txt } from '@motion-canvas/2d';
import type { SignalValue, SimpleSignal } from '@motion-canvas/core';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { themeOf } from './theme.js';

/** The props of any Rect, and the signals of this node; it must have a title. */
export type HeadingProps = RectProps & SignalProps<Heading, Rect> & { title: SignalValue<string> };

/** The least space between title and value, in units of the title's font size. */
const SPACE = 0.8;

/**
 * A title at the left edge of the node and a value at the right edge; or if the node is high enough for two lines, and
 * there is a value, the value below the title. If they do not fit, the title shrinks, to half its size at the least.
 *
 * @example `<Heading position={head.center} width={head.width} title={'Depth'} value={() => `${n()}`} />`
 */
@nodeName('Heading')
export class Heading extends Rect {
  /** The title. @defaultValue '' */
  @initial('')
  @signal()
  declare readonly title: SimpleSignal<string, this>;

  /** The varying parameter with its current value, as text. @defaultValue '' */
  @initial('')
  @signal()
  declare readonly value: SimpleSignal<string, this>;

  constructor(props: HeadingProps) {
    super(props);
    warnOfUnknown(this, props, Heading);
    const theme = () => themeOf(this);
    const left = () => -this.width() / 2;
    /** Whether there are two lines. */
    const isStacked = () => this.height() >= 1.2 * (theme().title + theme().body);
    const title = new Txt({
      text: () => this.title(),
      fontSize: () => theme().title,
      fontWeight: 600,
      fill: () => theme().colours.ink,
      offset: [-1, 0],
      x: left,
      y: () => (isStacked() ? 0.65 * theme().title - this.height() / 2 : 0),
    });
    const value = new Txt({
      text: () => this.value(),
      fontSize: () => theme().body,
      fill: () => theme().colours.accent,
      offset: () => [isStacked() ? -1 : 1, 0],
      x: () => (isStacked() ? left() : this.width() / 2),
      y: () => (isStacked() ? this.height() / 2 - 0.65 * theme().body : 0),
    });
    title.scale(() => {
      const beside = value.text() && !isStacked() ? value.width() + SPACE * theme().title : 0;
      return Math.min(1, Math.max(0.5, (this.width() - beside) / Math.max(1, title.width())));
    });
    this.add([title, value]);
  }
}
