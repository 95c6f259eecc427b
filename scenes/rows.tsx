/** Four networks grow from 1 layer to 10, side by side: each line is one of them. The article's figure 9.
 *  Run: npm run render scenes/rows.tsx */
import { makeScene2D } from '@motion-canvas/2d';
import { createRef, range, waitFor } from '@motion-canvas/core';
import { belowHeading, dress, Heading, NetworkGrid, withTeaser } from 'untrained/nodes';

const SEEDS = [1, 7, 17, 21];
const network = { units: 20, weightScale: 0.8, centre: [1, 0] as [number, number], halfWidth: 2 };
const LAYERS = 10;

export default makeScene2D(
  withTeaser(function* (view) {
    const theme = yield* dress(view);
    const [head, rest] = belowHeading(view.size(), theme);
    const grid = createRef<NetworkGrid>();
    const layers = () =>
      Math.round(
        grid()
          .field(SEEDS.length * LAYERS - 1)
          .layers(),
      );
    const wide = view.width() >= view.height();

    view.add(
      <>
        {/* Each network is a row, or in a portrait view a column. */}
        <NetworkGrid
          ref={grid}
          items={range(1, LAYERS + 1).flatMap((n) =>
            SEEDS.map((seed, i) => ({
              ...network,
              seed,
              layers: n,
              radius: theme.radius / 2,
              label: i === 0 ? `${n}` : '',
            })),
          )}
          flow={wide ? 'columns' : 'rows'}
          columns={wide ? LAYERS : SEEDS.length}
          together={SEEDS.length}
          position={rest.center}
          size={rest.size}
          stretch
          space={0.3 * theme.gap}
          labelPlace={'inside'}
        />
        <Heading
          title={'Each extra layer bends what is already there.'}
          value={() => `${layers()} ${layers() === 1 ? 'layer' : 'layers'}`}
          position={head.center}
          size={head.size}
        />
      </>,
    );

    // Shows the first layers for a while; then adds layers to all four networks, one at a time.
    grid().begin();
    yield* waitFor(0.8);
    for (const _ of range(1, LAYERS)) {
      yield* grid().next(1.1);
      yield* waitFor(0.2);
    }
    yield* waitFor(2.5);
  }),
);
