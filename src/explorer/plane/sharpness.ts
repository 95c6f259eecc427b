/**
 * How sharp each part of a picture is, in cells of 8 x 8 pixels (the period of the dither): samples per pixel along
 * each side. 0: nothing has been drawn there yet, or what was drawn is outdated. Less than 1: a coarse picture, or one
 * that was stretched. 1 and 2: exactly the final pixels, without and with supersampling.
 */
import type { Part } from '../../core/frame/geometry.js';
import { boundsOf, enlargementOf, inverseOf, type Mapping, mapped } from './grid.js';

/** The side of a cell, in pixels. */
export const CELL = 8;
/** A stretched picture is never taken for an exact one. */
const MOST_STRETCHED = 0.95;

/** The sharpness of a picture after stretching, in the new pixels. */
export function afterStretch(sharpness: number, mapping: Mapping): number {
  return Math.min(MOST_STRETCHED, sharpness / enlargementOf(mapping));
}

export class Sharpness {
  /** What the cells cover: corners and sides are multiples of CELL. */
  readonly extent: Part;
  readonly #columns: number;
  readonly #rows: number;
  readonly #values: Float32Array;

  /** Nothing is drawn yet. @param part - What to cover, extended to whole cells. */
  constructor(part: Part) {
    this.extent = wholeCells(part);
    this.#columns = this.extent.width / CELL;
    this.#rows = this.extent.height / CELL;
    this.#values = new Float32Array(this.#columns * this.#rows);
  }

  /** The same for another extent: cells outside the old one are 0. */
  covering(part: Part): Sharpness {
    const { extent } = this;
    const { x, y, width, height } = wholeCells(part);
    const isSame = x === extent.x && y === extent.y && width === extent.width && height === extent.height;
    return isSame ? this : this.shifted(0, 0, part);
  }

  /** The same where pixels are counted from elsewhere: (dx, dy) are added to their places. By multiples of CELL. */
  shifted(dx: number, dy: number, part?: Part): Sharpness {
    const { x, y, width, height } = this.extent;
    const next = new Sharpness(part ?? { x: x + dx, y: y + dy, width, height });
    next.#fill((x, y) => this.at(x - dx, y - dy));
    return next;
  }

