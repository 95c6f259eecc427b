/** What a second layer makes of the first, with two inputs: three surfaces, their weighted sum building up, and tanh of
 *  it, finally seen from above. The article's figure 5. Run: npm run render scenes/s-surfaces.tsx */
import { Latex, makeScene2D } from '@motion-canvas/2d';
import {
  all,
  type BBox,
  Color,
  createRef,
  createSignal,
  delay,
  easeInOutCubic,
  easeInOutSine,
  easeOutCubic,
  linear,
  waitFor,
} from '@motion-canvas/core';
import { buildNetwork, networkSchema } from 'untrained';
import { boxOf, cut, dress, Heading, HeightMap, shapeOf, split, squareIn } from 'untrained/nodes';

/** Three units with two inputs, and one unit that adds them up. */
const SEED = 171;
const network = buildNetwork(
  networkSchema.parse({
    seed: SEED,
    layers: 2,
    units: 3,
    outputs: 1,
    weightScale: 1.6,
    firstLayerBias: true,
  }),
);
const square = { centre: 0, halfWidth: 3 };
const greys = ['#000000', '#404040', '#808080', '#bfbfbf', '#ffffff'];

const { weights, biases } = network.hidden[0];
const unit = (i: number) => ({ w: [Array.from(weights.slice(2 * i, 2 * i + 2))], b: [biases[i]] });
const units = [0, 1, 2].map(unit);
const first = { w: units.flatMap(({ w }) => w), b: units.flatMap(({ b }) => b) };
const [v, bias] = [Array.from(network.output.weights), network.output.biases[0]];
/** The largest absolute value of the sum. */
const most = v.reduce((total, weight) => total + Math.abs(weight), Math.abs(bias));

/** The sum of the first `terms` terms, as heights from 0 (-most) to 1 (most). A fraction adds that part of the next. */
const summed = (terms: number) => {
  const share = (i: number) => Math.min(1, Math.max(0, terms - i)) / (2 * most);
  return [first, { w: [v.map((weight, i) => weight * share(i))], b: [bias * share(0) + 0.5] }];
};
/** The sum times a factor, to which tanh is applied. */
const bent = (factor: number) => [first, { w: [v.map((weight) => factor * weight)], b: [factor * bias] }];

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, title, body, small, gap } = theme;
  const [head, rest] = cut(boxOf(view.size(), theme.margin), 'rows', 1.5 * title, gap);
  const [unitsBox, sumBox, outputBox] = {
    wide: () => {
      const [left, right] = cut(rest, 'columns', 0.26 * rest.width, gap);
      return [left, ...split(right, 'columns', 2, gap)];
    },
    square: () => {
      const [upper, lower] = cut(rest, 'rows', 0.4 * rest.height, gap);
      return [upper, ...split(lower, 'columns', 2, gap)];
    },
    tall: () => {
      const [upper, lower] = cut(rest, 'rows', 0.24 * rest.height, gap);
      return [upper, ...split(lower, 'rows', 2, gap)];
    },
  }[shapeOf(view.size())]();
  const room = 2 * body; // for a formula above each surface
  const below = (box: BBox) => cut(box, 'rows', room)[1];
  const wide = shapeOf(view.size()) === 'wide';
  /** A surface seen at an angle is wider than high, so its node may be larger than its box where nothing is drawn. */
  const sideIn = ({ width, height }: BBox) => Math.min(1.05 * width, 1.55 * height);
  const unitBoxes = split(below(unitsBox), wide ? 'rows' : 'columns', 3, 0.3 * gap);

  const surfaces = units.map(() => createRef<HeightMap>());
  const sum = createRef<HeightMap>();
  const output = createRef<HeightMap>();
  const captions = [0, 1, 2].map(() => createRef<Latex>());
  const inks = [colours.heights[2], colours.accent, colours.negative];
  const formulas = [
    inks.map((ink, i) => `\\color{${ink}}{h_${i + 1}}`).join(',\\ \\ '),
    'z = \\textstyle\\sum v_i\\, h_i + c',
    'y = \\tanh(z)',
  ];
  const turn = createSignal(-20);
  const terms = createSignal(0);
  const value = createSignal('');
  const written = (weight: number) => weight.toFixed(1).replace('-', '−');

  view.add(
    <>
      <Heading title={'Adding up surfaces'} value={value} position={head.center} width={head.width} />
      {units.map((layer, i) => (
        <HeightMap
          ref={surfaces[i]}
          {...square}
          weights={[layer]}
          outputActivation={'tanh'}
          colours={[new Color(inks[i]).darken(1.8), inks[i]]}
          position={unitBoxes[i].center}
          size={sideIn(unitBoxes[i])}
          turn={turn}
          tilt={48}
          relief={0}
        />
      ))}
      <HeightMap
        ref={sum}
        {...square}
        weights={() => summed(terms())}
        outputActivation={'identity'}
        colours={colours.heights}
        position={below(sumBox).center}
        size={sideIn(below(sumBox))}
        turn={turn}
        opacity={0}
      />
      <HeightMap
        ref={output}
        {...square}
        weights={bent(1 / most)}
        outputActivation={'tanh'}
        colours={colours.heights}
        position={below(outputBox).center}
        size={sideIn(below(outputBox))}
        turn={turn}
        opacity={0}
      />
      {[unitsBox, sumBox, outputBox].map((box, i) => (
        <Latex
          ref={captions[i]}
          tex={formulas[i]}
          fill={colours.quiet}
          fontSize={small}
          position={[box.center.x, box.top + 0.5 * room]}
          opacity={0}
        />
      ))}
    </>,
  );

  yield turn(70, 30, linear);

  // The first layer.
  captions[0]().opacity(1);
  yield* waitFor(0.6);
  yield* all(...surfaces.map((surface, i) => delay(0.5 * i, surface().relief(0.45, 1.6, easeOutCubic))));
  yield* waitFor(0.6);

  // Each surface is weighted and added to the previous ones.
  yield* all(captions[1]().opacity(1, 0.6), sum().opacity(1, 0.8));
  for (let i = 0; i < 3; i++) {
    value(`weight ${i + 1}: ${written(v[i])}`);
    yield* terms(i + 1, 1.8, easeInOutCubic);
    yield* waitFor(0.5);
  }
  value('');

  // Then tanh is applied to the sum: values far from 0 level out.
  yield* all(captions[2]().opacity(1, 0.6), output().opacity(1, 0.8));
  yield* output().weights(bent(1), 2.5, easeInOutSine);
  yield* waitFor(1);

  // From above, brightness shows what height did.
  yield* all(
    output().tilt(90, 2),
    output().turn(0, 2),
    output().relief(0, 2),
    output().magnification(fromAbove(), 2),
    output().colours(greys, 2),
    output().gridStrength(0, 2),
  );
  yield* waitFor(3);

  /** The magnification that fills the box when seen from above. */
  function fromAbove() {
    return (0.98 * squareIn(below(outputBox)).width) / output().sideFromAbove();
  }
});
