/**
 * The linear regions of a network whose activations are piecewise linear: convex polygons of the input plane in each of
 * which its logits are affine functions of the point (Montúfar et al., "On the Number of Linear Regions of Deep Neural
 * Networks", arXiv:1402.1869). There are finitely many, and far from the origin only the unbounded ones are left.
 */
import { UsageError } from '../errors.js';
import { quote } from '../wording/explain.js';
import { activationTable, type UnitActivation } from './activations.js';
import type { HiddenLayer } from './layers.js';
import { buildNetwork } from './network.js';
import type { NetworkSpec } from './spec.js';

export type Point = [x: number, y: number];
/** A convex polygon: its corners, in order. */
export type Polygon = Point[];

/** A part of the plane in which a network is linear. */
export interface LinearRegion {
  /** Its corners, in input units. Those of an unbounded region are cut off at about 1e5 from the origin. */
  polygon: Polygon;
  unbounded: boolean;
}

/** The coefficients of an affine function a x + b y + c. */
type Affine = [a: number, b: number, c: number];

/** Half the side of a square that stands for the whole plane. */
const PLANE = 1e5;
/** More regions than anybody could see; without a limit, deep networks would take hours. */
const MOST = 5000;

/**
 * Divides the plane into the linear regions of a network's hidden layers.
 * @throws UsageError unless the inputs are x and y, every activation is linear on both sides of 0, such as relu, and
 *   there are at most 5000 regions.
 */
export function linearRegions(spec: NetworkSpec): LinearRegion[] {
  const { inputs, features, fold, residual, normalisation, layers } = spec;
  const plain = inputs === 2 && `${features}` === 'x,y' && fold === 'none' && Number.isInteger(layers);
  if (!plain || residual !== 0 || normalisation !== 'none') {
    throw new UsageError(
      'Linear regions need a network of x and y with a whole number of layers, and no fold, residual or normalisation.',
    );
  }
  let pieces = [{ region: wholePlane(), values: [[1, 0, 0] as Affine, [0, 1, 0] as Affine] }];
  for (const layer of buildNetwork(spec).hidden) {
    const slopes = slopesOf(layer);
    const parts: typeof pieces = [];
    for (const { region, values } of pieces) {
      parts.push(...divided(region, sumsOf(layer, values), slopes));
      if (parts.length > MOST) {
        throw new UsageError(`The network has over ${MOST} linear regions: use fewer layers or units.`);
      }
    }
    pieces = parts;
  }
  return pieces.map(({ region }) => ({
    polygon: region,
    unbounded: region.some((point) => Math.max(...point.map(Math.abs)) > 0.9 * PLANE),
  }));
}

/** The part of a convex polygon that is in the box with these corners; empty if there is none. */
export function clipped(polygon: Polygon, [left, bottom]: Point, [right, top]: Point): Polygon {
  const edges: Affine[] = [
    [1, 0, -left],
    [-1, 0, right],
    [0, 1, -bottom],
    [0, -1, top],
  ];
  return edges.reduce(positivePart, polygon);
}

/** The area of a polygon. */
export function areaOf(polygon: Polygon): number {
  const twice = polygon.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = polygon[(i + 1) % polygon.length]!;
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}

function wholePlane(): Polygon {
  return [
    [-PLANE, -PLANE],
    [PLANE, -PLANE],
    [PLANE, PLANE],
    [-PLANE, PLANE],
  ];
}

/** The sums of a layer's units as affine functions of the point, from those of the values that it receives. */
function sumsOf({ weights, biases, inputs }: HiddenLayer, values: Affine[]): Affine[] {
  return Array.from(biases, (bias, unit): Affine => {
    const sum = (k: 0 | 1 | 2) =>
      values.reduce((total, value, i) => total + weights[unit * inputs + i]! * value[k], 0);
    return [sum(0), sum(1), sum(2) + bias];
  });
}

/** For each unit, the slopes of its activation below and above 0. */
function slopesOf({ activation, units }: HiddenLayer): [below: number, above: number][] {
  return Array.from({ length: units }, (_, unit) => {
    const own: UnitActivation = Array.isArray(activation) ? activation[unit]! : activation;
    if (typeof own !== 'string' || !activationTable[own].homogeneous) {
      throw new UsageError(`${quote(own)} is not linear on both sides of 0: use relu, leakyRelu or abs.`);
    }
    const { derivative } = activationTable[own];
    return [derivative(-1), derivative(1)];
  });
}

/** Divides a region along the line where each unit's sum is 0. */
function divided(region: Polygon, sums: Affine[], slopes: [below: number, above: number][]) {
  let parts = [{ region, values: [] as Affine[] }];
  for (const [unit, z] of sums.entries()) {
    const side = (of: (typeof parts)[number], sign: 1 | -1) => ({
      region: positivePart(of.region, times(z, sign)),
      values: [...of.values, times(z, slopes[unit]![sign > 0 ? 1 : 0])],
    });
    parts = parts
      .flatMap((part) => [side(part, 1), side(part, -1)])
      .filter(({ region: { length } }) => length > 2);
  }
  return parts;
}

const times = ([a, b, c]: Affine, factor: number): Affine => [factor * a, factor * b, factor * c];

/** The part of a convex polygon where an affine function is positive. */
function positivePart(polygon: Polygon, [a, b, c]: Affine): Polygon {
  const z = polygon.map(([x, y]) => a * x + b * y + c);
  if (z.every((value) => value <= 0)) return [];
  return polygon.flatMap((point, i) => {
    const j = (i + 1) % polygon.length;
    const kept: Polygon = z[i]! > 0 ? [point] : [];
    if (z[i]! > 0 === z[j]! > 0) return kept;
    const t = z[i]! / (z[i]! - z[j]!);
    const next = polygon[j]!;
    return [...kept, [point[0] + t * (next[0] - point[0]), point[1] + t * (next[1] - point[1])] as Point];
  });
}
