/** What a second layer makes of the first, with two inputs: three surfaces, their weighted sum, and tanh of it, which
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
const SHAPE = { tilt: 46, relief: 0.45, gridStrength: 0.22 };

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
    const { colours, small, gap, title } = theme;
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

    // The surfaces are large, then beside or above their sum; at last the picture fills the largest part.
    const shape = shapeOf(view.size());
    const [across, down] = shape === 'wide' ? (['columns', 'rows'] as const) : (['rows', 'columns'] as const);
    const whole = boxOf(view.size());
    const [clear] = cut(whole, 'rows', whole.height - 1.9 * title);
    const [top, bottom] = split(clear, 'rows', 2);
    const large = shape === 'square' ? [...split(top, 'columns', 2), bottom] : split(clear, across, 3);
    const [beside, rest] = cut(whole, across, (shape === 'wide' ? 0.24 : 0.26) * Math.max(clear.width, 0));
    const little = split(shape === 'wide' ? cut(beside, 'rows', clear.height)[0] : beside, down, 3);
    const [sumBox] = cut(rest, 'rows', clear.bottom - rest.top);
    const [left, picture] = cut(rest, shape === 'tall' ? 'rows' : 'columns', 0.44 * (shape === 'tall' ? rest.height : rest.width));
    const [output] = shape === 'tall' ? [left] : cut(left, 'rows', sumBox.height);

    const surfaces = units.map(() => createRef<HeightMap>());
    const [sum, field, words] = [createRef<HeightMap>(), createRef<NetworkField>(), createRef<LowerThird>()];
    const turn = createSignal(-18);
    const inks = [colours.heights[2], colours.accent, colours.negative];
    view.add(
      <>
        {units.map((layer, i) => (
          <HeightMap
            ref={surfaces[i]}
            {...plane}
            {...surfaceIn(large[i])}
            weights={[layer]}
            colours={[new Color(inks[i]).darken(1.8), inks[i]]}
            turn={turn}
            tilt={SHAPE.tilt}
            relief={0}
          >
            <Txt
              text={`× ${v[i].toFixed(1).replace('-', '−')}`}
              fontSize={small}
              fontWeight={600}
              fill={inks[i]}
              opacity={() => Math.min(1, Math.max(0, 2 * (terms() - i)))}
              y={() => -0.5 * little[i].height + 0.8 * small}
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
          {...SHAPE}
          opacity={0}
        />
        <NetworkField ref={field} {...plane} weights={summed(3, 1)} palette={palette} opacity={0} />
        <LowerThird ref={words} title={'With two inputs, the curves become surfaces.'} />
      </>,
    );
    yield turn(18, 8, easeInOutSine);

    // The first layer.
    yield* all(...surfaces.map((surface, i) => delay(0.2 * i, surface().relief(SHAPE.relief, 1.2, easeOutCubic))));
    yield* waitFor(0.6);

    // Each surface is weighted and added to the previous ones.
    yield* all(
      words().say('The next layer weights them, adds them up …'),
      ...surfaces.map((surface, i) => surface().position(surfaceIn(little[i]).position, 0.9)),
      ...surfaces.map((surface, i) => surface().size(surfaceIn(little[i]).size, 0.9)),
      delay(0.4, sum().opacity(1, 0.5)),
    );
    for (const count of [1, 2, 3]) yield* terms(count, 1.3, easeInOutCubic);
    yield* waitFor(0.3);

    // Then tanh is applied to the sum: values far from 0 level off.
    yield* all(words().say('… and bends the sum.'), factor(1, 1.6, easeInOutSine));
    yield* waitFor(0.5);

    // From above, the colours show what height did.
    yield* all(
      words().say('Seen from above, it is a picture.'),
      ...[sum().tilt(90, 1.3), sum().turn(0, 1.3), sum().relief(0, 1.3), sum().gridStrength(0, 1.3)],
    );
    field().position(sum().position()).size(sum().sideFromAbove()).opacity(1);
    yield* all(
      ...[field().position(picture.center, 1), field().size(picture.size, 1)],
      ...[sum().position(surfaceIn(output).position, 1), sum().size(surfaceIn(output).size, 1)],
      ...[sum().tilt(SHAPE.tilt, 1.5), sum().turn(18, 1.5), sum().relief(SHAPE.relief, 1.5)],
      sum().gridStrength(SHAPE.gridStrength, 1.5),
    );
    yield* waitFor(1.8);
  }),
);
