/** A grid of networks' pictures. */
import { initial, nodeName, Rect, type RectProps, signal, Txt } from '@motion-canvas/2d';
import {
  all,
  BBox,
  createComputed,
  delay,
  easeInOutCubic,
  easeOutCubic,
  type PossibleColor,
  range,
  type SignalValue,
  type SimpleSignal,
  type ThreadGenerator,
  type TimingFunction,
  Vector2,
  waitFor,
} from '@motion-canvas/core';
import { UsageError } from '../core/errors.js';
import { columnsFor, emptySpace, split } from './arrange.js';
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

/** The order of a grid's pictures: row by row, or column by column. */
export type GridFlow = 'rows' | 'columns';

/** The props of any Rect, the signals of this node, and its pictures. */
export type NetworkGridProps = RectProps &
  SignalProps<NetworkGrid, Rect> & {
    /** The pictures, row by row, or column by column if that is the grid's `flow`. */
    items: GridItem[];
  };

/** The time that a copy takes to its cell and, after it, the large picture to its new box: as part of that of both. */
const COPY = 0.7;
/** The height reserved for a label below its picture, in units of the label's font size. */
const LABEL_ROOM = 1.55;

/**
 * Pictures in rows and columns, as large as the node allows, each with its label.
 *
 * They can appear one after another, or grow out of one another. Then the newest is large: the last picture of the grid
 * fills the space of all cells that are still empty. It becomes one item after another, and leaves a copy of each in its
 * cell, until only its own cell is left. To show the value that has changed, read it from this picture.
 *
 * @example
 * ```tsx
 * const items = range(18).map((i) => ({ seed: 18, layers: i + 1, label: `${i + 1}` }));
 * view.add(<NetworkGrid ref={grid} size={view.size()} items={items} space={16} />);
 * yield* grid().appear(6); // one after another
 * yield* grid().field(17).weightScale(0.8, 2);
 * ```
 * @example
 * ```tsx
 * grid().begin(); // the first picture alone, in all the space
 * for (let i = 1; i < 18; i++) yield* grid().next(1);
 * ```
 */
@nodeName('NetworkGrid')
export class NetworkGrid extends Rect {
  /**
   * Number of columns; 0 chooses the number that makes the pictures largest, and with `stretch` leaves no gap in the last
   * row. @defaultValue 0
   */
  @initial(0)
  @signal()
  declare readonly columns: SimpleSignal<number, this>;

  /** The order of the pictures: row by row, or column by column. @defaultValue 'rows' */
  @initial('rows')
  @signal()
  declare readonly flow: SimpleSignal<GridFlow, this>;

  /** Whether the pictures fill the whole node, rather than being square. @defaultValue false */
  @initial(false)
  @signal()
  declare readonly stretch: SimpleSignal<boolean, this>;

  /** Number of pictures that are added together by `next()`, and are large together. @defaultValue 1 */
  @initial(1)
  @signal()
  declare readonly together: SimpleSignal<number, this>;

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
  readonly #items: readonly GridItem[];
  readonly #fields: NetworkField[];
  readonly #labels: readonly (Txt | undefined)[];
  /** How many cells `next()` has filled so far. */
  #taken = 0;

