/** What a second layer makes of the first, with two inputs: three surfaces, their weighted sum, and tanh of it, which
 *  is a picture when it is seen from above. Figure 5. Run: npm run render scenes/s-surfaces.tsx */
import { Latex, makeScene2D, Txt } from '@motion-canvas/2d';
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
  useScene,
  waitFor,
} from '@motion-canvas/core';
import { buildNetwork, networkSchema } from 'untrained';
import {
  boxOf,
  cut,
  dress,
  HeightMap,
  NetworkField,
  shapeOf,
  split,
  squareIn,
  withTeaser,
} from 'untrained/nodes';

const square = { centre: 0, halfWidth: 3 };

/** Three units with two inputs, and one unit that adds them up: their layers, and the weights and bias of the sum. */
function networkOf(seed: number) {
  const spec = { seed, layers: 2, units: 3, outputs: 1, weightScale: 1.6, firstLayerBias: true };
  const { hidden, output } = buildNetwork(networkSchema.parse(spec));
  const { weights, biases } = hidden[0];
  const units = [0, 1, 2].map((i) => ({ w: [Array.from(weights.slice(2 * i, 2 * i + 2))], b: [biases[i]] }));
  const first = { w: units.flatMap(({ w }) => w), b: units.flatMap(({ b }) => b) };
  return { units, first, v: Array.from(output.weights), c: output.biases[0] };
}

