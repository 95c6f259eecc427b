/** What a second layer makes of the first, with one input: s-curves, their weighted sum building up, and tanh of it.
 *  The article's figure 4. Run: npm run render scenes/s-curves.tsx */
import { Circle, Latex, Line, makeScene2D } from '@motion-canvas/2d';
import {
  all,
  type BBox,
  createRef,
  createSignal,
  delay,
  easeInOutCubic,
  easeInOutSine,
  type ThreadGenerator,
  waitFor,
} from '@motion-canvas/core';
import { Axes, boxOf, Curve, cut, dress, Heading, shapeOf, split } from 'untrained/nodes';

/** The first layer: h = tanh(w x + b). The second adds them up with the weights v. */
const UNITS = [
  { w: -0.8, b: -2.0, v: 0.7 },
  { w: 2.4, b: -1.2, v: 1.3 },
  { w: 2.2, b: -6.6, v: -1.1 },
];

const h = (i: number) => (x: number) => Math.tanh(UNITS[i].w * x + UNITS[i].b);
/** The sum of the first `terms` terms. A fraction adds that part of the next one. */
const sum = (terms: number) => (x: number) =>
  UNITS.reduce((z, { v }, i) => z + Math.min(1, Math.max(0, terms - i)) * v * h(i)(x), 0);
const written = (value: number) => value.toFixed(1).replace('-', '−');

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, title, body, small, gap, stroke } = theme;
  const inks = [colours.heights[2], colours.accent, colours.negative];
  const [head, rest] = cut(boxOf(view.size(), theme.margin), 'rows', 1.5 * title, gap);
  const boxes = {
    wide: () => split(rest, 'columns', 3, 1.5 * gap),
    square: () => {
      const [upper, lower] = split(rest, 'rows', 2, 1.2 * gap);
      return [...split(upper, 'columns', 2, 1.5 * gap), lower];
    },
    tall: () => split(rest, 'rows', 3, 1.2 * gap),
  }[shapeOf(view.size())]();

  const formulas = ['h_i = \\tanh(w_i\\, x + b_i)', 'z = \\textstyle\\sum v_i\\, h_i', 'y = \\tanh(z)'];
  const axes = boxes.map(() => createRef<Axes>());
  const captions = boxes.map(() => createRef<Latex>());
  const curves = UNITS.map(() => createRef<Curve>());
  const terms = UNITS.map(() => createRef<Curve>());
  const sumCurve = createRef<Curve>();
  const output = createRef<Curve>();
  const added = createSignal(0);
  const probe = createSignal(-5);
  const probing = createSignal(0);
  const value = createSignal('');

  const panel = (box: BBox, i: number) => {
    const [, below] = cut(box, 'rows', 2.2 * body);
    const [, plot] = cut(cut(below, 'rows', below.height - 1.6 * small)[0], 'columns', 1.6 * small);
    return { ref: axes[i], position: plot.center, size: plot.size };
  };

  view.add(
    <>
      <Heading title={'Adding up curves'} value={value} position={head.center} width={head.width} />
      {boxes.map((box, i) => (
        <Axes
          {...panel(box, i)}
          domainX={[-5, 5]}
          domainY={i === 1 ? [-2, 2] : [-1.2, 1.2]}
          ticksX={3}
          opacity={0}
        />
      ))}
      {boxes.map((box, i) => (
        <Latex
          ref={captions[i]}
          tex={formulas[i]}
          fill={colours.quiet}
          fontSize={small}
          position={[axes[i]().position.x(), box.top + body]}
          opacity={0}
        />
      ))}
    </>,
  );
  const line = { lineWidth: stroke, end: 0 };
  axes[0]().add(
    UNITS.map((_, i) => <Curve ref={curves[i]} graph={{ f: h(i) }} stroke={inks[i]} {...line} />),
  );
  axes[1]().add([
    ...UNITS.map((_, i) => <Curve ref={terms[i]} graph={{ f: h(i) }} stroke={inks[i]} {...line} />),
    <Curve ref={sumCurve} graph={() => ({ f: sum(added()) })} stroke={colours.ink} {...line} />,
  ]);
  axes[2]().add(<Curve ref={output} graph={{ f: sum(3) }} stroke={colours.ink} {...line} />);

  // A line at x through all three plots, and a dot where it meets each curve.
  const dot = (i: number, curve: () => Curve, fill: string) => (
    <Circle
      size={4 * stroke}
      fill={fill}
      opacity={probing}
      position={() => axes[i]().toLocal(probe(), curve().valueAt(probe()))}
    />
  );
  for (const [i, plane] of axes.entries()) {
    const { height } = plane().size();
    plane().add(
      <Line
        points={[
          [0, -height / 2],
          [0, height / 2],
        ]}
        x={() => plane().toLocal(probe(), 0).x}
        stroke={colours.quiet}
        lineWidth={0.4 * stroke}
        opacity={probing}
      />,
    );
    if (i === 0) plane().add(curves.map((curve, k) => dot(i, curve, inks[k])));
    else plane().add(dot(i, i === 1 ? sumCurve : output, colours.ink));
  }

  // The first layer.
  axes[0]().opacity(1);
  captions[0]().opacity(1);
  yield* waitFor(0.6);
  yield* all(...curves.map((curve, i) => delay(0.5 * i, curve().end(1, 1.6, easeInOutSine))));
  yield* waitFor(0.6);

  // Each curve is weighted and added to the previous ones.
  yield* all(axes[1]().opacity(1, 0.6), captions[1]().opacity(1, 0.6));
  for (let i = 0; i < UNITS.length; i++) yield* add(i);
  value('');
  yield* waitFor(0.8);

  // Then tanh is applied to the sum.
  output().end(1);
  yield* all(axes[2]().opacity(1, 0.8), captions[2]().opacity(1, 0.8));
  yield* output().graph({ f: (x) => Math.tanh(sum(3)(x)) }, 2, easeInOutCubic);
  yield* waitFor(0.8);

  // Follows one x through all three plots.
  value(() => `x = ${written(probe())}`);
  yield* probing(1, 0.5);
  yield* probe(5, 7, easeInOutSine);
  value('');
  yield* probing(0, 0.5);
  yield* waitFor(1.5);

  function* add(i: number): ThreadGenerator {
    const { v } = UNITS[i];
    value(`weight ${i + 1}: ${written(v)}`);
    terms[i]().end(1);
    yield* terms[i]().opacity(0, 0).to(1, 0.5);
    yield* terms[i]().graph({ f: (x) => v * h(i)(x) }, 0.7, easeInOutCubic);
    sumCurve().end(1);
    yield* all(added(i + 1, 1.2, easeInOutCubic), terms[i]().opacity(0.3, 1.2));
    yield* waitFor(0.3);
  }
});
