/**
 * How a network carries a curve of inputs from layer to layer: Poole et al., "Exponential expressivity in deep neural
 * networks through transient chaos" (arXiv:1606.05340), where it is a circle. In every layer the curve lies in a space
 * of as many dimensions as there are units. It is drawn in the plane in which it extends most, that of its first two
 * principal directions.
 *
 * The directions alone do not determine a drawing: their signs are arbitrary, and two of them change places where their
 * variances cross. So each layer's drawing is turned, or mirrored, in its plane until its points are as close as
 * possible to those of the layer before (orthogonal Procrustes: Schönemann, "A Generalized Solution of the Orthogonal
 * Procrustes Problem", 1966). The first one is turned to the inputs themselves, so the result depends on nothing else.
 */
import { layerValues } from './forward.js';
import type { Network } from './layers.js';

/** A drawn curve: the x and y of P points, (2 P) numbers. */
export type FlatCurve = Float64Array<ArrayBuffer>;

/**
 * The curve in the inputs and in each hidden layer, drawn about its mean. Distances are divided by the square root of
 * the number of units, so that the sizes of layers can be compared: a point at distance 1 differs from the mean by 1 in
 * the root mean square over all units.
 * @param points - The inputs at P points along the curve, one number per input; P is 2 or more.
 * @returns The drawing of the inputs, then one for each hidden layer; (2 P) numbers each.
 */
export function carriedCurve(network: Network, points: readonly ArrayLike<number>[]): FlatCurve[] {
  const values = points.map((point) => [Array.from(point), ...layerValues(network, point)]);
  const drawn: FlatCurve[] = [];
  let before = Float64Array.from(points.flatMap((point) => [point[0], point[1] ?? 0]));
  for (let k = 0; k <= network.hidden.length; k++) {
    before = turnedTo(flattened(values.map((layers) => layers[k])), before);
    drawn.push(before);
  }
  return drawn;
}

/** Points in the plane of their first two principal directions, about their mean; divided by sqrt(units). */
export function flattened(points: readonly ArrayLike<number>[]): FlatCurve {
  const units = points[0].length;
  const mean = new Float64Array(units);
  for (const point of points) for (let i = 0; i < units; i++) mean[i] += point[i] / points.length;
  const covariance = Array.from({ length: units }, () => new Float64Array(units));
  for (const point of points) {
    const away = Float64Array.from(mean, (value, i) => point[i] - value);
    for (let i = 0; i < units; i++) {
      const row = covariance[i];
      for (let j = 0; j <= i; j++) row[j] += (away[i] * away[j]) / points.length;
    }
  }
  for (let i = 0; i < units; i++) for (let j = 0; j < i; j++) covariance[j][i] = covariance[i][j];
  const [first, second = new Float64Array(units)] = principalDirections(covariance);
  const along = (point: ArrayLike<number>, direction: Float64Array) =>
    direction.reduce((sum, part, i) => sum + part * (point[i] - mean[i]), 0) / Math.sqrt(units);
  return Float64Array.from(points.flatMap((point) => [along(point, first), along(point, second)]));
}

/** The points turned about the origin, and mirrored if that is closer, to match the points of another curve. */
export function turnedTo(curve: FlatCurve, to: FlatCurve): FlatCurve {
  let [xx, xy, yx, yy] = [0, 0, 0, 0];
  for (let i = 0; i < curve.length; i += 2) {
    xx += curve[i] * to[i];
    xy += curve[i] * to[i + 1];
    yx += curve[i + 1] * to[i];
    yy += curve[i + 1] * to[i + 1];
  }
  const mirrors = Math.hypot(xx - yy, xy + yx) > Math.hypot(xx + yy, xy - yx);
  const sign = mirrors ? -1 : 1;
  const angle = Math.atan2(xy - sign * yx, xx + sign * yy);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return curve.map((_, i) => {
    const [x, y] = i % 2 === 0 ? [curve[i], curve[i + 1]] : [curve[i - 1], curve[i]];
    return i % 2 === 0 ? cos * x - sign * sin * y : sin * x + sign * cos * y;
  });
}

/**
 * The unit eigenvectors of a symmetric matrix, from the largest eigenvalue to the smallest, by Jacobi rotations (Golub
 * & Van Loan, "Matrix Computations", 8.5).
 */
export function principalDirections(matrix: readonly Float64Array[]): Float64Array[] {
  const n = matrix.length;
  const a = matrix.map((row) => row.slice());
  const vectors = a.map((_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  const total = a.reduce((sum, row) => row.reduce((so, value) => so + value * value, sum), 0);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p][q] ** 2;
    if (off <= 1e-28 * total) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, p, q);
  }
  return vectors
    .map((vector, i) => ({ vector, value: a[i][i] }))
    .sort((one, other) => other.value - one.value)
    .map(({ vector }) => vector);
}

/** It converges quadratically: about ten sweeps are enough for hundreds of dimensions. */
const MOST_SWEEPS = 30;

/** Rotates the dimensions p and q so that the matrix has a zero there; `vectors` holds one eigenvector per row. */
function rotate(a: Float64Array[], vectors: Float64Array[], p: number, q: number): void {
  if (a[p][q] === 0) return;
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cos = 1 / Math.hypot(t, 1);
  const sin = t * cos;
  for (const row of a) {
    const [x, y] = [row[p], row[q]];
    row[p] = cos * x - sin * y;
    row[q] = sin * x + cos * y;
  }
  for (const rows of [a, vectors]) {
    const [first, second] = [rows[p], rows[q]];
    for (let i = 0; i < first.length; i++) {
      const [x, y] = [first[i], second[i]];
      first[i] = cos * x - sin * y;
      second[i] = sin * x + cos * y;
    }
  }
}
