import { makeScene2D, Rect } from '@motion-canvas/2d';
import { createRef, waitFor } from '@motion-canvas/core';
import {
  Axes,
  boxOf,
  Curve,
  cut,
  dress,
  Gauge,
  Heading,
  HeightMap,
  light,
  NetworkDiagram,
  NetworkGrid,
  split,
  Title,
} from 'untrained/nodes';

/** Every node that has colours of its own, told nothing but that the scene is light; a dark part in it is dark. */
export default makeScene2D(function* (view) {
  const theme = yield* dress(view, light);
  const [head, rest] = cut(boxOf(view.size(), theme.margin), 'rows', 1.5 * theme.title, theme.gap);
  const [upper, lower] = split(rest, 'rows', 2, 2 * theme.gap).map((row) =>
    split(row, 'columns', 3, 2 * theme.gap).map(({ center, size }) => ({ position: center, size })),
  );
  const part = createRef<Rect>();
  view.add(
    <>
      <Heading
        title={'A title that is far too long for a heading such as this one'}
        value={'a value'}
        position={head.center}
        width={head.width}
      />
      <Axes {...upper[0]}>
        <Curve />
      </Axes>
      <HeightMap {...upper[1]} seed={18} layers={3} />
      <NetworkDiagram {...upper[2]} seed={18} layers={3} units={4} unitSize={24} />
      <NetworkGrid {...lower[0]} items={[{ seed: 18, layers: 3, label: 'label' }]} />
      <Gauge
        position={lower[1].position}
        width={lower[1].size.x}
        place={0.6}
        text={'s = 0.6'}
        from={'0'}
        to={'1'}
      />
      <Rect ref={part} {...lower[2]} />
    </>,
  );
  yield* dress(part());
  part().add(<Title size={part().size()} title={'A title that is too long'} notes={['and a note']} />);
  yield* waitFor(0.1);
});
