/** One network growing from a single layer to forty. Figures 11 and 12: the pause at 27 layers, and the end.
 *  Run: npm run render scenes/growing-depth.tsx */
import { makeScene2D } from '@motion-canvas/2d';
import { createRef, easeInOutSine, waitFor } from '@motion-canvas/core';
import { aroundPicture, dress, Gauge, NetworkField, Title } from 'untrained/nodes';

const network = {
  seed: 16,
  units: 30,
  weightScale: 0.62,
  centre: [1, 0] as [number, number],
  halfWidth: 2.6,
};
const [REST, LAST] = [27, 40];

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { body } = theme;
  const [head, picture, foot] = aroundPicture(view.size(), theme);
  const field = createRef<NetworkField>();
  const layers = () => Math.floor(field().layers() + 0.5);
  const place = (n: number) => (n - 1) / (LAST - 1);

  view.add(
    <>
      <NetworkField
        ref={field}
        {...network}
        layers={1}
        // Deep networks have details smaller than pixels.
        supersample={() => (field().layers() > 26 ? 2 : 1)}
        size={picture.size}
        position={picture.center}
        radius={theme.radius}
      />
      <Title
        title={'Growing depth'}
        notes={[`${network.units} units in each layer`]}
        position={head.center}
        width={head.width}
      />
      <Gauge
        position={foot.center.addY(0.4 * body)}
        width={0.86 * foot.width}
        place={() => place(field().layers())}
        text={() => `${layers()} ${layers() === 1 ? 'layer' : 'layers'}`}
        from={'1'}
        to={`${LAST}`}
        marks={[[place(REST), `${REST}`]]}
      />
    </>,
  );

  yield* waitFor(1);
  yield* field().layers(REST, 13, easeInOutSine);
  yield* waitFor(2.5);
  yield* field().layers(LAST, 7, easeInOutSine);
  yield* waitFor(2.5);
});