  /**
   * The sharpness after a mapping of the pixels, for an extent of the new grid. A cell is as sharp as the least sharp
   * place that it shows.
   * @param loss - A factor for the blur of resampling.
   */
  mapped(mapping: Mapping, part: Part, loss: number): Sharpness {
    const next = new Sharpness(part);
    const back = inverseOf(mapping);
    next.#fill((x, y) => {
      let least = Number.POSITIVE_INFINITY;
      for (const [u, v] of PLACES) {
        const [column, row] = mapped(back, x + u * CELL, y + v * CELL);
        least = Math.min(least, this.at(column, row));
      }
      return afterStretch(loss * least, mapping);
    });
    return next;
  }

  /** The sharpness at a pixel; 0 outside the extent. */
  at(x: number, y: number): number {
    const column = Math.floor((x - this.extent.x) / CELL);
    const row = Math.floor((y - this.extent.y) / CELL);
    const isInside = column >= 0 && row >= 0 && column < this.#columns && row < this.#rows;
    return isInside ? this.#values[row * this.#columns + column] : 0;
  }

  /** The least sharpness in a part. */
  least(part: Part): number {
    let least = Number.POSITIVE_INFINITY;
    this.#each(part, (index) => {
      least = Math.min(least, this.#values[index]);
    });
    return least;
  }

  /** The cells in a part that are less sharp than this, as few rectangles. */
  below(limit: number, part: Part): Part[] {
    return this.#select(part, (index) => this.#values[index] < limit);
  }

  /**
   * Raises the cells that lie completely within a part, after its mapping, and are less sharp.
   * @param value - Their new sharpness.
   * @param limit - Cells of this sharpness or more stay as they are; by default those of `value`.
   * @returns These cells, as few rectangles.
   */
  raise(mapping: Mapping, part: Part, value: number, limit = value): Part[] {
    const back = inverseOf(mapping);
    const slack = 1e-3;
    const isWithin = (x: number, y: number) => {
      const [u, v] = mapped(back, x, y);
      return (
        u >= part.x - slack &&
        v >= part.y - slack &&
        u <= part.x + part.width + slack &&
        v <= part.y + part.height + slack
      );
    };
    const raised = this.#select(boundsOf(mapping, part), (index, x, y) => {
      if (this.#values[index] >= limit) return false;
      // Parts are convex, and so is what a similarity makes of them: if the corners are inside, all of the cell is.
      return isWithin(x, y) && isWithin(x + CELL, y) && isWithin(x, y + CELL) && isWithin(x + CELL, y + CELL);
    });
    for (const cells of raised) {
      this.#each(cells, (index) => {
        this.#values[index] = value;
      });
    }
    return raised;
  }

  #fill(valueAt: (x: number, y: number) => number): void {
    const half = CELL / 2;
    for (let row = 0, index = 0; row < this.#rows; row++) {
      for (let column = 0; column < this.#columns; column++, index++) {
        this.#values[index] = valueAt(
          this.extent.x + column * CELL + half,
          this.extent.y + row * CELL + half,
        );
      }
    }
  }

  /** Visits the cells that a part touches, row by row, with their indices and their top left corners. */
  #each(part: Part, visit: (index: number, x: number, y: number) => void): void {
    const { x: left, y: top } = this.extent;
    const clamp = (cell: number, cells: number) => Math.min(cells, Math.max(0, cell));
    const first = clamp(Math.floor((part.x - left) / CELL), this.#columns);
    const end = clamp(Math.ceil((part.x + part.width - left) / CELL), this.#columns);
    const bottom = clamp(Math.ceil((part.y + part.height - top) / CELL), this.#rows);
    for (let row = clamp(Math.floor((part.y - top) / CELL), this.#rows); row < bottom; row++) {
      for (let column = first; column < end; column++) {
        visit(row * this.#columns + column, left + column * CELL, top + row * CELL);
      }
    }
  }

  /** The cells that a part touches and that are chosen, as rectangles: runs in rows, joined to equal runs above. */
  #select(part: Part, isChosen: (index: number, x: number, y: number) => boolean): Part[] {
    const done: Part[] = [];
    let above: Part[] = [];
    let current: Part[] = [];
    let y = Number.NaN;
    const endRow = () => {
      const joined = current.map((run) => {
        const over = above.find((other) => other.x === run.x && other.width === run.width);
        if (!over || over.y + over.height !== run.y) return run;
        above = above.filter((other) => other !== over);
        return { ...over, height: over.height + CELL };
      });
      done.push(...above);
      above = joined;
      current = [];
    };
    this.#each(part, (index, left, top) => {
      if (top !== y) endRow();
      y = top;
      if (!isChosen(index, left, top)) return;
      const last = current.at(-1);
      if (last && last.x + last.width === left) last.width += CELL;
      else current.push({ x: left, y: top, width: CELL, height: CELL });
    });
    endRow();
    return [...done, ...above];
  }
}

/** The places of a cell that are compared in a mapping, relative to its middle: nearly its corners, and the middle. */
const PLACES = [
  [0, 0],
  [-0.49, -0.49],
  [0.49, -0.49],
  [-0.49, 0.49],
  [0.49, 0.49],
] as const;

/** The smallest part of whole cells that covers a part. */
function wholeCells({ x, y, width, height }: Part): Part {
  const [left, top] = [x, y].map((start) => CELL * Math.floor(start / CELL));
  const [right, bottom] = [x + width, y + height].map((end) => CELL * Math.ceil(end / CELL));
  return { x: left, y: top, width: right - left, height: bottom - top };
}
