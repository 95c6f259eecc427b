/** What a second layer does with the first, for two inputs: three surfaces, their weighted sum, and tanh of it, which
 *  is a picture when it is seen from above. Figure 5. Run: npm run render scenes/s-surfaces.tsx */
import { makeScene2D, Txt } from '@motion-canvas/2d';
import {
  all,
  Color,
  createRef,
  createSignal,
  delay,
  easeInOutCubic,
  easeInOutSine,
  easeOutCubic,
  useScene,
  waitFor,
} from '@motion-canvas/core';
import { buildNetwork, networkSchema } from 'untrained';
import {
  aboveWords,
  boxOf,
  cut,
  dress,
  HeightMap,
  LowerThird,
  NetworkField,
  shapeOf,
  split,
  surfaceIn,
  withTeaser,
} from 'untrained/nodes';

const plane = { centre: 0, halfWidth: 3, outputActivation: 'tanh' } as const;
const TILTED = { tilt: 52, relief: 0.5, gridStrength: 0.22 };
const FROM_ABOVE = { tilt: 90, turn: 0, relief: 0, gridStrength: 0 };
const TURN = 18;

/** Three units with two inputs, and the weights with which one unit adds them up. */
function networkOf(seed: number) {
  const spec = { seed, layers: 2, units: 3, outputs: 1, weightScale: 1.6, firstLayerBias: true };
  const { hidden, output } = buildNetwork(networkSchema.parse(spec));
  const { weights, biases } = hidden[0];
  const units = [0, 1, 2].map((i) => ({ w: [Array.from(weights.slice(2 * i, 2 * i + 2))], b: [biases[i]] }));
  return { units, v: Array.from(output.weights) };
}

export default makeScene2D(
  withTeaser(function* (view) {
    const theme = yield* dress(view);
    const { colours, small } = theme;
    const { variables } = useScene();
    const palette = variables.get('palette', { colours: colours.heights })();
    const { units, v } = networkOf(variables.get('seed', 171)());
    const first = { w: units.flatMap(({ w }) => w), b: units.flatMap(({ b }) => b) };
    /** The largest absolute value that the sum can have. */
    const most = v.reduce((total, weight) => total + Math.abs(weight), 0);
    /** How many terms are in the sum; a fraction adds that part of the next one. */
    const terms = createSignal(0);
    /** What the sum is multiplied by before tanh. For a small factor, heights are as good as proportional. */
    const factor = createSignal(0.1 / most);
    const summed = (count: number, times: number) => [
      first,
      { w: [v.map((weight, i) => times * weight * Math.min(1, Math.max(0, count - i)))], b: [0] },
    ];
    const reach = () => Math.tanh(factor() * most) / 2;

    // The surfaces are beside or above their sum; at last the picture fills the largest part.
    const shape = shapeOf(view.size());
    const wide = shape === 'wide';
    const clear = aboveWords(view.size(), theme);
    const [beside, sumBox] = cut(boxOf(view.size()), wide ? 'columns' : 'rows', 0.26 * view.width());
    const little = wide
      ? split(cut(beside, 'rows', clear.height)[0], 'rows', 3)
      : split(beside, 'columns', 3);
    const [output, picture] =
      shape === 'tall'
        ? cut(sumBox, 'rows', 0.4 * sumBox.height)
        : cut(sumBox, 'columns', 0.46 * sumBox.width);

    /** A tall view has room for more of what is seen from above. */
    const tilted = { ...TILTED, tilt: shape === 'tall' ? 62 : TILTED.tilt };
    const surfaces = units.map(() => createRef<HeightMap>());
    const [sum, field, words] = [createRef<HeightMap>(), createRef<NetworkField>(), createRef<LowerThird>()];
    const turn = createSignal(-TURN);
    const inks = [colours.heights[2], colours.accent, colours.negative];
    view.add(
      <>
        {units.map((layer, i) => (
          <HeightMap
            ref={surfaces[i]}
            {...plane}
            {...surfaceIn(little[i])}
            weights={[layer]}
            colours={[new Color(inks[i]).darken(1.8), inks[i]]}
            turn={turn}
            {...tilted}
            relief={0}
          >
            <Txt
              text={`× ${v[i].toFixed(1).replace('-', '−')}`}
              fontSize={small}
              fontWeight={600}
              fill={colours.ink}
              stroke={colours.background}
              lineWidth={0.3 * small}
              strokeFirst
              opacity={() => Math.min(1, Math.max(0, 2 * (terms() - i)))}
              y={0.25 * little[i].height}
            />
          </HeightMap>
        ))}
        <HeightMap
          ref={sum}
          {...plane}
          {...surfaceIn(sumBox)}
          weights={() => summed(terms(), factor())}
          levels={() => [0.5 - reach(), 0.5 + reach()]}
          palette={palette}
          colours={null}
          turn={turn}
          {...tilted}
        />
        <NetworkField ref={field} {...plane} weights={summed(3, 1)} palette={palette} opacity={0} />
        <LowerThird ref={words} title={'With two inputs the curves become surfaces.'} />
      </>,
    );
    yield turn(TURN, 8, easeInOutSine);

    // The first layer's surfaces rise; each is weighted and added to the previous ones.
    yield* all(
      ...surfaces.map((surface, i) => delay(0.15 * i, surface().relief(TILTED.relief, 0.8, easeOutCubic))),
    );
    for (const count of [1, 2, 3]) yield* terms(count, 1.3, easeInOutCubic);
    yield* waitFor(0.3);

    // Then tanh is applied to the sum: values far from 0 level off.
    yield* all(words().say('The next layer adds them up and bends the sum.'), factor(1, 1.6, easeInOutSine));
    yield* waitFor(0.5);

    // From above, the colours show what height did.
    yield* all(words().say('Seen from above, it is a picture.'), sum().applyState(FROM_ABOVE, 1.3));
    field().position(sum().position()).size(sum().sideFromAbove()).opacity(1);
    yield* all(
      field().applyState({ position: picture.center, size: picture.size }, 1),
      sum().applyState({ ...tilted, turn: TURN, ...surfaceIn(output) }, 1.4),
    );
    yield* waitFor(1.8);
  }),
);
