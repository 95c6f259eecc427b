/**
 * Features: what a network may receive for a point, by name. A feature is a coordinate, or a function of one:
 * `x`, `r`, `abs(x)`, `cos(angle)`. Compositional pattern-producing networks use such inputs for their symmetries
 * (Stanley, "Compositional pattern producing networks: A novel abstraction of development", 2007).
 */

/** One feature. */
export interface Feature {
  /** The coordinate that it depends on: x or y alone, or the whole point. */
  of: 'x' | 'y' | 'point';
  /** Its value at (x, y), in float64. */
  at(x: number, y: number): number;
}

type Coordinate = (x: number, y: number) => number;

/** Distance from the origin. Not Math.hypot, whose last bits differ between engines. */
const r: Coordinate = (x, y) => Math.sqrt(x * x + y * y);
/** Direction from the origin, in radians from -π to π; 0 at the origin. */
const angle: Coordinate = (x, y) => Math.atan2(y, x);

const functions = {
  abs: Math.abs,
  square: (v: number) => v * v,
  sin: Math.sin,
  cos: Math.cos,
  gaussian: (v: number) => Math.exp(-v * v),
} satisfies Record<string, (v: number) => number>;

type FunctionName = keyof typeof functions;

function featuresOf(
  name: string,
  of: Feature['of'],
  coordinate: Coordinate,
  names: readonly FunctionName[],
): [string, Feature][] {
  const applied = names.map((f): [string, Feature] => [
    `${f}(${name})`,
    { of, at: (x, y) => functions[f](coordinate(x, y)) },
  ]);
  return [[name, { of, at: coordinate }], ...applied];
}

const all = Object.keys(functions) as FunctionName[];

/** Every feature, by its name. */
const features = new Map<string, Feature>([
  ...featuresOf('x', 'x', (x) => x, all),
  ...featuresOf('y', 'y', (_, y) => y, all),
  ...featuresOf('r', 'point', r, ['square', 'sin', 'cos', 'gaussian']),
  ...featuresOf('angle', 'point', angle, ['abs', 'sin', 'cos']),
  ['x*y', { of: 'point', at: (x, y) => x * y }],
]);

/** The names of all features. */
export const featureNames: readonly string[] = [...features.keys()];

/** A feature's function, if it has one, and the coordinate that it is of. @param name - One of `featureNames`. */
export function featureParts(name: string): [called: string | undefined, coordinate: string] {
  const [, called, coordinate = name] = /^(\w+)\((.+)\)$/.exec(name) ?? [];
  return [called, coordinate];
}

/** A feature by name. @param name - One of `featureNames`. */
export function featureCalled(name: string): Feature {
  return features.get(name)!;
}
