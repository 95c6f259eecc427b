/** What stands beside a picture, or above it: what it is, and a line or two about it. */
import { initial, nodeName, Rect, type RectProps, signal, Txt } from '@motion-canvas/2d';
import type { SignalValue, SimpleSignal } from '@motion-canvas/core';
import { themeOf } from './theme.js';

/** Each but `notes` has a signal of its name, which says what it is. */
export interface TitleProps extends RectProps {
  title: SignalValue<string>;
  /** Lines under it. */
  notes?: SignalValue<string>[];
  notesOpacity?: SignalValue<number>;
}

/**
 * A title with smaller lines under it, all in the middle of the node. A title wider than the node is set smaller.
 *
 * @example `<Title position={head.center} width={head.width} title={'Growing depth'} notes={['30 units a layer']} />`
 */
@nodeName('Title')
export class Title extends Rect {
  @initial('')
  @signal()
  declare readonly title: SimpleSignal<string, this>;

  /** @defaultValue 1 */
  @initial(1)
  @signal()
  declare readonly notesOpacity: SimpleSignal<number, this>;

  constructor({ notes = [], ...props }: TitleProps) {
    super(props);
    const theme = () => themeOf(this);
    /** How high the title is, and a note; and half of all of it, in the notes' font size. */
    const [high, line] = [1.92, 1.35];
    const half = (high + notes.length * line) / 2;
    const title = new Txt({
      text: () => this.title(),
      fontSize: () => theme().title,
      fontWeight: 600,
      fill: () => theme().colours.ink,
      y: () => (high / 2 - half) * theme().small,
    });
    title.scale(() => Math.min(1, this.width() / Math.max(1, title.width())));
    this.add([
      title,
      ...notes.map(
        (text, i) =>
          new Txt({
            text,
            fontSize: () => theme().small,
            fill: () => theme().colours.quiet,
            y: () => (high + (i + 0.5) * line - half) * theme().small,
            opacity: () => this.notesOpacity(),
          }),
      ),
    ]);
  }
}
