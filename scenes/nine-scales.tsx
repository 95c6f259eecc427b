/** One network at nine scales of its weights, from a blur to noise: the article's figure 19.
 *  Run: npm run render scenes/nine-scales.tsx */
import { makeScene2D } from '@motion-canvas/2d';
import { all, createRef, createSignal, linear, waitFor } from '@motion-canvas/core';
import { aroundPicture, dress, Gauge, NetworkGrid, Title } from 'untrained/nodes';

/** The network of growing-weights, which shows figure 20. */
const network = { seed: 18, layers: 27, units: 30, centre: [1, 0] as [number, number], halfWidth: 2.6 };
const [FROM, TO, COUNT] = [0.5, 1, 9];
/** The weight scales form a geometric sequence. */
const scaleAt = (place: number) => FROM * (TO / FROM) ** place;

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { body, gap, radius } = theme;
  const [head, pictures, foot] = aroundPicture(view.size(), theme);
  const grid = createRef<NetworkGrid>();
  /** Progress from the first picture to the last, 0 to 1. */
  const place = createSignal(0);

  view.add(
    <>
      <NetworkGrid
        ref={grid}
        items={Array.from({ length: COUNT }, (_, i) => scaleAt(i / (COUNT - 1))).map((s) => ({
          ...network,
          weightScale: s,
          supersample: 2, // the last ones have details smaller than pixels
          label: s.toFixed(2),
          radius,
        }))}
        columns={3}
        position={pictures.center}
        size={pictures.size}
        space={0.7 * gap}
        labelPlace={'inside'}
      />
      <Title
        title={'Nine weight scales'}
        notes={[`${network.layers} layers of ${network.units} units`]}
        position={head.center}
        width={head.width}
      />
      <Gauge
        position={foot.center.addY(0.4 * body)}
        width={0.86 * foot.width}
        place={place}
        text={() => `s = ${scaleAt(place()).toFixed(2)}`}
        from={`${FROM}`}
        to={`${TO}`}
      />
    </>,
  );

  // The dot passes each scale as its picture appears.
  yield* all(grid().appear(12, 1.5), place(1, 10.5, linear));
  yield* waitFor(3);
});
