/** How large the activations are, layer by layer, and what becomes of the picture. Without an activation function they
 *  vanish or explode, unless the weights' standard deviation is 1/√n; tanh limits the large ones. Section 7.1 of the
 *  article.
 *  Run: npm run render scenes/scaling.tsx */
import { Circle, Latex, Line, makeScene2D, Txt } from '@motion-canvas/2d';
import {
  all,
  createRef,
  createSignal,
  easeInOutSine,
  linear,
  map,
  range,
  waitFor,
} from '@motion-canvas/core';
import { buildNetwork, networkSchema } from 'untrained';
import { Axes, boxOf, Curve, cut, dress, Heading, NetworkGrid, shapeOf } from 'untrained/nodes';

/** Without biases, as in that section of the article: the only input is the point. */
const network = { seed: 149, biasScale: 0 };
const UNITS = 30;
const LAST = 40;
/** The ranges of the plot, as powers of ten: without an activation, and with tanh. */
const [LINEAR, TANH]: [number, number][] = [
  [-4.4, 5.4],
  [-2.3, 0.5],
];
/** The number of blends of identity and tanh for which the sizes are computed. */
const MIXTURES = 11;

type Place = [layer: number, power: number];

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, title, small, gap, stroke, radius } = theme;
  /** Each scale with what happens to it, without an activation and with tanh, and the positions of these words. */
  const shown = [
    {
      scale: { weightScale: 0.2 },
      name: 's = 0.2',
      colour: colours.negative,
      fates: ['vanishes', 'vanishes'],
      places: [[25, -2.8] as Place, [19, -2.05] as Place],
    },
    {
      scale: { initialisation: 'glorot' as const },
      name: 'Glorot, 1/√n',
      colour: colours.heights[2],
      fates: ['stays', 'fades'],
      places: [[33, 0.55] as Place, [20, -1.4] as Place],
    },
    {
      scale: { initialisation: 'he' as const },
      name: 'He',
      colour: colours.accent,
      fates: ['grows', 'stays'],
      places: [[34, 3.4] as Place, [30, -0.45] as Place],
    },
    {
      scale: { weightScale: 1 },
      name: 's = 1',
      colour: colours.ink,
      fates: ['explodes', 'saturates'],
      places: [[20, 4.8] as Place, [30, 0.17] as Place],
    },
  ].map((one) => ({
    ...one,
    powers: range(MIXTURES).map((i) => powersOf(one.scale, i / (MIXTURES - 1))),
  }));

  const wide = shapeOf(view.size()) === 'wide';
  const [head, rest] = cut(boxOf(view.size(), theme.margin), 'rows', 1.5 * title, gap);
  // The pictures are beside the plot, in a row below it, or in two rows if there is room.
  const columns = !wide && rest.height < 1.4 * rest.width ? 4 : 2;
  const [plot, pictures] = wide
    ? cut(rest, 'columns', rest.width - rest.height, 1.5 * gap)
    : cut(rest, 'rows', rest.height - (columns === 4 ? 0.28 : 1.05) * rest.width, gap);
  const axes = createRef<Axes>();
  /** The current layer, with a fraction. */
  const layer = createSignal(1);
  /** The fraction of tanh in the activation. */
  const mix = createSignal(0);
  const domain = createSignal(LINEAR);

  const powerAt = (powers: number[][], x: number) => {
    const step = Math.min(MIXTURES - 2, Math.floor(mix() * (MIXTURES - 1)));
    const before = Math.min(LAST - 2, Math.floor(x) - 1);
    const [less, more] = [powers[step], powers[step + 1]].map((of) =>
      map(of[before], of[before + 1], x - 1 - before),
    );
    return map(less, more, mix() * (MIXTURES - 1) - step);
  };
  const isInside = (power: number) => power >= domain()[0] && power <= domain()[1];

  view.add(
    <>
      <Heading
        title={'The size of y'}
        value={() => `${mix() > 0.5 ? 'tanh' : 'no activation'}, layer ${Math.floor(layer() + 0.5)}`}
        position={head.center}
        width={head.width}
      />
      <Axes
        ref={axes}
        position={[plot.center.x + 1.2 * small, plot.center.y + 0.2 * small]}
        size={[plot.width - 2.6 * small, plot.height - 3.6 * small]}
        domainX={[0, LAST]}
        domainY={domain}
        ticksX={4}
        ticksY={0}
      >
        <Latex
          tex={'\\|y\\| / \\sqrt{n}'}
          fill={colours.quiet}
          fontSize={small}
          offset={[-1, 1]}
          position={() => [axes().width() / -2, axes().height() / -2 - 0.4 * small]}
        />
        {range(-4, 6).map((power) => (
          <Line
            points={() => [0, LAST].map((x) => axes().toLocal(x, power))}
            stroke={colours.line}
            lineWidth={0.4 * stroke}
            opacity={() => tickOpacity(power) * (power === 0 ? 1 : 0.45)}
          />
        ))}
        {range(-4, 6).map((power) => (
          <Latex
            tex={power === 0 ? '1' : `10^{${power}}`}
            fill={colours.quiet}
            fontSize={0.85 * small}
            offset={[1, 0]}
            position={() =>
              axes()
                .toLocal(0, power)
                .addX(-0.5 * small)
            }
            opacity={() => tickOpacity(power)}
          />
        ))}
        {shown.map(({ colour, powers }) => (
          <Curve
            // Only up to the current layer.
            graph={() => {
              const last = layer();
              return { f: (x: number) => (x < 1 || x > last ? Number.NaN : powerAt(powers, x)) };
            }}
            detail={401}
            stroke={colour}
            lineWidth={0.8 * stroke}
          />
        ))}
        {shown.map(({ colour, powers }) => (
          <Circle
            size={2.6 * stroke}
            fill={colour}
            position={() => axes().toLocal(layer(), powerAt(powers, layer()))}
            opacity={() => Number(isInside(powerAt(powers, layer())))}
          />
        ))}
        {shown.flatMap(({ name, fates, colour, places }) =>
          fates.map((fate, kind) => (
            <Txt
              text={`${name.replace('Glorot, ', '')} ${fate}`}
              fill={colour}
              fontSize={0.9 * small}
              position={() => axes().toLocal(...places[kind])}
              opacity={() => (kind === 0 ? passed(places[0][0]) * (1 - 3 * mix()) : 3 * mix() - 2)}
            />
          )),
        )}
      </Axes>
      <NetworkGrid
        items={shown.map(({ scale, name, colour }) => ({
          ...network,
          ...scale,
          units: UNITS,
          activation: () => ({ from: 'identity', to: 'tanh', fraction: mix() }) as const,
          layers: () => layer() + 1, // plus the output layer
          radius,
          label: name,
          stroke: colour, // like its curve
          lineWidth: 0.9 * stroke,
        }))}
        columns={columns}
        position={pictures.center}
        size={pictures.size}
        space={0.8 * gap}
        labelSize={0.9 * small}
      />
    </>,
  );

  yield* waitFor(1);
  yield* layer(LAST, 10, linear);
  yield* waitFor(2);
  yield* all(mix(1, 5, easeInOutSine), domain(TANH, 5, easeInOutSine));
  yield* waitFor(3);

  /** In the larger range, only every other power has a tick. */
  function tickOpacity(power: number): number {
    return isInside(power) ? (power % 2 === 0 ? 1 : mix()) : 0;
  }

  /** The opacity of a word: 1 once the dots have passed its centre. */
  function passed(x: number): number {
    return Math.min(1, Math.max(0, layer() - x - 5));
  }
});

/**
 * The size of each layer's activations as a power of ten: the log10 of their root mean square over points of the usual
 * view.
 * @param tanh - The fraction of tanh in the activation; the rest is the identity.
 */
function powersOf(scale: Record<string, unknown>, tanh: number): number[] {
  const { hidden } = buildNetwork(
    networkSchema.parse({ ...network, ...scale, width: UNITS, layers: LAST + 1 }),
  );
  const side = range(7).map((i) => 2.6 * (i / 3 - 1));
  let points = side.flatMap((x) => side.map((y) => Float64Array.of(x + 1, y)));
  return hidden.map(({ weights, inputs, units }) => {
    let squares = 0;
    points = points.map((point) => {
      const next = new Float64Array(units);
      for (let unit = 0; unit < units; unit++) {
        let sum = 0;
        for (let i = 0; i < inputs; i++) sum += weights[unit * inputs + i] * point[i];
        next[unit] = map(sum, Math.tanh(sum), tanh);
        squares += next[unit] ** 2;
      }
      return next;
    });
    return Math.log10(squares / (units * points.length)) / 2;
  });
}
