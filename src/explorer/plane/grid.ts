/** The pixel grids of pictures on the plane, and how one lies on another. Pixels are counted from the top left. */
import type { FrameDescription, View } from '../../core/frame/description.js';
import type { Part } from '../../core/frame/geometry.js';
import { rotationOf, turned } from '../../core/frame/inputs.js';

export type Size = readonly [width: number, height: number];

/** The grid of a view's pixels at a size. It goes on beyond the view. */
export interface Grid {
  view: View;
  size: Size;
}

/** An affine map of pixels, as a canvas has it: (x, y) goes to (a x + c y + e, b x + d y + f). */
export interface Mapping {
  a: number;
  b: number;
  c: number;
  d: number;
  e: number;
  f: number;
}

/** The largest distance between pixels that are taken for the same one, in pixels. */
const SAME_PIXEL = 1e-3;
/** The largest relative difference between sides of pixels that are taken for the same, over the width of a screen. */
const SAME_SIDE = SAME_PIXEL / 8192;

/** The side of a pixel, in input units. */
export function pixelOf({ view, size }: Grid): number {
  return (2 * view.halfWidth) / Math.min(...size);
}

/** Where the pixels of one grid lie on another. */
export function mappingBetween(from: Grid, to: Grid): Mapping {
  const k = pixelOf(from) / pixelOf(to);
  const { cos, sin } = rotationOf(from.view.rotation - to.view.rotation);
  const apart = [0, 1].map((i) => from.view.centre[i] - to.view.centre[i]);
  const [right, up] = turned(-to.view.rotation, apart[0], apart[1]).map((length) => length / pixelOf(to));
  const [x, y] = from.size.map((side) => side / 2);
  const [a, b] = [k * cos, k * sin];
  return {
    a,
    b,
    c: -b,
    d: a,
    e: to.size[0] / 2 + right - a * x + b * y,
    f: to.size[1] / 2 - up - b * x - a * y,
  };
}

/** If pixels fall on pixels: by how many of them a grid is moved, to the right and down. */
export function shiftOf({ a, b, e, f }: Mapping): [dx: number, dy: number] | undefined {
  if (Math.abs(a - 1) > SAME_SIDE || Math.abs(b) > SAME_SIDE) return undefined;
  const whole: [number, number] = [Math.round(e) + 0, Math.round(f) + 0]; // never -0
  return Math.max(Math.abs(e - whole[0]), Math.abs(f - whole[1])) <= SAME_PIXEL ? whole : undefined;
}

/** The side of a source pixel, in pixels of the target. */
export function enlargementOf({ a, b }: Mapping): number {
  return Math.hypot(a, b);
}

export function inverseOf({ a, b, c, d, e, f }: Mapping): Mapping {
  const det = a * d - b * c;
  const [ia, ib, ic, id] = [d / det, -b / det, -c / det, a / det];
  return { a: ia, b: ib, c: ic, d: id, e: -(ia * e + ic * f), f: -(ib * e + id * f) };
}

export function mapped({ a, b, c, d, e, f }: Mapping, x: number, y: number): [number, number] {
  return [a * x + c * y + e, b * x + d * y + f];
}

/** The point that a mapping leaves where it is: for a zoom, the cursor. Undefined if there is none. */
export function fixedPoint({ a, b, c, d, e, f }: Mapping): [number, number] | undefined {
  const det = (1 - a) * (1 - d) - b * c;
  if (Math.abs(det) < 1e-9) return undefined;
  return [((1 - d) * e + c * f) / det, (b * e + (1 - a) * f) / det];
}

/** The smallest part with whole pixels in which another part lies after a mapping. */
export function boundsOf(mapping: Mapping, { x, y, width, height }: Part): Part {
  const corners = [
    mapped(mapping, x, y),
    mapped(mapping, x + width, y),
    mapped(mapping, x, y + height),
    mapped(mapping, x + width, y + height),
  ];
  const [left, top] = [0, 1].map((i) => Math.floor(Math.min(...corners.map((corner) => corner[i])) + 1e-6));
  const [right, bottom] = [0, 1].map((i) =>
    Math.ceil(Math.max(...corners.map((corner) => corner[i])) - 1e-6),
  );
  return { x: left, y: top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}

/** The part of a grid that lies within another part; undefined if there is none. */
export function overlapOf(one: Part, other: Part): Part | undefined {
  const x = Math.max(one.x, other.x);
  const y = Math.max(one.y, other.y);
  const width = Math.min(one.x + one.width, other.x + other.width) - x;
  const height = Math.min(one.y + one.height, other.y + other.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : undefined;
}

/** A grid over the same view whose pixels are 1 / scale times as large, and whose top left corner is the same. */
export function coarser({ view, size }: Grid, scale: number): { view: View; size: [number, number] } {
  const sides: [number, number] = [Math.ceil(size[0] * scale), Math.ceil(size[1] * scale)];
  const pixel = pixelOf({ view, size });
  // Rounding the size up adds some of the plane at the right and at the bottom.
  const [dx, dy] = [0, 1].map((i) => ((sides[i] / scale - size[i]) / 2) * pixel);
  const [right, up] = turned(view.rotation, dx, -dy);
  return {
    view: {
      ...view,
      centre: [view.centre[0] + right, view.centre[1] + up],
      halfWidth: ((pixel / scale) * Math.min(...sides)) / 2,
    },
    size: sides,
  };
}

/** The same view, seen by (dx, dy) pixels further to the right and down. */
export function movedBy({ view, size }: Grid, dx: number, dy: number): View {
  const pixel = pixelOf({ view, size });
  const [right, up] = turned(view.rotation, dx * pixel, -dy * pixel);
  return { ...view, centre: [view.centre[0] + right, view.centre[1] + up] };
}

/** Whether what a frame shows has parts whose places depend on its size, so that none can be drawn by itself. */
export function isUnitGrid({ shown }: Pick<FrameDescription, 'shown'>): boolean {
  return shown !== undefined && 'layer' in shown && shown.unit === undefined;
}
