/** A scene's heading: its title, and the current value of what it varies. */
import { initial, nodeName, Rect, type RectProps, signal, Txt } from '@motion-canvas/2d';
import type { SignalValue, SimpleSignal } from '@motion-canvas/core';
import { warnOfUnknown } from './properties.js';
import { themeOf } from './theme.js';

/** The signals of the same names document these. */
export interface HeadingProps extends RectProps {
  title: SignalValue<string>;
  value?: SignalValue<string>;
}

/** The least space between title and value, in units of the title's font size. */
const SPACE = 0.8;

/**
 * A title at the left edge of the node and a value at the right edge. If they do not fit, the title shrinks, to half
 * its size at the least.
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
    const title = new Txt({
      text: () => this.title(),
      fontSize: () => theme().title,
      fontWeight: 600,
      fill: () => theme().colours.ink,
      offset: [-1, 0],
      x: () => -this.width() / 2,
    });
    const value = new Txt({
      text: () => this.value(),
      fontSize: () => theme().body,
      fill: () => theme().colours.accent,
      offset: [1, 0],
      x: () => this.width() / 2,
    });
    title.scale(() => {
      const room = this.width() - value.width() - (value.text() ? SPACE * theme().title : 0);
      return Math.min(1, Math.max(0.5, room / Math.max(1, title.width())));
    });
    this.add([title, value]);
  }
}
