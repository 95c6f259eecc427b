/** Moving a view over the plane. Places and distances on the picture are in device pixels from its top left, y down. */
import type { View } from '../../core/frame/description.js';
import { turned } from '../../core/frame/inputs.js';

type Size = readonly [width: number, height: number];
type Point = readonly [x: number, y: number];

/** Halving or doubling the zoom takes this many pixels of the wheel. */
const WHEEL_PER_OCTAVE = 240;
/** The same for pinches on a trackpad, which arrive as a wheel with Ctrl and small distances. */
const PINCH_PER_OCTAVE = 70;
/** The largest zoom of a single event. */
const MOST_PER_EVENT = 1.5;
/** A line, and a page, of a wheel that does not count pixels: a notch is then as far as in other browsers. */
const [LINE, PAGE] = [100 / 3, 400];

/** The limits of a view's fields: those of their parameters. */
const HALF_WIDTHS = [1e-9, 1e9] as const;
const FURTHEST = 1e9;

/** The side of a pixel, in input units. */
export function pixelSize({ halfWidth }: View, size: Size): number {
  return (2 * halfWidth) / Math.min(...size);
}

/** The input point that a view shows at a place. */
export function pointAt(view: View, [x, y]: Point, size: Size): [number, number] {
  const pixel = pixelSize(view, size);
  const [u, v] = turned(view.rotation, (x - size[0] / 2) * pixel, (size[1] / 2 - y) * pixel);
  return [view.centre[0] + u, view.centre[1] + v];
}

/** The view after the picture was dragged by (dx, dy). Whole pixels keep the picture's pixels where they are. */
export function panned(view: View, dx: number, dy: number, size: Size): View {
  return withCentre(view, pointAt(view, [size[0] / 2 - dx, size[1] / 2 - dy], size));
}

/**
 * The view zoomed about a place, whose point stays where it is.
 * @param factor - How many times larger things become: above 1 zooms in.
 */
export function zoomed(view: View, factor: number, at: Point, size: Size): View {
  const halfWidth = clamp(view.halfWidth / factor, ...HALF_WIDTHS);
  const before = pointAt(view, at, size);
  const after = pointAt({ ...view, halfWidth }, at, size);
  const centre = [0, 1].map((i) => view.centre[i] + before[i] - after[i]) as [number, number];
  return withCentre({ ...view, halfWidth }, centre);
}

/** The parts of a WheelEvent that zoom. */
export interface Wheel {
  deltaY: number;
  /** The unit of deltaY. 0: pixels, 1: lines, 2: pages. */
  deltaMode?: number;
  /** Also set for pinches on a trackpad. */
  ctrlKey?: boolean;
}

/** The factor by which a wheel event zooms: 2^(-deltaY / 240), at most 1.5. */
export function wheelFactor({ deltaY, deltaMode = 0, ctrlKey = false }: Wheel): number {
  const distance = deltaY * [1, LINE, PAGE][deltaMode];
  const octaves = -distance / (ctrlKey ? PINCH_PER_OCTAVE : WHEEL_PER_OCTAVE);
  return clamp(2 ** octaves, 1 / MOST_PER_EVENT, MOST_PER_EVENT);
}

function withCentre(view: View, [x, y]: Point): View {
  return { ...view, centre: [clamp(x, -FURTHEST, FURTHEST), clamp(y, -FURTHEST, FURTHEST)] };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
