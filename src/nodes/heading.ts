/** A scene's heading: its title, and the current value of what it varies. */
import { initial, nodeName, Rect, type RectProps, signal, Txt } from '@motion-canvas/2d';
import type { SignalValue, SimpleSignal, ThreadGenerator } from '@motion-canvas/core';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { themeOf } from './theme.js';

/** The props of any Rect, and the signals of this node; it must have a title. */
export type HeadingProps = RectProps & SignalProps<Heading, Rect> & { title: SignalValue<string> };

/** The least space between title and value, in units of the title's font size. */
const SPACE = 0.8;

/**
 * A title at the left edge of the node and a value at the right edge, or below the title if the node is high enough. A
 * title that does not fit shrinks to the size of body text, and is then broken into lines: it may be a sentence that
 * says what happens.
 *
 * @example
 * ```tsx
 * <Heading ref={heading} position={head.center} width={head.width} title={'Depth'} value={() => `${n()} layers`} />
 * yield* heading().say('Each extra layer bends what is already there.');
 * ```
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

  /** Opacity of the title, 0 to 1. @defaultValue 1 */
  @initial(1)
  @signal()
  declare readonly titleOpacity: SimpleSignal<number, this>;

  constructor(props: HeadingProps) {
    super(props);
    warnOfUnknown(this, props, Heading);
    const theme = () => themeOf(this);
    const left = () => -this.width() / 2;
    /** Whether the value is below the title. */
    const isStacked = () => this.height() >= 1.2 * (theme().title + theme().body);
    const value = new Txt({
      text: () => this.value(),
      fontSize: () => theme().body,
      fill: () => theme().colours.accent,
      offset: () => [isStacked() ? -1 : 1, 0],
      x: () => (isStacked() ? left() : this.width() / 2),
      y: () => (isStacked() ? this.height() / 2 - 0.65 * theme().body : 0),
    });
    const room = () => {
      const beside = value.text() && !isStacked() ? value.width() + SPACE * theme().title : 0;
      return this.width() - beside;
    };
    const title = {
      text: () => this.title(),
      fontWeight: 600,
      fill: () => theme().colours.ink,
      offset: [-1, 0] as [number, number],
      x: left,
      y: () => (isStacked() ? 0.65 * theme().title - this.height() / 2 : 0),
    };
    const line = new Txt({ ...title, fontSize: () => theme().title });
    const shrunk = () => room() / Math.max(1, line.width());
    const fits = () => shrunk() * theme().title >= theme().body;
    line.scale(() => Math.min(1, shrunk())).opacity(() => (fits() ? this.titleOpacity() : 0));
    const lines = new Txt({
      ...title,
      fontSize: () => theme().body,
      lineHeight: '122%',
      textWrap: true,
      width: room,
      opacity: () => (fits() ? 0 : this.titleOpacity()),
    });
    this.add([line, lines, value]);
  }

  /**
   * Replaces the title, fading it out and in.
   * @param title - The new title.
   * @param seconds - How long both fades take together.
   */
  *say(title: SignalValue<string>, seconds = 0.5): ThreadGenerator {
    yield* this.titleOpacity(0, seconds / 2);
    this.title(title);
    yield* this.titleOpacity(1, seconds / 2);
  }
}
