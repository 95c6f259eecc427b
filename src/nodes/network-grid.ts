/** A grid of networks' pictures. */
import { initial, nodeName, Rect, type RectProps, signal, Txt } from '@motion-canvas/2d';
import {
  all,
  createComputed,
  delay,
  easeOutCubic,
  type PossibleColor,
  type SignalValue,
  type SimpleSignal,
  type ThreadGenerator,
  Vector2,
} from '@motion-canvas/core';
import { UsageError } from '../core/errors.js';
import { columnsFor } from './arrange.js';
import { NetworkField, type NetworkFieldProps } from './network-field.js';
import { warnOfUnknown } from './properties.js';
import type { SignalProps } from './props.js';
import { dark, themeOf } from './theme.js';

/** One picture of a grid: the props of a NetworkField, and a label. */
export type GridItem = Omit<NetworkFieldProps, 'size' | 'width' | 'height' | 'position' | 'x' | 'y'> & {
  /** Its label, as text; none by default. */
  label?: SignalValue<string>;
};

/** Where a grid's labels are: below the pictures, or inside their bottom left corners. */
export type LabelPlace = 'under' | 'inside';

/** The props of any Rect, the signals of this node, and its pictures. */
export type NetworkGridProps = RectProps &
  SignalProps<NetworkGrid, Rect> & {
    /** The pictures, row by row. */
    items: GridItem[];
  };

/** The height reserved for a label below its picture, in units of the label's font size. */
const LABEL_ROOM = 1.55;

/**
 * Square pictures in rows and columns, as large as the node allows, each with its label.
 *
 * @example
 * ```tsx
 * const items = range(18).map((i) => ({ seed: 18, layers: i + 1, label: `${i + 1}` }));
 * view.add(<NetworkGrid ref={grid} size={view.size()} items={items} space={16} />);
 * yield* grid().appear(6); // one after another
 * yield* grid().field(17).weightScale(0.8, 2);
 * ```
 */
@nodeName('NetworkGrid')
export class NetworkGrid extends Rect {
  /** Number of columns; 0 chooses the number that makes the pictures largest. @defaultValue 0 */
  @initial(0)
  @signal()
  declare readonly columns: SimpleSignal<number, this>;

  /** Space between pictures, in pixels. @defaultValue 16 */
  @initial(16)
  @signal()
  declare readonly space: SimpleSignal<number, this>;

  /** Font size of the labels in pixels; 0 draws none. @defaultValue the theme's `small` */
  @signal()
  declare readonly labelSize: SimpleSignal<number, this>;

  /** Colour of the labels. @defaultValue the theme's `quiet` colour; for labels inside pictures, nearly white */
  @signal()
  declare readonly labelColour: SimpleSignal<PossibleColor, this>;

  /** Where labels are: below the picture, or inside its bottom left corner. @defaultValue 'under' */
  @initial('under')
  @signal()
  declare readonly labelPlace: SimpleSignal<LabelPlace, this>;

  /** The cells, in the order of `items`: each holds a picture and its label. */
  readonly cells: readonly Rect[];
  readonly #fields: NetworkField[];

