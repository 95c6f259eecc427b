/** Four networks growing side by side: each line is one of them, its picture after one layer, after two, up to ten.
 *  The article's figure 9. Run: npm run render scenes/rows.tsx */
import { makeScene2D, Rect, Txt } from '@motion-canvas/2d';
import { all, createRef, createSignal, easeInOutCubic, range, waitFor } from '@motion-canvas/core';
import { boxOf, cut, dress, Heading, NetworkField, split } from 'untrained/nodes';

const SEEDS = [1, 7, 17, 21];
const network = { units: 20, weightScale: 0.8, centre: [1, 0] as [number, number], halfWidth: 2 };
const LAYERS = 10;

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, title, small, gap, radius } = theme;
  const [head, rest] = cut(boxOf(view.size(), theme.margin), 'rows', 1.5 * title, gap);

  // In a wide view, each network is a row, with its layers numbered on top. In a nearly square one, the rows are split
  // into two bands. In a tall one, each network is a column, with its layers numbered at the left.
  const ratio = view.width() / view.height();
  const bands = ratio > 0.7 && ratio < 1.2 ? 2 : 1;
  const perBand = LAYERS / bands;
  const [along, across] = ratio > 0.7 ? (['columns', 'rows'] as const) : (['rows', 'columns'] as const);
  const space = 0.4 * gap;
  const steps = split(rest, 'rows', bands, 0.6 * gap).flatMap((band) => {
    const [numbers, pictures] = cut(band, across, 1.5 * small, 0.2 * gap);
    const cells = split(pictures, along, perBand, space).map((step) =>
      split(step, across, SEEDS.length, space),
    );
    return split(numbers, along, perBand, space).map((number, k) => ({ number, cells: cells[k] }));
  });

  const layers = createSignal(1);
  const labels = steps.map(() => createRef<Txt>());
  const fields = steps.map(() => SEEDS.map(() => createRef<NetworkField>()));

  view.add(
    <>
      <Heading
        title={'Four networks'}
        value={() => `${layers()} ${layers() === 1 ? 'layer' : 'layers'}`}
        position={head.center}
        width={head.width}
      />
      {steps.map(({ number }, k) => (
        <Txt
          ref={labels[k]}
          text={`${k + 1}`}
          fontSize={small}
          fill={() => (layers() === k + 1 ? colours.accent : colours.quiet)}
          position={number.center}
          opacity={0}
        />
      ))}
      <Rect>
        {steps.map(({ cells }, k) =>
          SEEDS.map((seed, i) => (
            <NetworkField
              ref={fields[k][i]}
              {...network}
              seed={seed}
              layers={k + 1}
              size={cells[i].size}
              position={cells[i].center}
              radius={radius / 2}
              opacity={0}
            />
          )),
        )}
      </Rect>
    </>,
  );

  // Shows the first layers for a while; then adds layers to all four networks, one at a time.
  labels[0]().opacity(1);
  for (const field of fields[0]) field().opacity(1);
  yield* waitFor(1.2);
  for (const k of range(1, LAYERS)) {
    layers(k + 1);
    yield* all(labels[k]().opacity(1, 0.5), ...SEEDS.map((_, i) => add(k, i, 1.1)));
    yield* waitFor(0.2);
  }
  yield* waitFor(2.5);

  /** Moves a picture from the previous one to its own position, while its new layer fades in. */
  function* add(k: number, i: number, seconds: number) {
    const newBand = k % perBand === 0;
    const to = steps[k].cells[i].center;
    const field = fields[k][i]();
    field.position(newBand ? to : steps[k - 1].cells[i].center);
    field.layers(k);
    field.moveToTop();
    yield* all(
      field.opacity(1, newBand ? seconds / 2 : 0),
      field.position(to, seconds, easeInOutCubic),
      field.layers(k + 1, seconds, easeInOutCubic),
    );
  }
});
