/** ReLU, tanh and sigmoid, and what sets ReLU apart: for positive inputs, its slope stays 1 where theirs vanish.
 *  The article's figure 13.
 *  Run: npm run render scenes/relu.tsx */
import { Line, makeScene2D } from '@motion-canvas/2d';
import {
  type BBox,
  createRef,
  createRefArray,
  createSignal,
  easeInOutSine,
  sequence,
  waitFor,
} from '@motion-canvas/core';
import {
  Axes,
  boxOf,
  Curve,
  cut,
  dress,
  Heading,
  type LabelSide,
  Probe,
  planeIn,
  shapeOf,
  split,
  withTeaser,
} from 'untrained/nodes';

/** The first and last x of the point that moves along the curves, and the ends of the axes. */
const [START, STOP, FROM, TO] = [-2.6, 2.6, -3.2, 3.2];

interface Shown {
  name: string;
  colour: string;
  f: (x: number) => number;
  slope: (x: number) => number;
  /** The places of its name, beside its curve and beside the curve of its slope. */
  labels: Record<'f' | 'slope', { labelAt: number; labelSide: LabelSide }>;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

export default makeScene2D(
  withTeaser(function* (view) {
    const theme = yield* dress(view);
    const { colours, body, gap, stroke, margin } = theme;
    /** In drawing order. */
    const functions: Shown[] = [
      {
        name: 'sigmoid',
        colour: colours.heights[2],
        f: sigmoid,
        slope: (x) => sigmoid(x) * (1 - sigmoid(x)),
        labels: { f: { labelAt: -2.1, labelSide: 'above' }, slope: { labelAt: 2.1, labelSide: 'above' } },
      },
      {
        name: 'tanh',
        colour: colours.negative,
        f: Math.tanh,
        slope: (x) => 1 - Math.tanh(x) ** 2,
        labels: { f: { labelAt: -0.6, labelSide: 'right' }, slope: { labelAt: -0.9, labelSide: 'left' } },
      },
      {
        name: 'ReLU',
        colour: colours.accent,
        f: (x) => Math.max(0, x),
        slope: (x) => (Math.abs(x) < 0.005 ? Number.NaN : Number(x > 0)), // none at 0
        labels: { f: { labelAt: 1.9, labelSide: 'left' }, slope: { labelAt: 2, labelSide: 'below' } },
      },
    ];

    const wide = shapeOf(view.size()) === 'wide';
    const [head, plots] = cut(boxOf(view.size(), 0.6 * margin), 'rows', 2.5 * body, 0.7 * gap);
    const [left, right] = split(plots, wide ? 'columns' : 'rows', 2, gap);

    const heading = createRef<Heading>();
    const axes = createRefArray<Axes>();
    const curves = createRefArray<Curve>();
    const x = createSignal(START);
    /** The x on screen. The slopes are those at this x. */
    const shownX = () => Math.round(100 * x()) / 100;
    /** The visibility of the point and its tangents, 0 to 1. */
    const looked = createSignal(0);

    const plot = (box: BBox, kind: 'f' | 'slope') => (
      <Axes
        ref={axes}
        {...planeIn(box, theme, { characters: kind === 'f' ? 2 : 3 })}
        domainX={[FROM, TO]}
        domainY={kind === 'f' ? [-1.2, 3.4] : [-0.03, 1.08]}
        ticksY={kind === 'f' ? 5 : 2}
        nameX={'x'}
        nameY={kind === 'f' ? 'f(x)' : 'slope f′(x)'}
      >
        {functions.map(({ name, colour, labels, slope, ...shown }) => (
          <Curve
            ref={curves}
            graph={{ f: kind === 'f' ? shown.f : slope }}
            detail={801}
            stroke={colour}
            lineWidth={1.3 * stroke}
            area={0.16}
            label={() => (kind === 'f' || looked() === 0 ? name : written(slope(shownX())))}
            {...labels[kind]}
            until={FROM}
          />
        ))}
        {kind === 'f' &&
          functions.map(({ f, slope }) => (
            <Line
              points={() =>
                [-0.55, 0.55].map((d) => axes[0].toLocal(x() + d, f(x()) + d * (slope(x()) || 0)))
              }
              stroke={colours.ink}
              lineWidth={0.7 * stroke}
              lineCap={'round'}
              opacity={looked}
            />
          ))}
        <Probe at={x} opacity={looked} />
      </Axes>
    );

    view.add(
      <>
        <Heading
          ref={heading}
          title={'ReLU, tanh and sigmoid'}
          value={() => (looked() > 0 ? `x = ${written(shownX())}` : '')}
          position={head.center}
          size={head.size}
        />
        {plot(left, 'f')}
        {plot(right, 'slope')}
      </>,
    );

    yield* sequence(0.4, ...curves.map((curve) => curve.until(TO, 1.4, easeInOutSine)));
    yield* waitFor(0.4);
    yield* looked(1, 0.5);
    yield* x(0.5, 3.5, easeInOutSine);
    yield heading().say('For positive inputs, ReLU keeps its slope where the others level off.');
    yield* x(STOP, 3.5, easeInOutSine);
    yield* waitFor(2.5);
  }),
);

/** A number with two digits after the point, a true minus sign, and no negative zero. */
function written(value: number): string {
  if (Number.isNaN(value)) return '–';
  return (value || 0).toFixed(2).replace('-', '−');
}
