/** What stands above a scene: its title, and what it shows at the moment. */
import { nodeName, Rect, type RectProps, Txt } from '@motion-canvas/2d';
import type { SignalValue } from '@motion-canvas/core';
import { dark, type Theme, themeFor } from './theme.js';

export interface HeadingProps extends RectProps {
  theme?: Theme;
  title: string;
  /** The parameter that moves, with its value. */
  value?: SignalValue<string>;
}

/**
 * A title at the left end of the node's width, and a value at its right end.
 *
 * @example `<Heading theme={theme} position={head.center} width={head.width} title={'Depth'} value={() => `${n()}`} />`
 */
@nodeName('Heading')
export class Heading extends Rect {
  constructor({ theme, title, value = '', ...props }: HeadingProps) {
    super(props);
    const { colours, title: titleSize, body } = theme ?? themeFor(this.view().size(), dark);
    this.add([
      new Txt({
        text: title,
        fontSize: titleSize,
        fontWeight: 600,
        fill: colours.ink,
        offset: [-1, 0],
        x: () => -this.width() / 2,
      }),
      new Txt({
        text: value,
        fontSize: body,
        fill: colours.accent,
        offset: [1, 0],
        x: () => this.width() / 2,
      }),
    ]);
  }
}
