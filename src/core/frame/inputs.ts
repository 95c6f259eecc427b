/**
 * What a network receives at the samples of a frame, in float64.
 *
 * A sample is an offset (dx, dy) from the view's centre. The view's rotation turns it, the fold maps the resulting
 * point to another, and the features are computed from that; the values of the slice follow.
 *
 * With x and y alone and no fold, all of this is linear, and is folded into the weights of the first layer: kernels
 * then read offsets, which keep float32's precision in a deep zoom. Otherwise, kernels read each feature's difference
 * from its value at the view's centre. It is computed here for every sample in float64, and then rounded to float32.
 */
import { type Feature, featureCalled } from '../network/features.js';
import { inSector, partsOf, tiled } from '../network/fold.js';
import type { FrameDescription, View } from './description.js';
import { type Part, sampleOffsets } from './geometry.js';

/** The parts of a frame that determine its samples' inputs, without the slice. */
export interface InputSettings {
  size: FrameDescription['size'];
  supersample: FrameDescription['supersample'];
  view: View;
  network: Pick<FrameDescription['network'], 'features' | 'fold'>;
}

/** Whether inputs are linear in a sample's offset: kernels then have two inputs, dx and dy. */
export function areLinear({ features, fold }: InputSettings['network']): boolean {
  return fold === 'none' && features.every((name) => name === 'x' || name === 'y');
}

/** The number of planes that a kernel's first layer reads: the two offsets, or one plane per feature. */
export function planeCount(network: InputSettings['network']): number {
  return areLinear(network) ? 2 : network.features.length;
}

/** The network's inputs at an offset from the view's centre: the features, then the slice. */
export function inputAt({ network, view, slice }: FrameDescription, dx: number, dy: number): number[] {
  return [...featuresAt(network, view, dx, dy), ...slice];
}

/** The features at an offset from the view's centre. */
export function featuresAt(network: InputSettings['network'], view: View, dx: number, dy: number): number[] {
  const [u, v] = turned(view.rotation, dx, dy);
  return pointInputs(network, view.centre[0] + u, view.centre[1] + v);
}

/** The features of a point, after the fold. */
export function pointInputs({ features, fold }: InputSettings['network'], x: number, y: number): number[] {
  const [u, v] = folderOf(fold)(x, y);
  return features.map((name) => featureCalled(name).at(u, v));
}

/**
 * The unrotated offset of the point that a rotated view shows at an offset: the picture turns counter-clockwise, so
 * that point lies clockwise.
 */
export function turned(rotation: number, dx: number, dy: number): [number, number] {
  if (rotation === 0) return [dx, dy];
  const { cos, sin } = rotationOf(rotation);
  return [cos * dx + sin * dy, cos * dy - sin * dx];
}

/** Cosine and sine of an angle in degrees, exact at multiples of 90. */
export function rotationOf(degrees: number): { cos: number; sin: number } {
  const rest = degrees % 360;
  if (rest % 90 === 0) {
    const quarters = (rest / 90 + 4) % 4;
    return { cos: [1, 0, -1, 0][quarters], sin: [0, 1, 0, -1][quarters] };
  }
  const radians = (rest * Math.PI) / 180;
  return { cos: Math.cos(radians), sin: Math.sin(radians) };
}

function folderOf(fold: FrameDescription['network']['fold']): (x: number, y: number) => [number, number] {
  const { mirrors, tile, sectors } = partsOf(fold);
  if (sectors !== undefined) return (x, y) => inSector(x, y, sectors);
  if (tile !== undefined) return (x, y) => [tiled(x, tile / 2), tiled(y, tile / 2)];
  return mirrors ? (x, y) => [Math.abs(x), y] : (x, y) => [x, y];
}

/** Writes the planes that a kernel's first layer reads. */
export interface InputWriter {
  /** The number of planes: see planeCount. */
  readonly planes: number;
  /** Whether a plane's values depend on the column alone, on the row alone, or on both. */
  readonly varies: readonly ('column' | 'row' | 'both')[];
  /**
   * The float32 values of one plane, for rows of samples.
   * @param plane - From 0.
   * @param into - (rows * columns) values, row by row; columns are the width of the frame, or of the part, times
   * `supersample`.
   */
  write(plane: number, firstRow: number, rows: number, into: Float32Array): void;
  /** The values of one plane by column or by row, if they depend on these alone: see `varies`. */
  along(plane: number): Float32Array | undefined;
  /** The value of one plane at one sample, before it is rounded to float32. */
  at(plane: number, column: number, row: number): number;
}

/**
 * Planes for the samples of a frame. Values of one coordinate are computed once per column or row.
 * @param part - Only for this part of the frame, with the same values there; rows are then counted from its top.
 */