  constructor({ items = [], ...props }: NetworkGridProps) {
    super(props);
    warnOfUnknown(this, props, NetworkGrid);
    this.#items = items;
    this.cells = items.map((_, i) => new Rect({ position: () => this.placeOf(i), size: () => this.#cell() }));
    this.#fields = items.map(
      ({ label: _, ...item }, i) =>
        new NetworkField({
          ...item,
          size: () => this.cells[i].size().sub([0, this.#labelRoom()]),
          y: () => -this.#labelRoom() / 2,
        }),
    );
    this.#labels = items.map(({ label }, i) =>
      label === undefined ? undefined : this.#makeLabel(label, this.cells[i]),
    );
    for (const [i, cell] of this.cells.entries()) {
      cell.add(this.#fields[i]);
      if (this.#labels[i]) cell.add(this.#labels[i]);
    }
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

  /** The width and height of a picture, in pixels. */
  readonly pictureSize = createComputed(() => {
    const [columns, rows] = this.#shape();
    const { width, height } = this.size();
    const across = Math.max(0, (width - this.space() * (columns - 1)) / columns);
    const down = Math.max(0, (height - this.space() * (rows - 1)) / rows - this.#labelRoom());
    const side = Math.min(across, down);
    return this.stretch() ? new Vector2(across, down) : new Vector2(side, side);
  });

  /** The side of a picture in pixels, or its shorter side. */
  side(): number {
    const { width, height } = this.pictureSize();
    return Math.min(width, height);
  }

  /** The size of all cells together, in pixels. They are centred in the grid. */
  extent(): Vector2 {
    const [columns, rows] = this.#shape();
    const { width, height } = this.#cell().add(this.space());
    return new Vector2(columns * width - this.space(), rows * height - this.space());
  }

  /** The centre of a cell, its label included, in pixels from the centre of the grid. */
  placeOf(index: number): Vector2 {
    const [columns, rows] = this.#shape();
    const { width, height } = this.#cell().add(this.space());
    const [column, row] =
      this.flow() === 'rows'
        ? [index % columns, Math.floor(index / columns)]
        : [Math.floor(index / rows), index % rows];
    return new Vector2((column - (columns - 1) / 2) * width, (row - (rows - 1) / 2) * height);
  }

  /** Shows the first picture alone (or as many as are added `together`), in all the space. */
  begin(): void {
    this.#taken = 0;
    const boxes = this.#boxesAfter(0);
    for (const cell of this.cells) cell.opacity(0);
    for (const [i, index] of this.#newest().entries()) {
      const cell = this.cells[index];
      cell.opacity(1).position(boxes[i].center).size(boxes[i].size).moveToBottom();
      this.#labels[index]?.text(this.#items[i].label ?? '');
      for (const [signal, value] of this.#differences(index, index, i)) signal(value);
    }
  }

  /**
   * Adds the next picture (or as many as are added `together`): the large one becomes the next, and leaves a copy of
   * itself, which shrinks into its cell. Call `begin()` before, and this for each further picture.
   * @param seconds - Duration.
   * @param tweened - Whether all that differs between the two is tweened. Otherwise the next picture is there at once,
   *   and is uncovered as the copy shrinks: for what would flicker or be slow.
   * @throws UsageError if the grid is full.
   */
  *next(seconds: number, tweened = true): ThreadGenerator {
    const [before, count] = [this.#taken, this.together()];
    if (before + 2 * count > this.cells.length) {
      throw new UsageError(`The grid is full: it has ${this.cells.length} pictures.`);
    }
    this.#taken += count;
    const boxes = this.#boxesAfter(this.#taken);
    yield* all(
      ...this.#newest().flatMap((index, i) => [
        this.#leave(index, before + i, seconds, tweened ? easeInOutCubic : easeOutCubic),
        this.#become(index, before + i, boxes[i], seconds, tweened),
      ]),
    );
  }

  /** Moves a copy of the large picture at `index` to the cell at `to`. */
  *#leave(index: number, to: number, seconds: number, timing: TimingFunction): ThreadGenerator {
    const [cell, large] = [this.cells[to], this.cells[index]];
    const flight = COPY * seconds;
    cell.position(large.position()).size(large.size()).opacity(1).moveToTop();
    yield* all(cell.position(this.placeOf(to), flight, timing), cell.size(this.#cell(), flight, timing));
    cell.position(() => this.placeOf(to)).size(() => this.#cell());
  }

  /** Moves the large picture at `index`, which shows the item at `from`, to a box, while it becomes the next item. */
  *#become(index: number, from: number, box: BBox, seconds: number, tweened: boolean): ThreadGenerator {
    const to = from + this.together();
    const cell = this.cells[index];
    const label = () => this.#labels[index]?.text(this.#items[to].label ?? '');
    const changes = this.#differences(index, from, to);
    if (tweened) {
      const rest = COPY * seconds;
      yield* all(
        delay(
          seconds - rest,
          all(cell.position(box.center, rest, easeInOutCubic), cell.size(box.size, rest, easeInOutCubic)),
        ),
        ...changes.map(([signal, value]) => signal(value, seconds, easeInOutCubic)),
        delay(seconds / 2, label),
      );
    } else {
      cell.position(box.center).size(box.size);
      for (const [signal, value] of changes) signal(value);
      label();
      yield* waitFor(seconds);
    }
    if (to === index) cell.position(() => this.placeOf(index)).size(() => this.#cell());
  }

  /** The signals of the picture at `index` in which two items differ, each with its value in the second. */
  #differences(index: number, from: number, to: number): [SimpleSignal<unknown>, unknown][] {
    const { label: _, ...values } = this.#items[to];
    const before: Record<string, unknown> = this.#items[from];
    const signals = this.#fields[index] as unknown as Record<string, SimpleSignal<unknown>>;
    return Object.entries(values).flatMap(([name, value]) =>
      JSON.stringify(value) === JSON.stringify(before[name]) ? [] : [[signals[name], value]],
    );
  }

  /** The indices of the pictures that are large: the last ones. */
  #newest(): number[] {
    return range(this.cells.length - this.together(), this.cells.length);
  }

  /** The boxes of the large pictures while the first `taken` cells are taken. */
  #boxesAfter(taken: number): BBox[] {
    const count = this.together();
    const boxes = this.cells.map((_, i) => {
      const [{ x, y }, { width, height }] = [this.placeOf(i), this.#cell()];
      return new BBox(x - width / 2, y - height / 2, width, height);
    });
    if (taken + count >= boxes.length) return boxes.slice(-count);
    const box = emptySpace(boxes, taken);
    const columns = columnsFor(count, box, this.space());
    return split(box, 'rows', Math.ceil(count / columns), this.space())
      .flatMap((row) => split(row, 'columns', columns, this.space()))
      .slice(0, count);
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

  #makeLabel(text: SignalValue<string>, cell: Rect): Txt {
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
      x: () => (inside() ? 0.35 * em() - cell.width() / 2 : 0),
      y: () => (cell.height() - this.#labelRoom()) / 2 + (inside() ? -0.1 : 0.12) * em(),
    });
  }

  #shape(): [columns: number, rows: number] {
    const count = Math.max(1, this.#fields.length);
    const columns =
      this.columns() || columnsFor(count, this.size(), this.space(), this.#labelRoom(), this.stretch());
    return [columns, Math.ceil(count / columns)];
  }

  /** The size of a cell: a picture and the room for its label. */
  #cell(): Vector2 {
    return this.pictureSize().add([0, this.#labelRoom()]);
  }

  #labelRoom(): number {
    return this.labelPlace() === 'under' ? LABEL_ROOM * this.labelSize() : 0;
  }
}
