/** Typical networks: a dozen with one layer, then the same ones with a layer of 10 hidden units before it.
 *  Figures 7 and 8, the latter after the second layer has appeared.
 *  Run: npm run render scenes/typical-networks.tsx */
import { makeScene2D } from '@motion-canvas/2d';
import { all, createRef, createSignal, delay, easeInOutCubic, waitFor } from '@motion-canvas/core';
import { boxOf, cut, dress, Heading, NetworkGrid, shapeOf } from 'untrained/nodes';

const SEEDS = [29, 20, 49, 31, 44, 5, 12, 28, 36, 47, 42, 53];
const network = { units: 10, weightScale: 1.6, centre: [1, 0] as [number, number] };
/** The views of figures 7 and 8. With two layers, the shapes are nearer to the origin. */
const [ONE, TWO] = [
  { layers: 1, halfWidth: 3 },
  { layers: 2, halfWidth: 2 },
];

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { title, gap, radius } = theme;
  const [head, rest] = cut(boxOf(view.size(), theme.margin), 'rows', 1.5 * title, gap);
  const grid = createRef<NetworkGrid>();
  const layers = createSignal(1);
  const seeds = SEEDS.slice(0, shapeOf(view.size()) === 'wide' ? 10 : 12); // 5 x 2 or 3 x 4, without gaps

  view.add(
    <>
      <NetworkGrid
        ref={grid}
        items={seeds.map((seed) => ({ seed, ...network, ...ONE, radius }))}
        position={rest.center}
        size={rest.size}
        space={0.7 * gap}
        labelSize={0}
      />
      <Heading
        title={'Typical networks'}
        value={() => (layers() === 1 ? '1 layer' : `2 layers, ${network.units} units`)}
        position={head.center}
        width={head.width}
      />
    </>,
  );

  yield* grid().appear(4);
  yield* waitFor(2.5);

  // The second layer sweeps over them like a wave, from the top left.
  layers(2);
  yield* all(
    ...seeds.map((_, i) => {
      const { x, y } = grid().placeOf(i).sub(grid().placeOf(0));
      const after = (1.6 * (x + y)) / (view.width() + view.height());
      return delay(after, deepen(i));
    }),
  );
  yield* waitFor(3);

  function* deepen(i: number) {
    const field = grid().field(i);
    yield* all(
      field.layers(TWO.layers, 3, easeInOutCubic),
      field.halfWidth(TWO.halfWidth, 3, easeInOutCubic),
    );
  }
});
