/** One network of 30 units, its layers added one by one: each picture has one layer more than the previous one.
 *  Figure 10.
 *  Run: npm run render scenes/adding-layers.tsx */
import { makeScene2D } from '@motion-canvas/2d';
import { all, createRef, createSignal, easeInOutCubic, range, waitFor } from '@motion-canvas/core';
import { boxOf, cut, dress, Heading, NetworkGrid } from 'untrained/nodes';

/** The network of growing-depth, which shows figures 11 and 12. */
const network = { seed: 16, units: 30, weightScale: 0.62, centre: [1, 0] as [number, number], halfWidth: 3 };
const LAYERS = 18;

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { title, gap, radius } = theme;
  const [head, rest] = cut(boxOf(view.size(), theme.margin), 'rows', 1.5 * title, gap);
  const grid = createRef<NetworkGrid>();
  const layers = createSignal(1);

  view.add(
    <>
      <Heading
        title={'Adding layers'}
        value={() => `${layers()} ${layers() === 1 ? 'layer' : 'layers'}`}
        position={head.center}
        width={() => grid().extent().x}
      />
      <NetworkGrid
        ref={grid}
        items={range(LAYERS).map((i) => ({ ...network, layers: i + 1, radius, label: `${i + 1}` }))}
        position={rest.center}
        size={rest.size}
        space={0.6 * gap}
        labelPlace={'inside'}
      />
    </>,
  );

  // Shows the first layer alone for a while; then adds the others, faster and faster.
  const [, ...others] = grid().cells;
  for (const cell of others) cell.opacity(0);
  yield* waitFor(1.2);
  for (const i of range(1, LAYERS)) yield* add(i, Math.max(0.55, 1.2 - 0.09 * i));
  yield* waitFor(2.5);

  /** Moves a picture from the previous one to its own position, while its new layer fades in. */
  function* add(i: number, seconds: number) {
    const [cell, field, from, to] = [
      others[i - 1],
      grid().field(i),
      grid().placeOf(i - 1),
      grid().placeOf(i),
    ];
    const newRow = from.y !== to.y;
    cell.position(newRow ? to : from).moveToTop();
    field.layers(i);
    layers(i + 1);
    yield* all(
      newRow ? cell.opacity(1, seconds / 2) : cell.opacity(1, 0),
      cell.position(to, seconds, easeInOutCubic),
      field.layers(i + 1, seconds, easeInOutCubic),
    );
  }
});
