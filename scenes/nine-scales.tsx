/** One network at nine weight scales, from blur to noise. The article's figure 19.
 *  Run: npm run render scenes/nine-scales.tsx */
import { makeScene2D } from '@motion-canvas/2d';
import { createRef, range, waitFor } from '@motion-canvas/core';
import { belowHeading, dress, Heading, NetworkGrid, withTeaser } from 'untrained/nodes';

/** The network of growing-weights, which shows figure 20. */
const network = { seed: 18, layers: 27, units: 30, centre: [1, 0] as [number, number], halfWidth: 2.6 };
/** The weight scales form a geometric sequence. */
const [FROM, TO, COUNT] = [0.5, 1, 9];
const SCALES = range(COUNT).map((i) => FROM * (TO / FROM) ** (i / (COUNT - 1)));
/** Beyond this, details are smaller than pixels: each picture takes more samples, and appears at once. */
const NOISY = 0.72;

export default makeScene2D(
  withTeaser(function* (view) {
    const theme = yield* dress(view);
    const [head, rest] = belowHeading(view.size(), theme);
    const grid = createRef<NetworkGrid>();
    const scale = () =>
      grid()
        .field(COUNT - 1)
        .weightScale();

    view.add(
      <>
        <NetworkGrid
          ref={grid}
          items={SCALES.map((weightScale) => ({
            ...network,
            weightScale,
            supersample: weightScale > NOISY ? 3 : 2,
            label: `±${weightScale.toFixed(2)}`,
            radius: theme.radius,
          }))}
          columns={3}
          position={rest.center}
          size={rest.size}
          stretch
          space={0.5 * theme.gap}
          labelPlace={'inside'}
        />
        <Heading
          title={'Weight scale decides: blur or noise.'}
          value={() => `weights: ±${scale().toFixed(2)}`}
          position={head.center}
          size={head.size}
        />
      </>,
    );

    // The weights grow while there is something to see in them; then come the noisy pictures, one after another.
    grid().begin();
    yield* waitFor(0.6);
    for (const next of SCALES.slice(1)) {
      yield* grid().next(next > NOISY ? 0.9 : 1.8, next <= NOISY);
      yield* waitFor(next > NOISY ? 0.3 : 0.7);
    }
    yield* waitFor(2.5);
  }),
);
