/** Layout for views of any shape: divides a box into smaller boxes. */
import { BBox, type Vector2 } from '@motion-canvas/core';
import type { Theme } from './theme.js';

/** 16:9 is wide, 4:5 counts as square, and 9:16 is tall. */
export type Shape = 'wide' | 'square' | 'tall';

/** The shape of a view or a box, by the ratio of its sides. */
export function shapeOf({ width, height }: Vector2 | BBox): Shape {
  const ratio = width / height;
  if (ratio > 1.2) return 'wide';
  return ratio < 0.75 ? 'tall' : 'square';
}

/** The view as a box centred on (0, 0), Motion Canvas's origin, minus a margin on every side. In pixels. */
export function boxOf({ width, height }: Vector2, margin = 0): BBox {
  return new BBox(margin - width / 2, margin - height / 2, width - 2 * margin, height - 2 * margin);
}

/**
 * Cuts a box in two: a first part, `pixels` long, and the rest, with a gap between them.
 * @param along - `rows` cuts off the top part, `columns` the left part.
 */
export function cut(box: BBox, along: 'rows' | 'columns', pixels: number, gap = 0): [BBox, BBox] {
  const { x, y, width, height } = box;
  if (along === 'rows') {
    return [
      new BBox(x, y, width, pixels),
      new BBox(x, y + pixels + gap, width, Math.max(0, height - pixels - gap)),
    ];
  }
  return [
    new BBox(x, y, pixels, height),
    new BBox(x + pixels + gap, y, Math.max(0, width - pixels - gap), height),
  ];
}

/**
 * Cuts a box into `count` equal parts, with a gap between neighbours.
 * @param along - `rows` puts the parts below one another, `columns` side by side.
 * @param gap - In pixels.
 */
export function split(box: BBox, along: 'rows' | 'columns', count: number, gap = 0): BBox[] {
  const length = along === 'rows' ? box.height : box.width;
  const pixels = (length - gap * (count - 1)) / count;
  const parts: BBox[] = [];
  for (let rest = box; parts.length < count; ) {
    const [first, after] = cut(rest, along, pixels, gap);
    parts.push(first);
    rest = after;
  }
  return parts;
}

/** Covers a box with `count` tiles that are almost square, in rows from the top; some rows have one tile more. */
export function tiles(box: BBox, count: number): BBox[] {
  const rows = Math.min(count, Math.max(1, Math.round(Math.sqrt((count * box.height) / box.width))));
  const before = (row: number) => Math.floor((row * count) / rows);
  return split(box, 'rows', rows).flatMap((row, r) => split(row, 'columns', before(r + 1) - before(r)));
}

/** The largest square that fits in a box, centred in it. */
export function squareIn({ center, width, height }: BBox): BBox {
  const side = Math.min(width, height);
  return new BBox(center.x - side / 2, center.y - side / 2, side, side);
}

/**
 * The number of columns with which `count` squares fit a box at the largest size.
 * @param gap - Pixels between neighbours.
 * @param extra - Pixels reserved below each square, for a label.
 * @param full - Whether the last row must be full.
 */
export function columnsFor(
  count: number,
  { width, height }: Vector2 | BBox,
  gap = 0,
  extra = 0,
  full = false,
): number {
  const sideWith = (columns: number) => {
    const rows = Math.ceil(count / columns);
    const across = (width - gap * (columns - 1)) / columns;
    return Math.min(across, (height - gap * (rows - 1)) / rows - extra);
  };
  let best = 1;
  for (let columns = 2; columns <= count; columns++) {
    if (full && count % columns > 0) continue;
    if (sideWith(columns) > sideWith(best)) best = columns;
  }
  return best;
}

/**
 * The cells of a grid in a spiral, from the middle outwards: [column, row], each from 0. Where the grid is longer than
 * wide, the spiral continues in its two ends.
 * @param columns - 1 or more. @param rows - 1 or more.
 */
export function spiral(columns: number, rows: number): [column: number, row: number][] {
  const cells: [number, number][] = [];
  let [x, y] = [Math.floor((columns - 1) / 2), Math.floor((rows - 1) / 2)];
  for (let [turn, dx, dy] = [0, 1, 0]; cells.length < columns * rows; turn++) {
    for (let step = 0; step <= turn / 2; step++) {
      if (x >= 0 && x < columns && y >= 0 && y < rows) cells.push([x, y]);
      [x, y] = [x + dx, y + dy];
    }
    [dx, dy] = [-dy, dx];
  }
  return cells;
}

