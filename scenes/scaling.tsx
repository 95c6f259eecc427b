/** How large the activations are, layer by layer, and what becomes of the picture: they vanish, saturate, or stay.
 *  Section 7.1 of the article. Run: npm run render scenes/scaling.tsx */
import { Circle, Latex, makeScene2D, Txt } from '@motion-canvas/2d';
import { createRef, createSignal, linear, waitFor } from '@motion-canvas/core';
import { buildNetwork, networkSchema } from 'untrained';
import { Axes, boxOf, Curve, cut, dress, Heading, NetworkGrid, shapeOf } from 'untrained/nodes';

/** Without biases, as in the article's section: nothing comes in but the point. */
const network = { seed: 18, biasScale: 0 };
const UNITS = 30;
const LAST = 40;

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, title, small, gap, stroke, radius } = theme;
  // Weights that deviate by 1/√n keep the size of a layer without an activation; tanh makes it a little smaller each time.
  /** Each with its name, and where in the plot that stands. */
  const shown = [
    {
      scale: { weightScale: 0.2 },
      name: 's = 0.2',
      fate: 'vanishes',
      colour: colours.negative,
      place: [16, 0.05],
    },
    {
      scale: { initialisation: 'glorot' as const },
      name: 'Glorot, 1/√n',
      fate: 'fades',
      colour: colours.heights[2],
      place: [18, 0.25],
    },
    {
      scale: { initialisation: 'he' as const },
      name: 'He',
      fate: 'stays',
      colour: colours.accent,
      place: [21, 0.69],
    },
    { scale: { weightScale: 1 }, name: 's = 1', fate: 'saturates', colour: colours.ink, place: [21, 0.93] },
  ].map((one) => ({ ...one, sizes: sizesOf(one.scale) }));

  const wide = shapeOf(view.size()) === 'wide';
  const [head, rest] = cut(boxOf(view.size(), theme.margin), 'rows', 1.5 * title, gap);
  // The pictures stand beside the plot, in a row under it, or in two rows where there is room.
  const columns = !wide && rest.height < 1.4 * rest.width ? 4 : 2;
  const [plot, pictures] = wide
    ? cut(rest, 'columns', rest.width - rest.height, 1.5 * gap)
    : cut(rest, 'rows', rest.height - (columns === 4 ? 0.28 : 1.05) * rest.width, gap);
  const axes = createRef<Axes>();
  /** The layer that is being looked at, with a fraction. */
  const layer = createSignal(1);
  const sizeAt = (sizes: number[], x: number) => {
    const before = Math.min(LAST - 1, Math.floor(x));
    return sizes[before - 1] + (x - before) * (sizes[before] - sizes[before - 1]);
  };

  view.add(
    <>
      <Heading
        theme={theme}
        title={'The size of y'}
        value={() => `layer ${Math.floor(layer() + 0.5)}`}
        position={head.center}
        width={head.width}
      />
      <Axes
        ref={axes}
        position={[plot.center.x + 0.9 * small, plot.center.y + 0.2 * small]}
        size={[plot.width - 2 * small, plot.height - 3.6 * small]}
        domainX={[0, LAST]}
        domainY={[0, 1]}
        ticksX={4}
        ticksY={4}
        labelSize={0.8 * small}
        labelColour={colours.quiet}
        stroke={colours.line}
        lineWidth={0.4 * stroke}
      >
        <Latex
          tex={'\\|y\\| / \\sqrt{n}'}
          fill={colours.quiet}
          fontSize={small}
          offset={[-1, 1]}
          position={() =>
            axes()
              .toLocal(0, 1)
              .addY(-0.4 * small)
          }
        />
        {shown.map(({ colour, sizes }) => (
          <Curve
            // Only as far as the layer that is being looked at.
            graph={() => {
              const last = layer();
              return { f: (x: number) => (x < 1 || x > last ? Number.NaN : sizeAt(sizes, x)) };
            }}
            detail={801}
            stroke={colour}
            lineWidth={0.8 * stroke}
          />
        ))}
        {shown.map(({ colour, sizes }) => (
          <Circle
            size={2.6 * stroke}
            fill={colour}
            position={() => axes().toLocal(layer(), sizeAt(sizes, layer()))}
          />
        ))}
        {shown.map(({ name, fate, colour, place: [x, y] }) => (
          <Txt
            text={`${name} ${fate}`}
            fill={colour}
            fontSize={0.9 * small}
            position={() => axes().toLocal(x, y)}
            opacity={() => Math.min(1, Math.max(0, layer() - x - 8))} // once the dot is past it
          />
        ))}
      </Axes>
      <NetworkGrid
        items={shown.map(({ scale, name, colour }) => ({
          ...network,
          ...scale,
          units: UNITS,
          layers: () => layer() + 1, // and the one that makes colours of them
          radius,
          label: name,
          stroke: colour, // as its curve
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
  yield* layer(LAST, 16, linear);
  yield* waitFor(3);
});

/** The root mean square of each layer's activations, over points of the usual view. */
function sizesOf(scale: Record<string, unknown>): number[] {
  const { hidden } = buildNetwork(
    networkSchema.parse({ ...network, ...scale, width: UNITS, layers: LAST + 1 }),
  );
  const side = Array.from({ length: 15 }, (_, i) => 2.6 * ((2 * i) / 14 - 1));
  let points = side.flatMap((x) => side.map((y) => [x + 1, y]));
  return hidden.map(({ weights, biases, inputs }) => {
    points = points.map((point) =>
      [...biases].map((bias, unit) =>
        Math.tanh(point.reduce((sum, y, i) => sum + weights[unit * inputs + i] * y, bias)),
      ),
    );
    const squares = points.flat().map((y) => y * y);
    return Math.sqrt(squares.reduce((sum, square) => sum + square) / squares.length);
  });
}
