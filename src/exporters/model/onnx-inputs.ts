/** The fold and the features in an ONNX graph. src/core/network/fold.ts and features.ts are the reference for them. */
import { featureParts } from '../../core/network/features.js';
import { type Fold, type FoldParts, partsOf } from '../../core/network/fold.js';
import type { Graph, Value } from './graph.js';

/**
 * What the first layer receives: the features of the folded points, and the slice.
 * @param points - (N, 2 + slices).
 * @param slices - The number of the slice's values.
 */
export function inputsOf(
  graph: Graph,
  points: Value,
  { features, fold }: { features: readonly string[]; fold: Fold },
  slices: number,
): Value {
  if (fold === 'none' && features.join() === 'x,y') return points;
  const column = (i: number, name: string) =>
    graph.node('Gather', [points, graph.integers([i])], { axis: 1 }, name);
  const [x, y] = foldedPoint(graph, partsOf(fold), column(0, 'x'), column(1, 'y'));
  const point = pointOf(graph, x, y);
  const columns = features.map((name) => featureOf(graph, point, name));
  if (slices > 0) {
    const indices = graph.integers(Array.from({ length: slices }, (_, i) => 2 + i));
    columns.push(graph.node('Gather', [points, indices], { axis: 1 }, 'slice'));
  }
  return graph.node('Concat', columns, { axis: 1 }, 'inputs');
}

/** The fold: see src/core/network/fold.ts. */
function foldedPoint(graph: Graph, parts: FoldParts, x: Value, y: Value): [Value, Value] {
  const { add } = graph;
  const { mirrors, tile, sectors } = parts;
  if (mirrors) return [add('Abs', x), y];
  if (tile !== undefined) {
    const period = 2 * tile;
    const tiled = (value: Value) => {
      const moved = add('Add', value, tile / 2);
      const along = add('Sub', moved, add('Mul', period, add('Floor', add('Div', moved, period))));
      return add('Sub', add('Min', along, add('Sub', period, along)), tile / 2);
    };
    return [tiled(x), tiled(y)];
  }
  if (sectors === undefined) return [x, y];
  let [u, v] = [sectors % 2 === 0 ? add('Abs', x) : x, add('Abs', y)];
  if (sectors % 4 === 0) [u, v] = [add('Max', u, v), add('Min', u, v)];
  const sector = (2 * Math.PI) / sectors;
  const turns = add('Ceil', add('Sub', add('Div', angleOf(graph, u, v), sector), 0.5));
  const angle = add('Mul', turns, sector);
  const [cos, sin] = [add('Cos', angle), add('Sin', angle)];
  return [
    add('Add', add('Mul', cos, u), add('Mul', sin, v)),
    add('Abs', add('Sub', add('Mul', cos, v), add('Mul', sin, u))),
  ];
}

/** atan2(y, x), for which there is no operator: the angle in the first octant, reflected. */
function angleOf({ add }: Graph, x: Value, y: Value): Value {
  const [width, height] = [add('Abs', x), add('Abs', y)];
  const most = add('Max', width, height, 1e-37); // at the origin, the angle is 0
  const octant = add('Atan', add('Div', add('Min', width, height), most));
  const quadrant = add('Where', add('Greater', height, width), add('Sub', Math.PI / 2, octant), octant);
  const half = add('Where', add('Less', x, 0), add('Sub', Math.PI, quadrant), quadrant);
  return add('Where', add('Less', y, 0), add('Neg', half), half);
}

/** The coordinates that features depend on, computed when they are first needed. */
function pointOf(graph: Graph, x: Value, y: Value): (coordinate: string) => Value {
  const { add } = graph;
  const known = new Map([
    ['x', x],
    ['y', y],
  ]);
  const compute: Record<string, () => Value> = {
    r: () => add('Sqrt', add('Add', add('Mul', x, x), add('Mul', y, y))),
    angle: () => angleOf(graph, x, y),
    'x*y': () => add('Mul', x, y),
  };
  return (coordinate) => {
    const value = known.get(coordinate) ?? compute[coordinate]();
    known.set(coordinate, value);
    return value;
  };
}

/** A feature by its name: a coordinate, or a function of one. */
function featureOf({ add }: Graph, point: (coordinate: string) => Value, name: string): Value {
  const [called, of] = featureParts(name);
  const value = point(of);
  if (called === undefined) return value;
  const functions: Record<string, () => Value> = {
    abs: () => add('Abs', value),
    square: () => add('Mul', value, value),
    sin: () => add('Sin', value),
    cos: () => add('Cos', value),
    gaussian: () => add('Exp', add('Neg', add('Mul', value, value))),
  };
  return functions[called]();
}
