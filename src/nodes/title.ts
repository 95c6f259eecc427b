/** A title beside or above a picture, with a few lines of notes. */
import { initial, nodeName, Rect, type RectProps, signal, Txt } from '@motion-canvas/2d';
import type { SignalValue, SimpleSignal } from '@motion-canvas/core';
import { warnOfUnknown } from './properties.js';
import { themeOf } from './theme.js';

/** The signals of the same names document these; `notes` has none. */
export interface TitleProps extends RectProps {
  title: SignalValue<string>;
  /** Lines of text below the title. */
  notes?: SignalValue<string>[];
  notesOpacity?: SignalValue<number>;
}

/**
 * A title with smaller lines of text below it, centred in the node. A title wider than the node shrinks to fit.
 *
 * @example `<Title position={head.center} width={head.width} title={'Growing depth'} notes={['30 units per layer']} />`
 */
@nodeName('Title')
export class Title extends Rect {
  /** The title. @defaultValue '' */
  @initial('')
  @signal()
  declare readonly title: SimpleSignal<string, this>;

  /** Opacity of the notes, 0 to 1. @defaultValue 1 */
  @initial(1)
  @signal()
  declare readonly notesOpacity: SimpleSignal<number, this>;

  constructor({ notes = [], ...props }: TitleProps) {
    super(props);
    warnOfUnknown(this, props, Title);
    const theme = () => themeOf(this);
    /** Heights of the title and of one note, and half of the total height, in units of the notes' font size. */
    const [titleHeight, line] = [1.92, 1.35];
    const half = (titleHeight + notes.length * line) / 2;
    const title = new Txt({
      text: () => this.title(),
      fontSize: () => theme().title,
      fontWeight: 600,
      fill: () => theme().colours.ink,
      y: () => (titleHeight / 2 - half) * theme().small,
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
            y: () => (titleHeight + (i + 0.5) * line - half) * theme().small,
            opacity: () => this.notesOpacity(),
          }),
      ),
    ]);
  }
}
