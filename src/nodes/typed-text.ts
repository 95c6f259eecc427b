/** Large text that appears letter by letter. */
import { initial, nodeName, Rect, type RectProps, signal, Txt } from '@motion-canvas/2d';
import { createComputed, type PossibleColor, range, type SimpleSignal } from '@motion-canvas/core';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { canvasFont, themeOf } from './theme.js';

/** The props of any Rect, and the signals of this node. */
export type TypedTextProps = RectProps & SignalProps<TypedText, Rect>;

const WEIGHT = 700;
/** The distance between lines, the caret's height and width, and its distance from the text, in font sizes. */
const [LINE, TALL, THIN, APART] = [1.15, 0.95, 0.07, 0.08];
/** The largest font size, in parts of the node's height. */
const LARGEST = 0.42;
/** Writing systems that run from right to left. */
const LEFTWARD = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * Text as large as the node allows, on one line or two, whichever is larger, and as much of it as has been typed. Its
 * size is that of the whole text from the beginning. A letter is what a reader sees as one: it includes its accents,
 * and an emoji all of its parts.
 *
 * @example
 * ```tsx
 * <TypedText ref={text} text={'Ada'} size={view.size()} typed={0} caret={1} />
 * yield* text().typed(text().letters().length, 1);
 * ```
 */
@nodeName('TypedText')
export class TypedText extends Rect {
  /** The whole text. @defaultValue '' */
  @initial('')
  @signal()
  declare readonly text: SimpleSignal<string, this>;

  /** How many of its letters are shown; fractions are rounded down. @defaultValue all */
  @initial(Number.POSITIVE_INFINITY)
  @signal()
  declare readonly typed: SimpleSignal<number, this>;

  /** Opacity of the caret behind the last letter, 0 to 1. @defaultValue 0 */
  @initial(0)
  @signal()
  declare readonly caret: SimpleSignal<number, this>;

  /** Colour of the text and the caret. @defaultValue white */
  @initial('white')
  @signal()
  declare readonly colour: SimpleSignal<PossibleColor, this>;

  /** The letters of the whole text. */
  readonly letters = createComputed(() => lettersOf(this.text()));

  readonly #measuring = document.createElement('canvas').getContext('2d')!;
  /** The whole text in lines, and the font size in pixels. */
  readonly #set = createComputed(() => {
    const words = this.text().split(' ');
    const ways = words.map((_, k) =>
      [words.slice(0, k).join(' '), words.slice(k).join(' ')].filter((line) => line !== ''),
    );
    const fitted = ways.map((lines) => {
      const wide = this.width() / Math.max(0.4, ...lines.map((line) => this.#widthOf(line) + 2 * APART));
      const high = Math.min(LARGEST, 0.9 / (LINE * Math.max(1, lines.length))) * this.height();
      return { lines, fontSize: Math.min(wide, high) };
    });
    return fitted.reduce((best, way) => (way.fontSize > best.fontSize ? way : best));
  });
  /** What has been typed of each line; lines without a letter are missing. */
  readonly #shown = createComputed(() => {
    let left = Math.max(0, Math.floor(this.typed()));
    return this.#set()
      .lines.map((line) => {
        const letters = lettersOf(line);
        const shown = letters.slice(0, left).join('');
        left = Math.max(0, left - letters.length - 1); // the space before the next line
        return shown;
      })
      .filter((line, k) => k === 0 || line !== '');
  });

  constructor(props: TypedTextProps) {
    super(props);
    warnOfUnknown(this, props, TypedText);
    const size = () => this.#set().fontSize;
    const y = (line: number) => (line - (Math.max(1, this.#set().lines.length) - 1) / 2) * LINE * size();
    const look = {
      fill: () => this.colour(),
      shadowColor: 'rgba(0, 0, 0, 0.6)',
      shadowBlur: () => 0.16 * size(),
    };
    const lines = range(2).map(
      (k) =>
        new Txt({
          text: () => this.#shown()[k] ?? '',
          fontSize: size,
          fontWeight: WEIGHT,
          y: () => y(k),
          ...look,
        }),
    );
    const last = () => Math.max(0, this.#shown().length - 1);
    this.add([
      ...lines,
      new Rect({
        size: () => [THIN * size(), TALL * size()],
        x: () => {
          const line = this.#shown()[last()] ?? '';
          const beside = (this.#widthOf(line) / 2 + (line ? APART : 0)) * size();
          return LEFTWARD.test(line) ? -beside : beside;
        },
        y: () => y(last()),
        opacity: () => this.caret(),
        ...look,
      }),
    ]);
  }

  /** The width of a line, in font sizes. */
  #widthOf(line: string): number {
    this.#measuring.font = canvasFont(100, WEIGHT, themeOf(this).font);
    return this.#measuring.measureText(line).width / 100;
  }
}

function lettersOf(text: string): string[] {
  const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text);
  return [...segments].map(({ segment }) => segment);
}