export default makeScene2D(
  withTeaser(function* (view) {
    const theme = yield* dress(view);
    const { colours, body, small, gap, radius } = theme;
    const { units, first, v, c } = networkOf(useScene().variables.get('seed', 171)());
    /** The largest absolute value that the sum can have. */
    const most = v.reduce((total, weight) => total + Math.abs(weight), Math.abs(c));
    /** The sum of the first `terms` terms, times a factor; a fraction adds that part of the next term. */
    const summed = (terms: number, factor: number) => {
      const share = (i: number) => factor * Math.min(1, Math.max(0, terms - i));
      return [first, { w: [v.map((weight, i) => weight * share(i))], b: [c * share(0)] }];
    };
    /** What tanh makes of the largest values, as heights. For a small factor, heights are as good as proportional. */
    const levels = (factor: number): [number, number] => {
      const reach = Math.tanh(factor * most) / 2;
      return [0.5 - reach, 0.5 + reach];
    };

    // The surfaces are large, then beside or above their sum, and at last the picture is beside or below it.
    const wide = shapeOf(view.size()) === 'wide';
    const whole = boxOf(view.size(), 0.8 * theme.margin);
    const [head, below] = cut(whole, 'rows', (wide ? 1.4 : 2.8) * body, 0.5 * gap);
    const [rest, foot] = cut(below, 'rows', below.height - (wide ? 1.5 : 2.8) * body, 0.5 * gap);
    const [unitsBox, sumBox] = wide
      ? cut(rest, 'columns', 0.2 * rest.width, gap)
      : cut(rest, 'rows', Math.min(0.24 * rest.height, 0.32 * rest.width), gap);
    const sideways = sumBox.width > sumBox.height;
    const [outputBox, pictureBox] = split(sumBox, sideways ? 'columns' : 'rows', 2, gap);
    const large = split(rest, rest.width > rest.height ? 'columns' : 'rows', 3);
    const little = split(unitsBox, wide ? 'rows' : 'columns', 3);
    const picture = squareIn(pictureBox);
    /** A surface seen at an angle is wider than high, so its node may be higher than its box. */
    const inside = ({ center, width, height }: BBox) => ({
      position: center,
      size: Math.min(1.1 * width, 1.35 * height),
    });

    const surfaces = units.map(() => createRef<HeightMap>());
    const sum = createRef<HeightMap>();
    const field = createRef<NetworkField>();
    const [title, formula] = [createRef<Txt>(), createRef<Latex>()];
    const turn = createSignal(-25);
    const [terms, factor] = [createSignal(0), createSignal(0.1 / most)];
    const inks = [colours.heights[2], colours.accent, colours.negative];
    /** A unit in the formulas, in its colour. */
    const name = (i: number) => `{\\color{${inks[i]}} h_${i + 1}}`;
    const signed = (value: number) => `${value < 0 ? '-' : '+'} ${Math.abs(value).toFixed(1)}`;
    /** The sum of the first terms. */
    const formulaOf = (count: number) => {
      const parts = v.slice(0, count).map((weight, i) => `${signed(weight)}\\,${name(i)}`);
      return `z = ${parts.join(' ').replace(/^\+ /, '')} ${count === 3 ? signed(c) : ''}`;
    };
    const palette = { colours: colours.heights };

    view.add(
      <>
        <Txt
          ref={title}
          fill={colours.ink}
          fontSize={body}
          fontWeight={600}
          position={head.center}
          width={head.width}
          textWrap
          textAlign={'center'}
        />
        {units.map((layer, i) => (
          <HeightMap
            ref={surfaces[i]}
            {...square}
            {...inside(large[i])}
            weights={[layer]}
            outputActivation={'tanh'}
            colours={[new Color(inks[i]).darken(1.8), inks[i]]}
            turn={turn}
            tilt={40}
            relief={0}
          >
            <Latex tex={name(i)} fontSize={small} position={() => surfaces[i]().size().mul([-0.46, -0.28])} />
          </HeightMap>
        ))}
        <HeightMap
          ref={sum}
          {...square}
          {...inside(sumBox)}
          weights={() => summed(terms(), factor())}
          levels={() => levels(factor())}
          outputActivation={'tanh'}
          palette={palette}
          colours={null}
          turn={turn}
          tilt={40}
          opacity={0}
        />
        <NetworkField
          ref={field}
          {...square}
          weights={summed(3, 1)}
          outputActivation={'tanh'}
          palette={palette}
          radius={radius}
          opacity={0}
        />
        <Latex
          ref={formula}
          tex={'h_i = \\tanh(a_i\\,x_1 + b_i\\,x_2 + c_i)'}
          fill={colours.ink}
          fontSize={small}
          position={foot.center}
        />
      </>,
    );
    yield turn(50, 16, linear);

    // The first layer.
    title().text('With two inputs, the curves become surfaces.');
    yield* all(...surfaces.map((surface, i) => delay(0.3 * i, surface().relief(0.45, 1.2, easeOutCubic))));
    yield* waitFor(0.6);

    // Each surface is weighted and added to the previous ones.
    title().text('The next layer adds them up …');
    yield* all(
      ...surfaces.flatMap((surface, i) => [
        surface().position(inside(little[i]).position, 0.9),
        surface().size(inside(little[i]).size, 0.9),
      ]),
      delay(0.5, sum().opacity(1, 0.5)),
    );
    for (const count of [1, 2, 3]) {
      formula().tex(formulaOf(count));
      yield* terms(count, 1.1, easeInOutCubic);
      yield* waitFor(0.3);
    }

    // Then tanh is applied to the sum: values far from 0 level off.
    title().text('… and bends the sum.');
    formula().tex(`y = \\tanh(z), \\quad ${formulaOf(3)}`);
    yield* factor(1, 1.6, easeInOutSine);
    yield* waitFor(0.5);

    // From above, the colours show what height did.
    title().text('Seen from above, it is a picture.');
    yield* all(sum().tilt(90, 1.3), sum().turn(0, 1.3), sum().relief(0, 1.3), sum().gridStrength(0, 1.3));
    field().position(sum().position()).size(sum().sideFromAbove()).opacity(1);
    yield* waitFor(0.5);
    yield* all(
      field().position(picture.center, 0.9),
      field().size(picture.size, 0.9),
      sum().position(inside(outputBox).position, 0.9),
      sum().size(inside(outputBox).size, 0.9),
      delay(
        0.2,
        all(sum().tilt(40, 1.4), sum().turn(35, 1.4), sum().relief(0.45, 1.4), sum().gridStrength(0.22, 1.4)),
      ),
    );
    yield* waitFor(1.5);
  }),
);