  constructor({ items = [], ...props }: NetworkGridProps) {
    super(props);
    warnOfUnknown(this, props, NetworkGrid);
    this.#fields = items.map(
      ({ label: _, ...item }) =>
        new NetworkField({ ...item, size: () => this.side(), y: () => -this.#labelRoom() / 2 }),
    );
    this.cells = items.map(({ label }, i) => {
      const cell = new Rect({
        position: () => this.placeOf(i),
        size: () => new Vector2(this.side(), this.side() + this.#labelRoom()),
      });
      cell.add(this.#fields[i]);
      if (label !== undefined) cell.add(this.#makeLabel(label));
      return cell;
    });
    this.add([...this.cells]);
  }

  protected getDefaultLabelSize(): number {
    return themeOf(this).small;
  }

  protected getDefaultLabelColour(): string {
    return this.labelPlace() === 'inside' ? dark.ink : themeOf(this).colours.quiet;
  }

  /** The picture at `index`, counted from 0. Throws a UsageError if there is none. */
  field(index: number): NetworkField {
    const field = this.#fields[index];
    if (field) return field;
    throw new UsageError(
      `There is no picture ${index} in the grid: it has ${this.#fields.length}, counted from 0.`,
    );
  }

  /** The side of a picture, in pixels. */
  readonly side = createComputed(() => {
    const [columns, rows] = this.#shape();
    const { width, height } = this.size();
    const across = (width - this.space() * (columns - 1)) / columns;
    const down = (height - this.space() * (rows - 1)) / rows - this.#labelRoom();
    return Math.max(0, Math.min(across, down));
  });

  /** The size of all cells together, in pixels. They are centred in the grid. */
  extent(): Vector2 {
    const [columns, rows] = this.#shape();
    const [across, down] = [this.side() + this.space(), this.side() + this.#labelRoom() + this.space()];
    return new Vector2(columns * across - this.space(), rows * down - this.space());
  }

  /** The centre of a cell, its label included, in pixels from the centre of the grid. */
  placeOf(index: number): Vector2 {
    const [columns, rows] = this.#shape();
    const [across, down] = [this.side() + this.space(), this.side() + this.#labelRoom() + this.space()];
    const [column, row] = [index % columns, Math.floor(index / columns)];
    return new Vector2((column - (columns - 1) / 2) * across, (row - (rows - 1) / 2) * down);
  }

  /**
   * Makes the pictures appear one after another, each out of the one before it. The first is visible from the start.
   * @param seconds - Duration of the whole animation.
   * @param each - Duration of one picture's appearance, in seconds.
   */
  *appear(seconds: number, each = 0.6): ThreadGenerator {
    const [, ...others] = this.cells;
    const start = (i: number) => (Math.max(0, seconds - each) * (i + 1)) / others.length;
    for (const cell of others) cell.opacity(0);
    yield* all(...others.map((_, i) => delay(start(i), this.#enter(i + 1, each))));
  }

  *#enter(index: number, seconds: number): ThreadGenerator {
    const cell = this.cells[index];
    const from = this.placeOf(index - 1);
    const sameRow = from.y === this.placeOf(index).y;
    cell.position(sameRow ? from.lerp(this.placeOf(index), 0.5) : this.placeOf(index));
    cell.moveToBottom();
    yield* all(
      cell.position(this.placeOf(index), seconds, easeOutCubic),
      cell.opacity(1, seconds, easeOutCubic),
    );
    cell.position(() => this.placeOf(index));
  }

  #makeLabel(text: SignalValue<string>): Txt {
    const inside = () => this.labelPlace() === 'inside';
    const em = () => this.labelSize();
    return new Txt({
      text,
      fontSize: em,
      fill: () => this.labelColour(),
      opacity: () => (em() > 0 ? 1 : 0),
      fontWeight: () => (inside() ? 600 : 400),
      shadowColor: () => (inside() ? 'rgba(0, 0, 0, 0.75)' : 'rgba(0, 0, 0, 0)'),
      shadowBlur: () => (inside() ? 0.4 * em() : 0),
      offset: () => (inside() ? [-1, 1] : [0, 0]),
      x: () => (inside() ? 0.35 * em() - this.side() / 2 : 0),
      y: () => this.side() / 2 + (inside() ? -0.1 : 0.12) * em(),
    });
  }

  #shape(): [columns: number, rows: number] {
    const count = Math.max(1, this.#fields.length);
    const columns = this.columns() || columnsFor(count, this.size(), this.space(), this.#labelRoom());
    return [columns, Math.ceil(count / columns)];
  }

  #labelRoom(): number {
    return this.labelPlace() === 'under' ? LABEL_ROOM * this.labelSize() : 0;
  }
}