export function inputWriter(settings: InputSettings, part?: Part): InputWriter {
  const { network, view } = settings;
  const offsets = sampleOffsets(settings, part);
  const columns = offsets.x.length;
  if (areLinear(network)) {
    const x = Float32Array.from(offsets.x);
    return separable([
      { of: 'x', values: x },
      { of: 'y', values: Float32Array.from(offsets.y) },
    ]);
  }
  const at = axesOf(settings, offsets, part);
  const centre = featuresAt(network, view, 0, 0);
  const features = network.features.map(featureCalled);
  const { sectors } = partsOf(network.fold);
  const isSeparable = view.rotation === 0 && sectors === undefined;
  const alone = features.map((feature, i) => {
    if (!isSeparable || feature.of === 'point') return undefined;
    const axis = feature.of === 'x' ? at.x : at.y;
    return {
      of: feature.of,
      values: Float32Array.from(axis, (value) => feature.at(value, value) - centre[i]),
    };
  });
  if (alone.every((plane) => plane !== undefined)) return separable(alone);
  const fold = sectors === undefined ? undefined : (x: number, y: number) => inSector(x, y, sectors);
  const point = pointsOf(settings, offsets, at, fold);
  const valueAt = (plane: number, column: number, row: number) => {
    const known = alone[plane];
    if (known) return valueIn(known, column, row);
    const [x, y] = point(column, row);
    return features[plane].at(x, y) - centre[plane];
  };
  const write = (plane: number, firstRow: number, rows: number, into: Float32Array) => {
    const known = alone[plane];
    if (known) return fill(known, firstRow, rows, columns, into);
    const feature = features[plane];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const [x, y] = point(column, firstRow + row);
        into[row * columns + column] = feature.at(x, y) - centre[plane];
      }
    }
  };
  const varies = alone.map((plane) => (plane ? (plane.of === 'x' ? 'column' : 'row') : 'both'));
  return { planes: features.length, varies, write, along: (plane) => alone[plane]?.values, at: valueAt };
}

/** Planes at any points, given as offsets from the view's centre: see Evaluate. */
export function inputsAt(
  { network, view }: Pick<FrameDescription, 'network' | 'view'>,
  x: Float32Array,
  y: Float32Array,
): Float32Array[] {
  if (areLinear(network)) return [x, y];
  const centre = featuresAt(network, view, 0, 0);
  const planes = centre.map(() => new Float32Array(x.length));
  for (let i = 0; i < x.length; i++) {
    const values = featuresAt(network, view, x[i], y[i]);
    for (const [plane, value] of values.entries()) planes[plane][i] = value - centre[plane];
  }
  return planes;
}

/** A plane whose values depend on one coordinate. */
interface Alone {
  of: Exclude<Feature['of'], 'point'>;
  values: Float32Array;
}

function separable(planes: Alone[]): InputWriter {
  const columns = planes.find(({ of }) => of === 'x')?.values.length;
  return {
    planes: planes.length,
    varies: planes.map(({ of }) => (of === 'x' ? 'column' : 'row')),
    write: (plane, firstRow, rows, into) =>
      fill(planes[plane], firstRow, rows, columns ?? into.length / rows, into),
    along: (plane) => planes[plane].values,
    at: (plane, column, row) => valueIn(planes[plane], column, row),
  };
}

const valueIn = ({ of, values }: Alone, column: number, row: number) => values[of === 'x' ? column : row];

function fill(
  { of, values }: Alone,
  firstRow: number,
  rows: number,
  columns: number,
  into: Float32Array,
): void {
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    if (of === 'x') into.set(values, start);
    else into.fill(values[firstRow + row], start, start + columns);
  }
}

/**
 * Absolute coordinates by column and by row, mirrored and tiled. They are computed in samples from the axes. If an axis
 * or a tile's border lies on the pixel grid except for rounding errors, it is moved there, so that its two sides are
 * equal bit for bit.
 */
function axesOf(
  { size: [width, height], supersample, view, network }: InputSettings,
  offsets: { x: Float64Array; y: Float64Array },
  { x, y }: Pick<Part, 'x' | 'y'> = { x: 0, y: 0 },
): { x: Float64Array; y: Float64Array } {
  const { mirrors, tile } = partsOf(network.fold);
  const step = (2 * view.halfWidth) / (Math.min(width, height) * supersample);
  const half = tile === undefined ? undefined : onGrid(tile / 2 / step);
  const along = (
    { length }: Float64Array,
    first: number,
    pixels: number,
    centre: number,
    sign: number,
    isMirrored: boolean,
  ) => {
    const origin = onGrid(centre / step);
    const before = (first - pixels / 2) * supersample;
    return Float64Array.from({ length }, (_, i) => {
      const place = sign * (i + 0.5 + before) + origin;
      const folded = half !== undefined ? tiled(place, half) : isMirrored ? Math.abs(place) : place;
      return step * folded;
    });
  };
  return {
    x: along(offsets.x, x, width, view.centre[0], 1, mirrors),
    y: along(offsets.y, y, height, view.centre[1], -1, false),
  };
}

/** A distance in samples, moved to a multiple of half a sample if it is one except for rounding errors. */
function onGrid(samples: number): number {
  const near = Math.round(2 * samples) / 2;
  return Math.abs(samples - near) < 1e-6 ? near : samples;
}

/** The folded point at a column and row of samples. */
function pointsOf(
  { view, network }: InputSettings,
  offsets: { x: Float64Array; y: Float64Array },
  at: { x: Float64Array; y: Float64Array },
  fold: ((x: number, y: number) => [number, number]) | undefined,
): (column: number, row: number) => [number, number] {
  const { rotation, centre } = view;
  if (rotation === 0) {
    return fold ? (column, row) => fold(at.x[column], at.y[row]) : (column, row) => [at.x[column], at.y[row]];
  }
  const { cos, sin } = rotationOf(rotation);
  const folded = folderOf(network.fold);
  return (column, row) => {
    const [dx, dy] = [offsets.x[column], offsets.y[row]];
    return folded(centre[0] + cos * dx + sin * dy, centre[1] + cos * dy - sin * dx);
  };
}
