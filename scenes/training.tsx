/** A network is trained before your eyes. Random weights become a picture; the same ones, six times as large, do not.
 *  The weights were trained by build/train.ts.
 *  Run: npm run render scenes/training.tsx */
import { makeScene2D, Rect, Txt } from '@motion-canvas/2d';
import {
  all,
  createRef,
  createSignal,
  delay,
  easeInOutCubic,
  linear,
  type SignalValue,
  type SimpleSignal,
  type ThreadGenerator,
  waitFor,
} from '@motion-canvas/core';
import {
  type Axes,
  aroundPicture,
  boxOf,
  cut,
  dark,
  dress,
  LowerThird,
  NetworkField,
  shapeOf,
  split,
  Title,
} from 'untrained/nodes';
import { LossPlot } from './training/loss-plot';
import { activation, halfWidth, type Run, runs, written } from './training/runs';

/** From weights of a good size, and from weights that are too large. */
const [good, large] = runs;
const [start] = good.checkpoints;
const LAST = good.checkpoints[good.checkpoints.length - 1].step;
const NUMBERS = written(start.weights.reduce((sum, { w, b = [] }) => sum + w.flat().length + b.length, 0));

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, body, small, gap, radius } = theme;
  const wide = shapeOf(view.size()) === 'wide';
  const [head, rest] = cut(boxOf(view.size(), theme.margin), 'rows', 3.4 * body, gap);
  const below = () => cut(rest, 'rows', rest.height - Math.max(8.5 * body, 0.3 * rest.height), gap);
  const [title, picture, foot] = wide ? aroundPicture(view.size(), theme) : [head, ...below()];
  const cells = split(picture, 'rows', 2, 0.5 * gap).flatMap((row) => split(row, 'columns', 2, 0.5 * gap));

  const main = createRef<NetworkField>();
  const second = createRef<NetworkField>();
  const caption = createRef<Title>();
  const opening = createRef<LowerThird>();
  const note = createSignal(['Each step nudges all', `${NUMBERS} numbers.`]);
  const plot = createRef<Axes>();
  /** The steps of the two runs. */
  const [step, secondStep] = [createSignal(0), createSignal(0)];
  /** The visibility of all four pictures: both runs, before and after. */
  const together = createSignal(0);

  const field = { activation, centre: 0, halfWidth, radius };
  const inCell = (i: number) => ({ size: cells[i].size, position: cells[i].center, opacity: together });

  view.add(
    <>
      <NetworkField {...field} {...inCell(0)} weights={start.weights} />
      <NetworkField {...field} {...inCell(2)} weights={large.checkpoints[0].weights} />
      <NetworkField {...field} {...inCell(3)} weights={large.checkpoints[0].weights} ref={second} />
      <NetworkField {...field} ref={main} weights={start.weights} size={view.size()} radius={0} />
      {cells.map(({ bottomLeft }, i) => (
        <Rect
          layout
          padding={[0.05 * small, 0.35 * small]}
          radius={radius / 2}
          fill={`${dark.background}c8`}
          offset={[-1, 1]}
          position={bottomLeft.add([0.3 * small, -0.3 * small])}
          opacity={together}
        >
          <Txt
            text={() =>
              i % 2 === 0
                ? `weights ±${runs[i / 2].weightScale}`
                : `step ${written(i === 1 ? step() : secondStep())}`
            }
            fontSize={small}
            fill={dark.ink}
          />
        </Rect>
      ))}
      <Title
        ref={caption}
        title={() => `Step ${written(step())}`}
        notes={wide ? [() => note()[0], () => note()[1]] : [() => note().join(' ')]}
        position={title.center}
        width={title.width}
        opacity={0}
      />
      <LossPlot
        ref={plot}
        box={foot}
        theme={theme}
        step={step}
        last={LAST}
        curves={[
          { run: large, colour: colours.negative },
          { run: good, colour: colours.accent },
        ]}
      />
      <LowerThird ref={opening} title={'Nobody trained this.'} note={`${NUMBERS} random numbers drew it.`} />
    </>,
  );

  yield* waitFor(1.4);
  yield* all(
    opening().opacity(0, 0.4),
    main().size(picture.size, 0.8, easeInOutCubic),
    main().position(picture.center, 0.8, easeInOutCubic),
    main().radius(radius, 0.8),
    delay(0.4, all(caption().opacity(1, 0.4), plot().opacity(1, 0.4))),
  );

  // Then it starts to learn. Only the loss of the other run is drawn.
  yield* learn(good, 8.25, main(), step);
  yield* waitFor(0.25);
  yield* say('Now somebody has.', `Still ${NUMBERS} numbers,`, `${written(LAST)} steps later.`);
  yield* waitFor(0.9);

  // Both runs side by side, before and after. From large weights, the network learns nothing but the mean colour.
  yield* all(
    main().size(cells[1].size, 0.6, easeInOutCubic),
    main().position(cells[1].center, 0.6, easeInOutCubic),
    together(1, 0.6),
    say(
      'The start matters.',
      'Same seed, same training,',
      `weights ${large.weightScale / good.weightScale} times as large.`,
    ),
  );
  yield* learn(large, 0.8, second(), secondStep);
  yield* waitFor(0.7);

  /** Goes through the checkpoints of a run at an even pace. */
  function* learn(run: Run, seconds: number, picture: NetworkField, count: SimpleSignal<number>) {
    const [, ...checkpoints] = run.checkpoints;
    const each = seconds / checkpoints.length;
    for (const { step, weights } of checkpoints)
      yield* all(picture.weights(weights, each, linear), count(step, each, linear));
  }

  /** Changes the title and the note below it. */
  function* say(text: SignalValue<string>, ...lines: string[]): ThreadGenerator {
    yield* caption().opacity(0, 0.25);
    caption().title(text);
    note(lines);
    yield* caption().opacity(1, 0.25);
  }
});
