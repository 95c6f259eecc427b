/** Text over a picture that fills the frame. */
import {
  Gradient,
  initial,
  type Layout,
  Node,
  nodeName,
  Rect,
  type RectProps,
  signal,
  Txt,
  type TxtProps,
} from '@motion-canvas/2d';
import {
  Color,
  type SignalValue,
  type SimpleSignal,
  type ThreadGenerator,
  Vector2,
} from '@motion-canvas/core';
import { shapeOf } from './arrange.js';
import { dottedLine } from './dotted-line.js';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { canvasFont, themeOf } from './theme.js';

/** The props of any Rect, and the signals of this node. */
export type LowerThirdProps = RectProps & SignalProps<LowerThird, Rect>;

/** The font size of the value, in units of the theme's `body`. */
const VALUE = 1.25;
/** The least font size of the title, and its largest above a value in a wide frame, in units of the theme's `title`. */
const [SMALLEST, STACKED] = [0.72, 0.85];
/** The width of the line beside the note, as part of the width of the text. */
const BESIDE = 0.36;
/** Opacity of the gradient, from its upper edge to its lower one: [place, opacity]. */
const SCRIM = [
  [0, 0],
  [0.35, 0.5],
  [0.65, 0.78],
  [1, 0.9],
] as const;

/**
 * A title, a note, and a value with its position on a line, over a gradient along the bottom edge of the
 * frame. It covers its parent, which the picture should fill, and must be added after it. In a wide frame, the value is
 * at the right, unless the title is too long; otherwise everything is stacked.
 *
 * @example
 * ```tsx
 * <NetworkField ref={field} size={view.size()} />
 * <LowerThird title={'Growing weights'} text={() => `s = ${s()}`} place={() => s() - 0.4} from={'0.4'} to={'1.4'} />
 * ```
 */
@nodeName('LowerThird')
export class LowerThird extends Rect {
  /** The title, or a caption. @defaultValue '' */
  @initial('')
  @signal()
  declare readonly title: SimpleSignal<string, this>;

  /** A smaller line of text below the title. @defaultValue '' */
  @initial('')
  @signal()
  declare readonly note: SimpleSignal<string, this>;

  /** The value as text. @defaultValue '' */
  @initial('')
  @signal()
  declare readonly text: SimpleSignal<string, this>;

  /** Position of the dot on the line: 0 is the left end, 1 the right end. @defaultValue 0 */
  @initial(0)
  @signal()
  declare readonly place: SimpleSignal<number, this>;

  /** Label of the line's left end. @defaultValue '', and without both labels there is no line */
  @initial('')
  @signal()
  declare readonly from: SimpleSignal<string, this>;

  /** Label of the line's right end. @defaultValue '' */
  @initial('')
  @signal()
  declare readonly to: SimpleSignal<string, this>;

  /** Places of further dots on the line, each from 0 to 1. @defaultValue [] */
  @initial([])
  @signal()
  declare readonly marks: SimpleSignal<number[], this>;

  /** Opacity of the text, without the gradient: 0 to 1. @defaultValue 1 */
  @initial(1)
  @signal()
  declare readonly textOpacity: SimpleSignal<number, this>;

  readonly #measuring = document.createElement('canvas').getContext('2d')!;
  readonly #title: Txt;
  readonly #note: Txt;
  readonly #value: Txt;
  readonly #ends: Txt[];

  constructor(props: LowerThirdProps) {
    super(props);
    warnOfUnknown(this, props, LowerThird);
    if (this.width.isInitial() && this.height.isInitial()) {
      this.size(() => (this.parent() as Layout | null)?.size() ?? Vector2.zero);
    }
    const small = () => themeOf(this).small;
    const at = (place: () => Place) => ({ position: () => place().at, offset: () => place().offset });
    this.#title = this.#text(
      () => this.title(),
      () => this.#titleSize(),
      at(() => this.#places().title),
    );
    this.#title
      .fontWeight(600)
      .lineHeight('120%')
      .textWrap(true)
      .maxWidth(() => this.#titleWidth());
    this.#note = this.#text(
      () => this.note(),
      small,
      at(() => this.#places().note),
    );
    this.#value = this.#text(
      () => this.text(),
      () => VALUE * themeOf(this).body,
      at(() => this.#places().value),
    );
    this.#value.fontWeight(500);
    this.#ends = [
      this.#text(
        () => this.from(),
        small,
        at(() => this.#places().from),
      ),
      this.#text(
        () => this.to(),
        small,
        at(() => this.#places().to),
      ),
    ];
    this.add([this.#scrim(), this.#title, this.#note, this.#value, ...this.#ends, this.#line()]);
  }

  /**
   * Replaces title and note, fading both out and in.
   * @param title - The new title.
   * @param note - The new note.
   * @param seconds - How long both fades take together.
   */
  *say(title: SignalValue<string>, note: SignalValue<string> = '', seconds = 0.5): ThreadGenerator {
    yield* this.textOpacity(0, seconds / 2);
    this.title(title);
    this.note(note);
    yield* this.textOpacity(1, seconds / 2);
  }

  #text(content: () => string, fontSize: () => number, props: TxtProps): Txt {
    return new Txt({
      text: content,
      fontSize,
      fill: () => themeOf(this).colours.ink,
      shadowColor: () => faded(themeOf(this).colours.background, 0.8),
      shadowBlur: () => 0.3 * fontSize(),
      opacity: () => this.textOpacity(),
      ...props,
    });
  }

  /** The gradient, over the lowest quarter of the frame, or more if the text needs it. */
  #scrim(): Rect {
    const height = () => Math.max(this.height() / 4, this.#places().height + themeOf(this).margin);
    return new Rect({
      size: () => [this.width(), height()],
      y: () => (this.height() - height()) / 2,
      fill: () =>
        new Gradient({
          type: 'linear',
          from: [0, -height() / 2],
          to: [0, height() / 2],
          stops: SCRIM.map(([offset, opacity]) => ({
            offset,
            color: faded(themeOf(this).colours.background, opacity),
          })),
        }),
      opacity: () => (this.#isEmpty() ? 0 : 1),
    });
  }

  /** The line with its dots. */
  #line(): Node {
    const stroke = () => themeOf(this).stroke;
    const ink = () => themeOf(this).colours.ink;
    return new Node({
      opacity: () => (this.#hasLine() ? this.textOpacity() : 0),
      children: dottedLine({
        at: (place) => {
          const { left, right, y } = this.#places().line;
          return new Vector2(left + (right - left) * place, y);
        },
        place: () => this.place(),
        marks: () => this.marks(),
        lineWidth: () => 0.8 * stroke(),
        dotSize: () => 4 * stroke(),
        markSize: () => 2.2 * stroke(),
        colours: {
          line: () => faded(ink(), 0.45).css(),
          dot: () => themeOf(this).colours.accent,
          mark: ink,
        },
      }),
    });
  }

  #hasLine(): boolean {
    return this.from() !== '' || this.to() !== '';
  }

  #isEmpty(): boolean {
    return !this.title() && !this.note() && !this.text() && !this.#hasLine();
  }

