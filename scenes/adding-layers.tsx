/** One network of 30 units per layer, built layer by layer: each picture has one layer more than the one before.
 *  Figure 10.
 *  Run: npm run render scenes/adding-layers.tsx */
import { makeScene2D } from '@motion-canvas/2d';
import { createRef, range, waitFor } from '@motion-canvas/core';
import { belowHeading, dress, Heading, NetworkGrid, withTeaser } from 'untrained/nodes';

const LAYERS = 18;
/** A colour map keeps all pictures to one family of colours: each depth has output weights of its own. */
const network = {
  seed: 188,
  units: 30,
  weightScale: 0.62,
  centre: [1, 0] as [number, number],
  halfWidth: 3,
  palette: 'magma',
} as const;

export default makeScene2D(
  withTeaser(function* (view) {
    const theme = yield* dress(view);
    const [head, rest] = belowHeading(view.size(), theme);
    const grid = createRef<NetworkGrid>();
    const layers = () =>
      Math.round(
        grid()
          .field(LAYERS - 1)
          .layers(),
      );

    view.add(
      <>
        <NetworkGrid
          ref={grid}
          items={range(1, LAYERS + 1).map((n) => ({
            ...network,
            layers: n,
            radius: theme.radius,
            label: `${n}`,
          }))}
          position={rest.center}
          size={rest.size}
          stretch
          space={0.5 * theme.gap}
          labelPlace={'inside'}
        />
        <Heading
          title={'One network, layer by layer'}
          value={() => `${layers()} ${layers() === 1 ? 'layer' : 'layers'}`}
          position={head.center}
          size={head.size}
        />
      </>,
    );

    // Shows the first layer for a while; then adds the others, faster and faster.
    grid().begin();
    yield* waitFor(0.8);
    for (const n of range(1, LAYERS)) yield* grid().next(Math.max(0.6, 1.3 - 0.1 * n));
    yield* waitFor(2.5);
  }),
);
