/** Layers growing from 10 units to 400, and thirty times nearer to the last. What looks like static proves to be a
 *  smooth function. The article's figures 15 and 16.
 *  Run: npm run render scenes/growing-width.tsx
 *
 *  400 units are slow: about 0.1 ms per pixel on two cores. So the zoom magnifies six still pictures, each replacing
 *  the previous one when that has doubled in size. Whatever its length, the film takes about a minute and a half at
 *  960x540 without a GPU. */
import { makeScene2D, Rect } from '@motion-canvas/2d';
import {
  all,
  clamp,
  createRef,
  createSignal,
  easeInOutCubic,
  easeInOutSine,
  map,
  range,
  Vector2,
  waitFor,
} from '@motion-canvas/core';
import { boxOf, cut, dress, Heading, NetworkField, NetworkGrid, squareIn } from 'untrained/nodes';

const network = { seed: 568, layers: 14, weightScale: 0.45, centre: 0 };
const UNITS = [10, 20, 40, 80, 120, 400];
const ZOOM = 30;

/** The number of pictures in the zoom; the duration of each fade and of the whole zoom, in doublings. */
const [PICTURES, FADE, DOUBLINGS] = [6, 0.4, Math.log2(ZOOM)];
/** Pixels of such a picture per pixel of the film, along each side. */
const SHARPNESS = 0.75;

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { title, gap, radius } = theme;
  const [head, rest] = cut(boxOf(view.size(), theme.margin), 'rows', 1.5 * title, gap);
  const large = squareIn(rest);
  const grid = createRef<NetworkGrid>();
  const last = UNITS.length - 1;
  /** The width of the grid or of the large picture, whichever is larger. */
  const reach = () => Math.max(grid().extent().x, large.width);
  const value = createSignal(`${UNITS[0]} units`);

  /** Progress from 0, with the last picture at its position in the grid, to 1, where it is the only one. */
  const grown = createSignal(0);
  const scale = () => map(grid().side() / large.width, 1, grown());
  /** How many times the view has been halved. */
  const nearer = createSignal(0);
  /** The k-th picture of the zoom: when it appears, and its magnification. */
  const comes = (k: number) => (k * (DOUBLINGS - FADE)) / (PICTURES - 1);
  const magnified = (k: number) => 2 ** (nearer() - comes(k));
  const strength = (k: number) => {
    if (k === 0) return 1;
    return k < PICTURES ? clamp(0, 1, (nearer() - comes(k)) / FADE) : 0;
  };

  view.add(
    <>
      <Heading title={'Growing width'} value={value} position={head.center} width={reach} />
      <NetworkGrid
        ref={grid}
        items={UNITS.map((units) => ({ ...network, units, halfWidth: 1, radius, label: `${units}` }))}
        position={rest.center}
        size={rest.size}
        space={0.6 * gap}
        labelPlace={'inside'}
      />
      <Rect
        clip
        radius={radius}
        size={large.size}
        scale={scale}
        position={() => Vector2.lerp(grid().placeOf(last), Vector2.zero, grown()).add(rest.center)}
        opacity={() => (grown() > 0 ? 1 : 0)}
      >
        {range(PICTURES).map((k) => (
          <NetworkField
            {...network}
            units={UNITS[last]}
            halfWidth={2 ** -comes(k)}
            size={large.size}
            scale={() => magnified(k)}
            resolution={() => SHARPNESS / (magnified(k) * scale())}
            opacity={() => (strength(k + 1) === 1 ? 0 : strength(k))} // hidden once the next one covers it
          />
        ))}
      </Rect>
    </>,
  );

  // Each moves out of the previous one while units are added. 400 units would be slow, so the last one just appears.
  for (const cell of grid().cells.slice(1)) cell.opacity(0);
  yield* waitFor(1.2);
  for (const i of range(1, last)) yield* grow(i);
  value(`${UNITS[last]} units`);
  yield* grid().cells[last].opacity(1, 1.2);
  yield* waitFor(2);

  grid().cells[last].moveToTop();
  yield* all(grid().opacity(0, 1.2), grown(1, 1.6, easeInOutCubic));
  yield* waitFor(0.6);
  value(() => `${UNITS[last]} units, ${Math.round(2 ** nearer())}×`);
  yield* nearer(DOUBLINGS, 8, easeInOutSine);
  yield* waitFor(2.5);

  function* grow(i: number) {
    const [cell, from, to] = [grid().cells[i], grid().placeOf(i - 1), grid().placeOf(i)];
    const field = grid().field(i);
    const newRow = from.y !== to.y;
    cell.position(newRow ? to : from).moveToTop();
    field.units(UNITS[i - 1]);
    value(`${UNITS[i]} units`);
    yield* all(
      cell.opacity(1, newRow ? 0.6 : 0),
      cell.position(to, 1.2, easeInOutCubic),
      field.units(UNITS[i], 1.2, easeInOutCubic),
    );
    yield* waitFor(0.4);
  }
});