  /** The width available for text. */
  #room(): number {
    return this.width() - 2 * themeOf(this).margin;
  }

  /** The width of the value and its line if they are beside the title, or 0 if they are below it. */
  #beside(): number {
    if (shapeOf(this.size()) !== 'wide') return 0;
    const { gap, title } = themeOf(this);
    const side = Math.max(this.#value.width(), this.#hasLine() ? BESIDE * this.#room() : 0);
    const left = this.#room() - side - 2 * gap;
    const fits = SMALLEST * this.#measured(title) <= left && this.#note.width() <= left;
    return fits ? side : 0;
  }

  /** The width of the title on one line. @param fontSize - In pixels. */
  #measured(fontSize: number): number {
    this.#measuring.font = canvasFont(fontSize, 600, themeOf(this).font);
    return this.#measuring.measureText(this.title()).width;
  }

  /** The width to which the title shrinks, and beyond which it is broken into lines. */
  #titleWidth(): number {
    const side = this.#beside();
    return side > 0 ? this.#room() - side - 2 * themeOf(this).gap : this.#room();
  }

  #titleSize(): number {
    const { title } = themeOf(this);
    const largest = this.#beside() > 0 || shapeOf(this.size()) !== 'wide' ? title : STACKED * title;
    const fitting = (0.99 * title * this.#titleWidth()) / Math.max(1, this.#measured(title));
    return Math.max(SMALLEST * title, Math.min(largest, fitting));
  }

  /** Where everything is, from the bottom up. */
  #places(): Places {
    const { margin, small, body, gap, stroke } = themeOf(this);
    const [left, right] = [-this.#room() / 2, this.#room() / 2];
    const bottom = this.height() / 2 - 0.6 * margin;
    const side = this.#beside();
    const note = this.note() ? 1.4 * small : 0;
    const line = this.#hasLine() ? 1.5 * small : 0;
    const value = this.text() ? 1.25 * VALUE * body : 0;
    const title = this.title() ? this.#title.height() : 0;
    const along = (from: number, y: number): Pick<Places, 'line' | 'from' | 'to'> => ({
      from: { at: [from, y], offset: [-1, 0] },
      to: { at: [right, y], offset: [1, 0] },
      line: {
        left: from + this.#ends[0].width() + gap / 2 + 2 * stroke,
        right: right - this.#ends[1].width() - gap / 2 - 2 * stroke,
        y,
      },
    });
    if (side > 0) {
      const lower = Math.max(note, line);
      const upper = Math.max(title, value);
      return {
        height: lower + upper,
        title: { at: [left, bottom - lower - upper / 2], offset: [-1, 0] },
        value: { at: [right, bottom - lower - upper / 2], offset: [1, 0] },
        note: { at: [left, bottom - lower / 2], offset: [-1, 0] },
        ...along(right - side, bottom - lower / 2),
      };
    }
    // Note and value share a row if they fit.
    const share = this.#note.width() + this.#value.width() + gap <= 2 * right;
    const middle = share ? Math.max(note, value) : note + value;
    return {
      height: line + middle + title,
      title: { at: [left, bottom - line - middle], offset: [-1, 1] },
      note: { at: [left, bottom - line - (share ? middle / 2 : value + note / 2)], offset: [-1, 0] },
      value:
        share && note > 0
          ? { at: [right, bottom - line - middle / 2], offset: [1, 0] }
          : { at: [left, bottom - line - value / 2], offset: [-1, 0] },
      ...along(left, bottom - line / 2),
    };
  }
}

/** A position, and the offset of the node that is placed there. */
interface Place {
  at: [x: number, y: number];
  offset: [x: number, y: number];
}

interface Places {
  /** Of all text together. */
  height: number;
  title: Place;
  note: Place;
  value: Place;
  from: Place;
  to: Place;
  line: { left: number; right: number; y: number };
}

function faded(colour: string, opacity: number): Color {
  return new Color(colour).alpha(opacity);
}
