/** The edge of chaos: one network at every depth and weight scale, and the border that theory draws between them.
 *  Run: npm run render edge-of-chaos
 *
 *  The border is where a network is as deep as its depth scale 1 / ln χ (docs/measures.md). */
import { Line, makeScene2D, Node, Rect } from '@motion-canvas/2d';
import {
  all,
  createRef,
  createSignal,
  delay,
  easeInOutCubic,
  easeInOutSine,
  linear,
  map,
  range,
  useScene,
  Vector2,
  waitFor,
} from '@motion-canvas/core';
import { meanField, type PaletteInput } from 'untrained';
import { ChaosGauge, dress, LowerThird, NetworkField, shapeOf, zoomBetween } from 'untrained/nodes';

/** The grid's columns, and the weight scales at its left and right edge. */
const [COLUMNS, LIGHT, HEAVY] = [20, 0.2, 1];
const scaleIn = (column: number) => map(LIGHT, HEAVY, (column + 0.5) / COLUMNS);
const columnOf = (scale: number) => ((scale - LIGHT) / (HEAVY - LIGHT)) * COLUMNS - 0.5;
const layersIn = (row: number) => 2 + 3 * row;
const rowOf = (layers: number) => (layers - 2) / 3;
/** The picture to dive into. */
const [COLUMN, ROW] = [9, 8];

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, body, margin, stroke, radius } = theme;
  const { variables } = useScene();
  const network = { seed: variables.get('seed', 70)(), units: 30 };
  const palette = variables.get<PaletteInput>('palette', 'oklch')();

  /** The rows leave room for the caption. */
  const rows = shapeOf(view.size()) === 'tall' ? 18 : 16;
  /** A cell has the proportions of the frame, so that the dive ends in a picture that fills it. */
  const cell = view.size().div(COLUMNS);
  const placeOf = (column: number, row: number) => new Vector2(column, row).sub((COLUMNS - 1) / 2).mul(cell);
  const border = range(800).flatMap((i) => {
    const weightScale = map(HEAVY, LIGHT, i / 800);
    const { chi } = { chi: 0, ...meanField({ ...network, weightScale }) };
    const row = rowOf(1 + 1 / Math.log(chi));
    return chi > 1 && row < rows ? [placeOf(columnOf(weightScale), row)] : [];
  });

  const [line, lens, gauge, words] = [
    createRef<Node>(),
    createRef<NetworkField>(),
    createRef<ChaosGauge>(),
    createRef<LowerThird>(),
  ];
  const [zoom, drawn] = [createSignal(1), createSignal(0)];
  /** Pictures are computed anew whenever the dive has doubled their size. */
  const sharpness = () => Math.min(COLUMNS, 2 ** Math.ceil(Math.log2(zoom())));
  const moves = () => zoom() > 1 && zoom() < COLUMNS;
  const pictures = range(COLUMNS * rows).map((i) => {
    const [column, row] = [i % COLUMNS, Math.floor(i / COLUMNS)];
    return (
      <NetworkField
        {...network}
        layers={layersIn(row)}
        weightScale={scaleIn(column)}
        palette={palette}
        size={cell}
        position={placeOf(column, row)}
        resolution={() => sharpness() / zoom()}
        supersample={() => (moves() ? 1 : 2)}
      />
    ) as NetworkField;
  });
  const best = pictures[ROW * COLUMNS + COLUMN];
  const panel = new Vector2(
    shapeOf(view.size()) === 'wide' ? 0.33 * view.width() : 0.7 * view.width(),
    4.8 * body,
  );

  view.add(
    <>
      <Node scale={zoom} position={() => best.position().mul((-COLUMNS * (zoom() - 1)) / (COLUMNS - 1))}>
        {pictures}
        <Node ref={line}>
          <Line
            points={border}
            end={drawn}
            stroke={'black'}
            lineWidth={() => (3 * stroke) / zoom()}
            opacity={0.6}
          />
          <Line points={border} end={drawn} stroke={colours.ink} lineWidth={() => (1.2 * stroke) / zoom()} />
        </Node>
      </Node>
      <NetworkField
        ref={lens}
        {...network}
        layers={29}
        weightScale={0.45}
        palette={palette}
        supersample={2}
        size={cell.mul(4.4)}
        position={() => {
          const { x, y } = placeOf(columnOf(lens().weightScale()), rowOf(lens().layers()));
          return [x, y];
        }}
        radius={radius}
        stroke={colours.ink}
        lineWidth={stroke}
        shadowBlur={3 * stroke}
        shadowColor={'black'}
      />
      <Rect
        size={panel}
        position={view
          .size()
          .div(2)
          .mul([1, -1])
          .add(
            panel
              .div(2)
              .add(margin / 2)
              .mul([-1, 1]),
          )}
        radius={radius}
        fill={`${colours.background}c8`}
        opacity={() => gauge().opacity()}
      >
        <ChaosGauge ref={gauge} y={0.5 * body} width={0.62 * panel.x} network={() => lens().network()} />
      </Rect>
      <LowerThird
        ref={words}
        title={'One network. Heavier weights to the right, more\u00a0layers\u00a0downward.'}
      />
    </>,
  );

  yield* waitFor(0.2);
  yield* lens().weightScale(0.92, 2, easeInOutSine);
  yield* lens().weightScale(0.58, 0.8, easeInOutSine);
  yield* lens().layers(44, 1.8, linear);
  yield* all(
    lens().opacity(0, 0.3),
    gauge().opacity(0, 0.3),
    words().say('Theory says chaos starts here.'),
    delay(0.2, drawn(1, 2.8, easeInOutCubic)),
  );
  yield* waitFor(1.1);
  gauge().network(() => best.network());
  yield* all(
    words().say(
      'The best pictures live just past it.',
      `${best.layers()} layers, weight scale ${best.weightScale().toFixed(2)}`,
    ),
    delay(0.8, line().opacity(0, 1)),
    zoom(COLUMNS, 4.4, easeInOutCubic, zoomBetween),
    delay(3, gauge().opacity(1, 0.5)),
  );
  yield* waitFor(1.6);
});
