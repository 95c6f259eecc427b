/** What a second layer does with the first, for one input: s-curves, their weighted sum building up, and tanh of it.
 *  The article's figure 4. Run: npm run render scenes/s-curves.tsx */
import { makeScene2D } from '@motion-canvas/2d';
import {
  all,
  createRef,
  createRefArray,
  createSignal,
  delay,
  easeInOutCubic,
  easeInOutSine,
  type ThreadGenerator,
  waitFor,
} from '@motion-canvas/core';
import {
  Axes,
  boxOf,
  Curve,
  cut,
  dress,
  Heading,
  Probe,
  planeIn,
  shapeOf,
  split,
  withTeaser,
} from 'untrained/nodes';

/** The first layer: h = tanh(w x + b). The second adds them up with the weights v. */
const UNITS = [
  { w: -0.8, b: -2.0, v: 0.7 },
  { w: 2.4, b: -1.2, v: 1.3 },
  { w: 2.2, b: -6.6, v: -1.4 },
];
/** Where the labels of the weighted curves are. */
const LABELS = [
  { labelAt: -4.2, labelSide: 'above' },
  { labelAt: -3.2, labelSide: 'below' },
  { labelAt: 4, labelSide: 'below' },
] as const;
const [FROM, TO] = [-5, 5];
/** The x at which tanh bends the sum the most. */
const TOP = 1.7;

const h = (i: number) => (x: number) => Math.tanh(UNITS[i].w * x + UNITS[i].b);
/** The sum of the first `terms` terms. A fraction adds that part of the next one. */
const sum = (terms: number) => (x: number) =>
  UNITS.reduce((z, { v }, i) => z + Math.min(1, Math.max(0, terms - i)) * v * h(i)(x), 0);
const written = (value: number, digits: number) => value.toFixed(digits).replace('-', '−');

export default makeScene2D(
  withTeaser(function* (view) {
    const theme = yield* dress(view);
    const { colours, body, gap, stroke, margin } = theme;
    const inks = [colours.heights[2], colours.accent, colours.negative];
    const [head, rest] = cut(boxOf(view.size(), 0.6 * margin), 'rows', 2.5 * body, 0.7 * gap);
    const [upper, lower] = split(rest, 'rows', 2, gap);
    const boxes = {
      wide: () => split(rest, 'columns', 3, gap),
      square: () => [...split(upper, 'columns', 2, gap), lower],
      tall: () => split(rest, 'rows', 3, gap),
    }[shapeOf(view.size())]();

    const heading = createRef<Heading>();
    const curves = createRefArray<Curve>();
    const terms = createRefArray<Curve>();
    const added = createSignal(0);
    const probe = createSignal(TOP);
    const probing = createSignal(0);

    const plane = (i: number, name: string, ...domainY: [number, number]) => ({
      ...planeIn(boxes[i], theme),
      domainX: [FROM, TO] as [number, number],
      domainY,
      ticksX: 3,
      nameX: 'x',
      nameY: name,
    });
    const line = { lineWidth: 1.3 * stroke, until: FROM };
    const appearing = () => Math.min(1, 2 * added());
    const strong = { stroke: colours.ink, lineWidth: 1.3 * stroke, area: 0.2, opacity: appearing };
    const faint = {
      stroke: colours.quiet,
      lineWidth: 0.6 * stroke,
      area: 0.14,
      label: 'z',
      labelAt: 2.8,
      labelSide: 'right' as const,
      opacity: appearing,
    };
    const marker = () => <Probe at={probe} opacity={probing} />;

    view.add(
      <>
        <Heading
          ref={heading}
          title={'Adding up curves'}
          value={() => (probing() > 0 ? `x = ${written(probe(), 1)}` : '')}
          position={head.center}
          size={head.size}
        />
        <Axes {...plane(0, 'h = tanh(wx + b)', -1.08, 1.08)}>
          {UNITS.map((_, i) => (
            <Curve ref={curves} graph={{ f: h(i) }} stroke={inks[i]} area={0.16} {...line} />
          ))}
          {marker()}
        </Axes>
        <Axes {...plane(1, 'weighted sum z', -2.1, 2.1)}>
          {UNITS.map(({ v }, i) => (
            <Curve
              ref={terms}
              graph={{ f: h(i) }}
              stroke={inks[i]}
              label={`× ${written(v, 1)}`}
              {...LABELS[i]}
              lineWidth={0.8 * stroke}
              area={0.14}
              opacity={0}
            />
          ))}
          <Curve graph={() => ({ f: sum(added()) })} {...strong} />
          {marker()}
        </Axes>
        <Axes {...plane(2, 'y = tanh(z)', -1.1, 2.1)}>
          <Curve graph={() => ({ f: sum(added()) })} {...faint} />
          <Curve graph={() => ({ f: (x) => Math.tanh(sum(added())(x)) })} {...strong} />
          {marker()}
        </Axes>
      </>,
    );

    // The first layer.
    yield* all(...curves.map((curve, i) => delay(0.35 * i, curve.until(TO, 1.3, easeInOutSine))));
    yield* waitFor(0.3);

    // Each curve is weighted and added to the previous ones, and tanh is applied to the sum.
    yield all(heading().say('The next layer adds those curves up and bends the sum.'), probing(1, 0.5));
    for (let i = 0; i < UNITS.length; i++) yield* add(i);
    yield* waitFor(0.8);

    // Follows one x through all three plots.
    yield* probe(-4.4, 2, easeInOutSine);
    yield* probe(4.4, 4, easeInOutSine);
    yield* probe(TOP, 1.4, easeInOutSine);
    yield* waitFor(1.5);

    function* add(i: number): ThreadGenerator {
      const { v } = UNITS[i];
      yield* terms[i].opacity(1, 0.3);
      yield* terms[i].graph({ f: (x) => v * h(i)(x) }, 0.5, easeInOutCubic);
      yield* all(added(i + 1, 0.7, easeInOutCubic), terms[i].opacity(0.7, 0.7));
    }
  }),
);
