import { makeScene2D } from '@motion-canvas/2d';
import { all, createRef, range } from '@motion-canvas/core';
import { dress, NetworkDiagram, NetworkGrid } from 'untrained/nodes';

/** Six depths of one network and, beside them, a diagram of it. */
export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { width, height } = view.size();
  const grid = createRef<NetworkGrid>();
  const diagram = createRef<NetworkDiagram>();
  const items = range(6).map((i) => ({ seed: 18, layers: i + 1, label: `${i + 1}`, radius: theme.radius }));
  view.add(
    <>
      <NetworkGrid
        ref={grid}
        items={items}
        size={[0.44 * width, 0.9 * height]}
        x={-0.25 * width}
        labelSize={theme.small}
      />
      <NetworkDiagram
        ref={diagram}
        size={[0.44 * width, 0.9 * height]}
        x={0.25 * width}
        seed={18}
        layers={4}
        units={[4, 30, 6]}
        most={7}
        reveal={0}
      />
    </>,
  );
  yield* all(grid().appear(2), diagram().reveal(1, 2));
});
