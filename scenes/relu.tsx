/** Relu beside the two s-curves, and what sets it apart: its slope stays 1 where theirs vanish. The article's
 *  figure 13.
 *  Run: npm run render scenes/relu.tsx */
import { Circle, Latex, Line, makeScene2D, Txt } from '@motion-canvas/2d';
import {
  all,
  type BBox,
  createRefArray,
  createSignal,
  easeInOutSine,
  sequence,
  waitFor,
} from '@motion-canvas/core';
import { Axes, boxOf, Curve, cut, dress, Heading, shapeOf, split } from 'untrained/nodes';

/** The first and last x of the point that moves along the curves. */
const [FROM, TO] = [-3, 3];

interface Shown {
  name: string;
  colour: string;
  f: (x: number) => number;
  slope: (x: number) => number;
  /** The positions of its name, beside its curve and the curve of its slope. */
  places: Record<'f' | 'slope', [number, number]>;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, title, body, small, gap, stroke } = theme;
  /** In drawing order. */
  const functions: Shown[] = [
    {
      name: '\\sigma',
      colour: colours.heights[2],
      f: sigmoid,
      slope: (x) => sigmoid(x) * (1 - sigmoid(x)),
      places: { f: [-2, 0.5], slope: [-2.1, 0.28] },
    },
    {
      name: '\\tanh',
      colour: colours.negative,
      f: Math.tanh,
      slope: (x) => 1 - Math.tanh(x) ** 2,
      places: { f: [0.9, -0.7], slope: [-1.9, 0.62] },
    },
    {
      name: '\\mathrm{relu}',
      colour: colours.accent,
      f: (x) => Math.max(0, x),
      slope: (x) => (Math.abs(x) < 0.011 ? Number.NaN : Number(x > 0)), // none at 0, where the curve has a gap
      places: { f: [1.4, 2.4], slope: [2.4, 0.86] },
    },
  ];

  const wide = shapeOf(view.size()) === 'wide';
  const [head, rest] = cut(boxOf(view.size(), theme.margin), 'rows', 1.6 * title, gap);
  const [plots, foot] = cut(rest, 'rows', rest.height - (wide ? 2 : 3.2) * body, gap);
  const [left, right] = split(plots, wide ? 'columns' : 'rows', 2, gap);

  const axes = createRefArray<Axes>();
  const curves = createRefArray<Curve>();
  const names = createRefArray<Latex>();
  const table = createRefArray<Latex | Txt>();
  const x = createSignal(FROM);
  /** The visibility of the point and its tangents, 0 to 1. */
  const looked = createSignal(0);

  const plot = (box: BBox, kind: 'f' | 'slope') => {
    const index = kind === 'f' ? 0 : 1;
    const at = (x: number, y: number) => axes[index].toLocal(x, y);
    return (
      <Axes
        ref={axes}
        position={[box.center.x + 0.8 * small, box.center.y - 0.8 * small]}
        size={[box.width - 2.2 * small, box.height - 1.8 * small]}
        domainX={[-4, 4]}
        domainY={kind === 'f' ? [-1.3, 3.75] : [-0.1, 1.2]}
        ticksX={5}
        ticksY={kind === 'f' ? 5 : 2}
        opacity={0}
      >
        <Latex
          tex={kind === 'f' ? 'f(x)' : "f'(x)"}
          fill={colours.ink}
          fontSize={body}
          offset={[-1, -1]}
          position={() =>
            axes[index]
              .size()
              .scale(-0.5)
              .add(0.6 * small)
          }
        />
        {functions.map((shown) => (
          <Curve
            ref={curves}
            graph={{ f: shown[kind] }}
            detail={801}
            stroke={shown.colour}
            lineWidth={stroke}
            end={0}
            opacity={0}
          />
        ))}
        {functions.map(({ name, colour, places }) => (
          <Latex
            ref={names}
            tex={name}
            fill={colour}
            fontSize={small}
            position={() => at(...places[kind])}
            opacity={0}
          />
        ))}
        {kind === 'f' &&
          functions.map(({ f, slope }) => (
            <Line
              points={() => [-0.7, 0.7].map((d) => at(x() + d, f(x()) + d * (slope(x()) || 0)))}
              stroke={colours.ink}
              lineWidth={0.6 * stroke}
              lineCap={'round'}
              opacity={looked}
            />
          ))}
        {functions.map((shown) => (
          <Circle
            size={3.4 * stroke}
            fill={shown.colour}
            stroke={colours.background}
            lineWidth={0.6 * stroke}
            position={() => at(x(), shown[kind](x()) || 0)}
            opacity={looked}
          />
        ))}
      </Axes>
    );
  };

  view.add(
    <>
      <Heading
        title={'relu, tanh and sigma'}
        value={() => (looked() > 0 ? `x = ${signed(x(), 1)}` : '')}
        position={head.center}
        width={head.width}
      />
      {plot(left, 'f')}
      {plot(right, 'slope')}
    </>,
  );

  // The slopes at x, below the plots: each number is beside its name, or below it.
  const columns = split(foot, 'columns', functions.length);
  view.add(
    functions.flatMap(({ name, colour, slope }, i) => [
      <Latex
        ref={table}
        tex={`${name}'(x)${wide ? ' =' : ''}`}
        fill={colour}
        fontSize={body}
        offset={[wide ? 1 : 0, 0]}
        position={columns[i].center.add(wide ? [0.6 * body, 0.2 * body] : [0, -0.5 * body])}
        opacity={0}
      />,
      <Txt
        ref={table}
        text={() => signed(slope(x()), 2)}
        fill={colours.ink}
        offset={[wide ? -1 : 0, 0]}
        position={columns[i].center.add(wide ? [0.9 * body, 0.2 * body] : [0, 0.9 * body])}
        opacity={0}
      />,
    ]),
  );

  const [ofF, ofSlope] = [0, functions.length];
  const draw = (first: number) =>
    sequence(
      1.3,
      ...functions.map((_, i) =>
        all(
          curves[first + i].end(1, 1.6, easeInOutSine),
          ...[curves, names].map((shown) => shown[first + i].opacity(1, 0.8)),
        ),
      ),
    );
  axes[0].opacity(1);
  yield* waitFor(0.8);
  yield* draw(ofF);
  yield* waitFor(0.8);
  yield* axes[1].opacity(1, 0.8);
  yield* draw(ofSlope);
  yield* waitFor(0.5);
  yield* all(looked(1, 0.8), ...table.map((cell) => cell.opacity(1, 0.8)));
  yield* x(TO, 8, easeInOutSine);
  yield* waitFor(2.5);
});

/** A number with a true minus sign, and without negative zero. */
function signed(value: number, digits: number): string {
  if (Number.isNaN(value)) return '–';
  return value
    .toFixed(digits)
    .replace(/^-(0\.?0*)$/, '$1')
    .replace('-', '−');
}
