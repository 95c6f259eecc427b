/** One network of 30 units, its layers added one by one: each picture is the one before it with a layer more.
 *  Figure 10.
 *  Run: npm run render scenes/adding-layers.tsx */
import { makeScene2D, Txt } from '@motion-canvas/2d';
import { all, createRef, createSignal, easeInOutCubic, range, waitFor } from '@motion-canvas/core';
import { boxOf, cut, dress, NetworkGrid } from 'untrained/nodes';

/** The article's figure 10. */
const network = { seed: 14, units: 30, weightScale: 0.64, centre: [1, 0] as [number, number], halfWidth: 3 };
const LAYERS = 18;

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, title, body, gap, radius } = theme;
  const [head, rest] = cut(boxOf(view.size(), theme.margin), 'rows', 1.5 * title, gap);
  const grid = createRef<NetworkGrid>();
  const layers = createSignal(1);

  view.add(
    <>
      <Txt
        text={'Adding layers'}
        fontSize={title}
        fontWeight={600}
        fill={colours.ink}
        offset={[-1, 0]}
        position={() => [-grid().extent().x / 2, head.center.y]}
      />
      <Txt
        text={() => `${layers()} ${layers() === 1 ? 'layer' : 'layers'}`}
        fontSize={body}
        fill={colours.accent}
        offset={[1, 0]}
        position={() => [grid().extent().x / 2, head.center.y]}
      />
      <NetworkGrid
        ref={grid}
        items={range(LAYERS).map((i) => ({ ...network, layers: i + 1, radius, label: `${i + 1}` }))}
        position={rest.center}
        size={rest.size}
        space={0.6 * gap}
        labelSize={0.9 * theme.small}
        labelColour={colours.ink}
        labelPlace={'inside'}
      />
    </>,
  );

  // The first layer alone, and time to look at it; then the others, quicker and quicker.
  const [first, ...others] = grid().cells;
  for (const cell of others) cell.opacity(0);
  yield* first.opacity(0, 0).to(1, 0.8);
  yield* waitFor(0.6);
  for (const i of range(1, LAYERS)) yield* add(i, Math.max(0.55, 1.2 - 0.09 * i));
  yield* waitFor(2.5);

  /** A picture leaves the one before it, and gets its layer on the way to its own place. */
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
