/** More units per layer add detail everywhere: layers growing from 10 units to 400, then a thirtyfold zoom into the
 *  last. What looks like static proves to be a smooth function. The article's figures 15 and 16.
 *  Run: npm run render scenes/growing-width.tsx
 *
 *  400 units are slow: about 0.05 ms per pixel on two cores. So the zoom magnifies six still pictures, each replacing
 *  the previous one when that has doubled in size. */
import { makeScene2D, Rect } from '@motion-canvas/2d';
import {
  all,
  BBox,
  clamp,
  createRef,
  createSignal,
  easeInOutCubic,
  easeInOutSine,
  map,
  range,
  waitFor,
} from '@motion-canvas/core';
import {
  belowHeading,
  boxOf,
  dress,
  Heading,
  LowerThird,
  NetworkField,
  NetworkGrid,
  withTeaser,
} from 'untrained/nodes';

/** Not so deep that 400 units are static at any distance, with weights that let 10 units show something. */
const network = { seed: 398, layers: 7, weightScale: 0.6, centre: 0 };
const UNITS = [10, 20, 40, 80, 120, 400];
const ZOOM = 30;

/** The number of pictures in the zoom; the duration of each fade and of the whole zoom, in doublings. */
const [PICTURES, FADE, DOUBLINGS] = [6, 0.4, Math.log2(ZOOM)];
/** Pixels of such a picture per pixel of the film, along each side. */
const SHARPNESS = 0.75;

export default makeScene2D(
  withTeaser(function* (view) {
    const theme = yield* dress(view);
    const [head, rest] = belowHeading(view.size(), theme);
    const whole = boxOf(view.size());
    const grid = createRef<NetworkGrid>();
    const heading = createRef<Heading>();
    const caption = createRef<LowerThird>();
    const last = UNITS.length - 1;
    const units = () => Math.round(grid().field(last).units() as number);

    /** Progress from 0, with the last picture in its cell, to 1, where it fills the frame. */
    const grown = createSignal(0);
    const cell = () => {
      const { x, y } = grid().placeOf(last).add(rest.center);
      const { width, height } = grid().pictureSize();
      return new BBox(x - width / 2, y - height / 2, width, height);
    };
    const box = () => BBox.lerp(cell(), whole, grown());
    const scale = () => map(Math.max(cell().width / whole.width, cell().height / whole.height), 1, grown());
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
        <Heading
          ref={heading}
          title={'More units per layer add detail everywhere.'}
          value={() => `${units()} units`}
          position={head.center}
          size={head.size}
        />
        <NetworkGrid
          ref={grid}
          items={UNITS.map((n) => ({
            ...network,
            units: n,
            halfWidth: 1,
            radius: theme.radius,
            resolution: n === 80 || n === 120 ? 0.75 : 1,
            label: `${n}`,
          }))}
          position={rest.center}
          size={rest.size}
          stretch
          space={0.5 * theme.gap}
          labelPlace={'inside'}
        />
        <Rect
          clip
          radius={() => theme.radius * (1 - grown())}
          size={() => box().size}
          position={() => box().center}
          opacity={() => clamp(0, 1, 8 * grown())}
        >
          {range(PICTURES).map((k) => (
            <NetworkField
              {...network}
              units={UNITS[last]}
              halfWidth={2 ** -comes(k)}
              size={view.size()}
              scale={() => magnified(k) * scale()}
              resolution={() => SHARPNESS / (magnified(k) * scale())}
              opacity={() => (strength(k + 1) === 1 ? 0 : strength(k))} // hidden once the next one covers it
            />
          ))}
        </Rect>
        <LowerThird
          ref={caption}
          title={'It looks like pure static.'}
          text={() => `${Math.round(2 ** nearer())}×`}
          opacity={0}
        />
      </>,
    );

    // Units are added while there are few of them. 400 would be slow, so they appear at once.
    grid().begin();
    yield* waitFor(0.6);
    for (const i of range(1, UNITS.length)) {
      yield* grid().next(1.2, i < last);
      yield* waitFor(0.3);
    }
    yield* waitFor(1);

    yield* all(
      grown(1, 1.4, easeInOutCubic),
      all(grid().opacity(0, 1.4), heading().opacity(0, 0.6), caption().opacity(1, 1.4)),
    );
    yield* waitFor(0.4);
    yield* all(
      nearer(DOUBLINGS, 8, easeInOutSine),
      (function* () {
        yield* waitFor(5);
        yield* caption().say('Up close, it is smooth.');
      })(),
    );
    yield* waitFor(2.5);
  }),
);