/**
 * The largest rectangle of a grid's cells that are still empty. Of two equally large ones, it is the one nearer to a
 * square.
 * @param cells - All cells, in the order in which they are taken: row by row or column by column.
 * @param taken - The number of cells that are taken; fewer than there are.
 */
export function emptySpace(cells: readonly BBox[], taken: number): BBox {
  const next = cells[taken];
  const rectangles = [
    ({ x, y }: BBox) => x >= next.x && y >= next.y,
    ({ y }: BBox) => y > next.y,
    ({ x }: BBox) => x > next.x,
  ]
    .filter((isInside) => !cells.slice(0, taken).some(isInside))
    .map((isInside) => cells.filter(isInside))
    .filter((inside) => inside.length > 0)
    .map((inside) => BBox.fromBBoxes(...inside));
  const side = ({ width, height }: BBox) => Math.min(width, height);
  const area = ({ width, height }: BBox) => width * height;
  return rectangles.reduce((best, box) => {
    const ratio = area(box) / area(best);
    return ratio > 1.001 || (ratio > 0.999 && side(box) > side(best)) ? box : best;
  });
}

/**
 * The layout of a scene with a heading above its pictures: boxes for the heading, which has one line in a wide view and
 * otherwise two, and for the pictures, which leave only a narrow margin.
 * @param size - Of the view, in pixels.
 */
export function belowHeading(size: Vector2, { title, body, gap }: Theme): [BBox, BBox] {
  const height = shapeOf(size) === 'wide' ? 1.3 * title : 1.4 * title + 1.4 * body;
  return cut(boxOf(size, 1.2 * gap), 'rows', height, 0.7 * gap);
}

/**
 * The position and size of Axes that fill a box together with their labels: one line below, a line above for the name
 * of y, and on the left as many characters as a label of y has.
 * @param options.characters - 2 by default; 0 leaves no room for labels of y.
 * @param options.named - Whether there is a line above; true by default.
 */
export function planeIn(
  box: BBox,
  { small }: Theme,
  { characters = 2, named = true }: { characters?: number; named?: boolean } = {},
): { position: Vector2; size: Vector2 } {
  const [, right] = cut(box, 'columns', characters > 0 ? (0.6 * characters + 0.5) * small : 0);
  const [, below] = cut(right, 'rows', (named ? 1.6 : 0) * small);
  const [{ center, size }] = cut(below, 'rows', below.height - 1.5 * small);
  return { position: center, size };
}

/**
 * The part of a view above the words of a LowerThird whose title has one line.
 * @param size - Of the view, in pixels.
 * @param options.note - Whether the LowerThird has a note; false by default.
 */
export function aboveWords(
  size: Vector2,
  { margin, title, small, gap }: Theme,
  { note = false }: { note?: boolean } = {},
): BBox {
  const words = 0.6 * margin + 1.2 * title + (note ? 1.4 * small : 0);
  return cut(boxOf(size), 'rows', size.height - words - gap)[0];
}

/**
 * The position and size of a HeightMap that fills a box. Surfaces are wider than high when they are seen at an angle,
 * and they do not reach their node's edges, so the node is larger than the box: turned by up to 20 degrees and tilted
 * by 40 to 50, a surface stays inside.
 */
export function surfaceIn({ center, width, height }: BBox): { position: Vector2; size: number } {
  return { position: center, size: Math.min(1.08 * width, 1.3 * height) };
}

/**
 * The layout of a scene with one picture: boxes for the title, the picture and the text about it, in this order. In a
 * wide view the picture is square and the other boxes are beside it; otherwise they are above and below it.
 * @param size - Of the view, in pixels.
 */
export function aroundPicture(size: Vector2, { margin, body, gap }: Theme): [BBox, BBox, BBox] {
  const whole = boxOf(size, margin);
  if (shapeOf(size) === 'wide') {
    const [left, right] = cut(whole, 'columns', whole.height, 2 * gap);
    const [head, foot] = cut(right, 'rows', 0.42 * right.height);
    return [head, left, foot];
  }
  const [head, rest] = cut(whole, 'rows', 3.4 * body, gap);
  const [middle, foot] = cut(rest, 'rows', rest.height - 4.4 * body - gap, gap);
  return [head, middle, foot];
}
