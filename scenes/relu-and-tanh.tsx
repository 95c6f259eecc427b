/** ReLU and tanh with the same weights: at 1, 6, 11 and 16 layers; then tanh turns into ReLU and back. The
 *  article's figure 14.
 *  Run: npm run render scenes/relu-and-tanh.tsx */
import { makeScene2D, Txt } from '@motion-canvas/2d';
import {
  all,
  createRef,
  createSignal,
  easeInOutCubic,
  easeInOutSine,
  map,
  range,
  waitFor,
} from '@motion-canvas/core';
import { belowHeading, cut, dress, Heading, NetworkGrid, shapeOf, withTeaser } from 'untrained/nodes';

/** With few units, ReLU's facets are large enough to see. */
const network = { seed: 4, units: 12, biasScale: 0.6, firstLayerBias: true, centre: 0, halfWidth: 3 };
const LAYERS = [1, 6, 11, 16];
/** ReLU does not limit sums as tanh does, and a deep network with large sums has a single colour. */
const WEIGHT_SCALE = { tanh: 1, relu: 0.85 };
const KINDS = [0, 1] as const; // tanh, ReLU

export default makeScene2D(
  withTeaser(function* (view) {
    const theme = yield* dress(view);
    const { colours, body, small, radius } = theme;
    const [head, rest] = belowHeading(view.size(), theme);
    // Two rows of pictures with their names at the left if the view is wide, and otherwise two columns with their names
    // on top.
    const wide = shapeOf(view.size()) === 'wide';
    const [, pictures] = wide ? cut(rest, 'columns', 3.4 * body) : cut(rest, 'rows', 1.6 * body);

    const grid = createRef<NetworkGrid>();
    /** The fraction of ReLU in the activation of the tanh networks. */
    const mix = createSignal(0);
    const mixed = {
      activation: () => ({ from: 'tanh', to: 'relu', fraction: mix() }) as const,
      weightScale: () => map(WEIGHT_SCALE.tanh, WEIGHT_SCALE.relu, mix()),
    };
    const relu = { activation: 'relu', weightScale: WEIGHT_SCALE.relu } as const;
    const index = (kind: 0 | 1, i: number) => (wide ? kind * LAYERS.length + i : 2 * i + kind);
    const items = KINDS.flatMap((kind) =>
      LAYERS.map((_, i) => ({
        at: index(kind, i),
        item: {
          ...network,
          ...(kind === 0 ? mixed : relu),
          layers: 1,
          radius,
          label: () => {
            const layers = Math.round(grid().field(index(kind, i)).layers());
            return layers === 1 ? '1 layer' : `${layers} layers`;
          },
        },
      })),
    ).sort((a, b) => a.at - b.at);
    const percent = () => Math.round(100 * mix());
    const names = [
      () => (percent() === 0 ? 'tanh' : percent() === 100 ? 'ReLU' : `${percent()}%${wide ? '\n' : ' '}ReLU`),
      'ReLU',
    ];
    const nameAt = (kind: 0 | 1): [number, number] => {
      const { x, y } = grid().placeOf(index(kind, 0)).add(pictures.center);
      return wide ? [rest.left, y] : [x, rest.top + 0.7 * body];
    };

    view.add(
      <>
        <NetworkGrid
          ref={grid}
          items={items.map(({ item }) => item)}
          columns={wide ? LAYERS.length : 2}
          position={pictures.center}
          size={pictures.size}
          stretch
          space={0.5 * theme.gap}
          labelPlace={'inside'}
        />
        {KINDS.map((kind) => (
          <Txt
            text={names[kind]}
            fontSize={small}
            fontWeight={500}
            fill={() => (kind === 0 && mix() > 0 ? colours.accent : colours.ink)}
            offset={wide ? [-1, 0] : [0, 0]}
            position={() => nameAt(kind)}
          />
        ))}
        <Heading
          title={'ReLU and tanh'}
          value={'the same random numbers'}
          position={head.center}
          size={head.size}
        />
      </>,
    );

    // All pictures begin with one layer; then each goes on to its own number of layers.
    yield* waitFor(0.6);
    for (const i of [1, 2, 3]) {
      yield* all(
        ...KINDS.flatMap((kind) =>
          range(i, LAYERS.length).map((k) =>
            grid().field(index(kind, k)).layers(LAYERS[i], 2.2, easeInOutSine),
          ),
        ),
      );
      yield* waitFor(0.3);
    }
    yield* waitFor(1.5);

    // The tanh networks turn into the ReLU networks, and back.
    yield* mix(1, 4, easeInOutCubic);
    yield* waitFor(1);
    yield* mix(0, 3, easeInOutCubic);
    yield* waitFor(2);
  }),
);
