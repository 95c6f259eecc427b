/** The same weights with tanh and with relu, at 1, 6, 11 and 16 layers; then tanh turns into relu and back. The
 *  article's figure 14.
 *  Run: npm run render scenes/relu-and-tanh.tsx */
import { makeScene2D, Txt } from '@motion-canvas/2d';
import {
  all,
  chain,
  createRef,
  createRefArray,
  createSignal,
  easeInOutSine,
  map,
  sequence,
  waitFor,
} from '@motion-canvas/core';
import { boxOf, cut, dress, Gauge, Heading, NetworkGrid, shapeOf } from 'untrained/nodes';

const network = {
  seed: 408,
  units: 30,
  biasScale: 0.35,
  firstLayerBias: true,
  centre: 0,
  halfWidth: 2.2,
};
const LAYERS = [1, 6, 11, 16];
/** Relu does not limit sums as tanh does, and a deep network with large sums has a single colour. */
const WEIGHT_SCALE = { tanh: 0.62, relu: 0.54 };

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, title, body, small, gap, radius } = theme;
  const wide = shapeOf(view.size()) === 'wide';
  const tall = view.height() > 1.15 * view.width();
  const [head, rest] = cut(boxOf(view.size(), theme.margin), 'rows', 1.6 * title, gap);
  // Two rows of pictures with their names at the left, or in a tall view two columns with their names on top. The gauge
  // of the blend is in the head if the view is wide, and otherwise below the pictures.
  const [pictures, below] = wide ? [rest] : cut(rest, 'rows', rest.height - 2.6 * body);
  const [, middle] = tall ? cut(pictures, 'rows', 1.8 * body) : cut(pictures, 'columns', 2.9 * body);
  const foot = below ?? cut(head, 'columns', 0.5 * head.width)[1];

  const grid = createRef<NetworkGrid>();
  const gauge = createRef<Gauge>();
  const names = createRefArray<Txt>();
  /** The fraction of relu in the activation of the tanh networks. */
  const mix = createSignal(0);
  const mixed = {
    activation: () => ({ from: 'tanh', to: 'relu', fraction: mix() }) as const,
    weightScale: () => map(WEIGHT_SCALE.tanh, WEIGHT_SCALE.relu, mix()),
  };
  const relu = { activation: 'relu', weightScale: WEIGHT_SCALE.relu } as const;
  const picture = (of: typeof mixed | typeof relu, layers: number) => ({
    ...network,
    ...of,
    layers,
    radius,
    label: layers === 1 ? '1 layer' : `${layers} layers`,
  });
  const items = tall
    ? LAYERS.flatMap((layers) => [picture(mixed, layers), picture(relu, layers)])
    : [mixed, relu].flatMap((of) => LAYERS.map((layers) => picture(of, layers)));
  /** The cells of tanh (0) and relu (1) at the i-th depth. */
  const cell = (kind: 0 | 1, i: number) => grid().cells[tall ? 2 * i + kind : kind * LAYERS.length + i];
  const nameAt = (kind: 0 | 1) => {
    const [{ x, y }, half] = [cell(kind, 0).position().add(middle.center), grid().side() / 2];
    return tall ? [x, y - half - 0.9 * body] : [x - half - 0.8 * body, y];
  };

  /** The x coordinate of the pictures' right edge. */
  const reach = () => middle.center.x + grid().extent().x / 2;
  const gaugeWidth = () => (wide ? 0.48 * grid().extent().x : Math.min(0.85 * foot.width, 20 * body));

  view.add(
    <>
      <Heading
        title={'relu and tanh'}
        position={[middle.center.x, head.center.y]}
        width={() => grid().extent().x}
      />
      <NetworkGrid
        ref={grid}
        items={items}
        columns={tall ? 2 : LAYERS.length}
        position={middle.center}
        size={middle.size}
        space={0.6 * gap}
        labelPlace={'inside'}
      />
      {(['tanh', 'relu'] as const).map((name, kind) => (
        <Txt
          ref={names}
          text={name}
          fontSize={body}
          fontWeight={500}
          fill={colours.quiet}
          offset={tall ? [0, 0] : [1, 0]}
          position={() => nameAt(kind as 0 | 1) as [number, number]}
        />
      ))}
      <Gauge
        ref={gauge}
        position={() => [wide ? reach() - gaugeWidth() / 2 - small : 0, foot.center.y - 0.4 * body]}
        width={gaugeWidth}
        place={mix}
        from={'tanh'}
        to={'relu'}
        opacity={0}
      >
        <Txt
          text={() => `${Math.round(100 * mix())}%`}
          fontSize={small}
          fill={colours.accent}
          y={1.2 * body}
        />
      </Gauge>
    </>,
  );

  for (const [i] of LAYERS.entries())
    for (const kind of [0, 1] as const) cell(kind, i).opacity(i === 0 ? 1 : 0);
  yield* waitFor(1.5);
  yield* sequence(
    1.1,
    ...[1, 2, 3].map((i) => chain(cell(0, i).opacity(1, 0.8), cell(1, i).opacity(1, 0.8))),
  );
  yield* waitFor(2);

  // The tanh networks turn into the relu networks, and back.
  yield* all(gauge().opacity(1, 0.8), names[0].opacity(0, 0.8));
  yield* mix(1, 6, easeInOutSine);
  yield* waitFor(1);
  yield* mix(0, 4, easeInOutSine);
  yield* names[0].opacity(1, 0.8);
  yield* waitFor(2);
});
