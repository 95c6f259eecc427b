/** What stands above a scene: its title, and what it shows at the moment. */
import { initial, nodeName, Rect, type RectProps, signal, Txt } from '@motion-canvas/2d';
import type { SignalValue, SimpleSignal } from '@motion-canvas/core';
import { themeOf } from './theme.js';

/** Each has a signal of its name, which says what it is. */
export interface HeadingProps extends RectProps {
  title: SignalValue<string>;
  value?: SignalValue<string>;
}

/** Between a title and its value, in the title's font size. */
const SPACE = 0.8;

/**
 * A title at the left end of the node's width, and a value at its right end. What is too long for it is set smaller.
 *
 * @example `<Heading position={head.center} width={head.width} title={'Depth'} value={() => `${n()}`} />`
 */
@nodeName('Heading')
export class Heading extends Rect {
  @initial('')
  @signal()
  declare readonly title: SimpleSignal<string, this>;

  /** The parameter that moves, with its value. @defaultValue '' */
  @initial('')
  @signal()
  declare readonly value: SimpleSignal<string, this>;

  constructor(props: HeadingProps) {
    super(props);
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
