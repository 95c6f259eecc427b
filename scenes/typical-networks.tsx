/** Typical networks with one layer, then with a layer of 10 hidden units before it. Figures 7 and 8, the latter
 *  after the second layer has appeared.
 *  Run: npm run render scenes/typical-networks.tsx */
import { makeScene2D } from '@motion-canvas/2d';
import { all, createRef, delay, easeInOutCubic, waitFor } from '@motion-canvas/core';
import { belowHeading, dress, Heading, NetworkGrid, shapeOf, withTeaser } from 'untrained/nodes';

const SEEDS = [29, 20, 49, 31, 44, 5, 12, 28, 36, 47, 42, 53];
const network = { units: 10, weightScale: 1.6, centre: [1, 0] as [number, number] };
/** The views of figures 7 and 8. With two layers, the shapes are nearer to the origin. */
const [ONE, TWO] = [
  { layers: 1, halfWidth: 3 },
  { layers: 2, halfWidth: 2 },
];

export default makeScene2D(
  withTeaser(function* (view) {
    const theme = yield* dress(view);
    const [head, rest] = belowHeading(view.size(), theme);
    const grid = createRef<NetworkGrid>();
    const seeds = SEEDS.slice(0, shapeOf(view.size()) === 'wide' ? 10 : 12); // 5 x 2 or 3 x 4, without gaps
    /** Whether most of them have two layers. */
    const isDeeper = () =>
      grid()
        .field(seeds.length / 2 - 1)
        .layers() >= 1.5;

    view.add(
      <>
        <NetworkGrid
          ref={grid}
          items={seeds.map((seed) => ({ seed, ...network, ...ONE, radius: theme.radius }))}
          position={rest.center}
          size={rest.size}
          stretch
          space={0.5 * theme.gap}
          labelSize={0}
        />
        <Heading
          title={() => (isDeeper() ? 'Two layers make corners.' : 'One layer makes gradients.')}
          value={() => (isDeeper() ? `${network.units} hidden units` : 'no hidden units')}
          position={head.center}
          size={head.size}
        />
      </>,
    );

    yield* grid().appear(1.6);
    yield* waitFor(2);

    // The second layer sweeps over them like a wave, from the top left.
    yield* all(
      ...seeds.map((_, i) => {
        const { x, y } = grid().placeOf(i).sub(grid().placeOf(0));
        return delay((1.6 * (x + y)) / (view.width() + view.height()), deepen(i));
      }),
    );
    yield* waitFor(3);

    function* deepen(i: number) {
      const field = grid().field(i);
      yield* all(
        field.layers(TWO.layers, 2.5, easeInOutCubic),
        field.halfWidth(TWO.halfWidth, 2.5, easeInOutCubic),
      );
    }
  }),
);
