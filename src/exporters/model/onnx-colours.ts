/** The colours of a palette in an ONNX graph. src/core/frame/colouring.ts and oklab.ts are the reference for them. */
import { type Colouring, OK_SPAN } from '../../core/frame/colouring.js';
import { GAMUT_STEPS, TO_CONES, TO_LIGHT } from '../../core/frame/oklab.js';
import type { Graph, Value } from './graph.js';

/**
 * Adds the value `colour` of the value `brightness`: (N, 3), or (N, units, 3) for the colours of all columns.
 * @param which - The column that a colour map shows: `own` is that of the map.
 */
export function addColours(
  graph: Graph,
  colouring: Exclude<Colouring, 'rgb'>,
  which: number | 'own' | 'all',
): void {
  const { add } = graph;
  if (typeof colouring !== 'object') {
    const light = lightOf(graph, colouring);
    const curve = add('Sub', add('Mul', 1.055, add('Pow', add('Max', light, 1e-9), 1 / 2.4)), 0.055);
    add('Where', add('LessOrEqual', light, 0.0031308), add('Mul', 12.92, light), curve);
    graph.renameLast('colour');
    return;
  }
  const { table, output } = colouring;
  const last = table.length / 3 - 1;
  const column = which === 'own' ? output : which;
  const values =
    column === 'all'
      ? 'brightness'
      : graph.node('Gather', ['brightness', graph.integers([column])], { axis: 1 });
  const position = add('Mul', values, last);
  const first = add('Min', add('Floor', position), last - 1);
  const share = add('Unsqueeze', add('Sub', position, first), graph.integers([2]));
  const index = graph.node('Cast', [first], { to: 7 }); // int64
  const colours = graph.constant('palette', [last + 1, 3], table);
  const entry = (rows: Value) => graph.node('Gather', [rows, index], { axis: 0 });
  const steps = Float32Array.from({ length: table.length - 3 }, (_, i) => table[i + 3] - table[i]);
  const rise = graph.constant('palette_steps', [last, 3], steps);
  const result = add('Add', entry(colours), add('Mul', share, entry(rise))); // (N, columns, 3)
  if (column !== 'all') add('Squeeze', result, graph.integers([1]));
  graph.renameLast('colour');
}

/** Linear red, green and blue of three outputs, (N, 3): a colour outside the sRGB gamut loses chroma. */
function lightOf(graph: Graph, space: 'oklab' | 'oklch'): Value {
  const { add } = graph;
  const [u, v, w] = [0, 1, 2].map((i) =>
    graph.node('Gather', ['brightness', graph.integers([i])], { axis: 1 }),
  );
  const { lightness, around, chroma } = OK_SPAN;
  const between = ([from, to]: readonly [number, number], value: Value) =>
    add('Add', from, add('Mul', to - from, value));
  const L = between(lightness, u);
  const hue = add('Mul', 2 * Math.PI, w);
  const [a, b] =
    space === 'oklab'
      ? [v, w].map((value) => between([-around, around], value))
      : ['Cos', 'Sin'].map((f) => add('Mul', between(chroma, v), add(f, hue)));
  // The cone responses of a and b; along a line from grey, light is a cubic polynomial of the chroma.
  const toCones = graph.constant('cones', [2, 3], [...TO_CONES.a, ...TO_CONES.b]);
  const d = add('MatMul', graph.node('Concat', [a, b], { axis: 1 }), toCones);
  const columns = [0, 1, 2].flatMap((i) => TO_LIGHT.map((row) => row[i]));
  const toLight = graph.constant('light', [3, 3], columns);
  const inLight = (cones: Value) => add('MatMul', cones, toLight);
  const squares = add('Mul', d, d);
  const c1 = add('Mul', add('Mul', 3, add('Mul', L, L)), inLight(d));
  const c2 = add('Mul', add('Mul', 3, L), inLight(squares));
  const c3 = inLight(add('Mul', squares, d));
  const grey = add('Mul', L, add('Mul', L, L));
  const at = (t: Value | number) =>
    add('Add', add('Mul', add('Add', add('Mul', add('Add', add('Mul', c3, t), c2), t), c1), t), grey);
  const isInside = (light: Value) => {
    const distance = graph.node('ReduceMax', [add('Abs', add('Sub', light, 0.5))], {
      axes: [1],
      keepdims: 1,
    });
    return add('LessOrEqual', distance, 0.5);
  };
  let t: Value | number = 0;
  for (let step = 0, width = 0.5; step < GAMUT_STEPS; step++, width /= 2) {
    const next = t === 0 ? width : add('Add', t, width);
    t = add('Where', isInside(at(next)), next, t);
  }
  return add('Clip', at(add('Where', isInside(at(1)), 1, t)), 0, 1);
}
