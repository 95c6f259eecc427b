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
 * title that does not fit shrinks, but not below the size of labels. If there is room for two lines, it is broken into
 * lines instead: it may be a sentence that says what happens.
 *
 * @example
 * ```tsx
 * <Heading ref={heading} position={head.center} size={head.size} title={'Depth'} value={() => `${n()} layers`} />
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
    /** The height that the value takes from the title. */
    const below = () => (isStacked() ? 1.3 * theme().body : 0);
    const value = new Txt({
      text: () => this.value(),
      fontSize: () => theme().body,
      fill: () => theme().colours.accent,
      offset: () => [isStacked() ? -1 : 1, 0],
      x: () => (isStacked() ? left() : this.width() / 2),
      y: () => (isStacked() ? (this.height() - below()) / 2 : 0),
    });
    const beside = () => (value.text() && !isStacked() ? value.width() + SPACE * theme().title : 0);
    const room = () => this.width() - beside();
    const title = {
      text: () => this.title(),
      fontWeight: 600,
      fill: () => theme().colours.ink,
      offset: [-1, 0] as [number, number],
      x: left,
    };
    const line = new Txt({
      ...title,
      fontSize: () => theme().title,
      y: () => (isStacked() ? 0.65 * theme().title - this.height() / 2 : 0),
    });
    const shrunk = () => room() / Math.max(1, line.width());
    const isBroken = () =>
      shrunk() * theme().title < theme().body && this.height() - below() >= 2.4 * theme().body;
    line
      .scale(() => Math.min(1, Math.max(theme().small / theme().title, shrunk())))
      .opacity(() => (isBroken() ? 0 : this.titleOpacity()));
    const lines = new Txt({
      ...title,
      fontSize: () => theme().body,
      lineHeight: '122%',
      textWrap: true,
      width: room,
      y: () => -below() / 2,
      opacity: () => (isBroken() ? this.titleOpacity() : 0),
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
