/** One unit, the smallest network there is, seen three ways: as the curve that it applies to its sum, as a surface over
 *  the plane, and from above, as a picture. Figure 3. Run: npm run render scenes/single-unit.tsx */
import { makeScene2D } from '@motion-canvas/2d';
import {
  all,
  createRef,
  delay,
  easeInOutSine,
  easeOutCubic,
  easeOutSine,
  useScene,
  waitFor,
} from '@motion-canvas/core';
import {
  Axes,
  aboveWords,
  boxOf,
  Curve,
  cut,
  dress,
  HeightMap,
  LowerThird,
  NetworkField,
  planeIn,
  shapeOf,
  split,
  surfaceIn,
  withTeaser,
} from 'untrained/nodes';

/** The article's figure 3. */
const [A, B, C] = [0.4, 1, -0.3];
const unit = { weights: [{ w: [[A, B]], b: [C] }], centre: 0, halfWidth: 6 };
const formula = `sigmoid(${A} x + ${B.toFixed(1)} y − ${-C})`;
const TILTED = { tilt: 42, turn: -18, relief: 0.45, gridStrength: 0.22 };
const FROM_ABOVE = { tilt: 90, turn: 0, relief: 0, gridStrength: 0 };

export default makeScene2D(
  withTeaser(function* (view) {
    const theme = yield* dress(view);
    const { colours, gap, stroke } = theme;
    const palette = useScene().variables.get('palette', { colours: colours.heights })();

    // At first the curve is alone, then the surface is beside or below it, and at last the picture fills about a half.
    const shape = shapeOf(view.size());
    const wide = shape === 'wide';
    const whole = boxOf(view.size());
    const clear = aboveWords(view.size(), theme, { note: true });
    const [plotOfTwo, surfaceOfTwo] = split(clear, wide ? 'columns' : 'rows', 2);
    const [others, picture] = wide
      ? cut(whole, 'columns', 0.57 * whole.width)
      : cut(whole, 'rows', 0.52 * whole.height);
    const [plot, surfaceBox] = split(
      wide ? cut(others, 'rows', clear.height)[0] : others,
      shape === 'tall' ? 'rows' : 'columns',
      2,
    );
    const inside = (box: typeof whole) => planeIn(box.expand(-0.6 * gap), theme, { characters: 3 });

    const axes = createRef<Axes>();
    const curve = createRef<Curve>();
    const surface = createRef<HeightMap>();
    const field = createRef<NetworkField>();
    const words = createRef<LowerThird>();
    view.add(
      <>
        <HeightMap
          ref={surface}
          {...unit}
          {...surfaceIn(surfaceOfTwo)}
          palette={palette}
          colours={null}
          {...TILTED}
          relief={0}
          opacity={0}
        />
        <Axes
          ref={axes}
          {...inside(clear)}
          domainX={[-5, 5]}
          domainY={[0, 1]}
          ticksX={3}
          ticksY={3}
          nameX={'sum'}
          nameY={'output'}
        >
          <Curve ref={curve} graph={'sigmoid'} lineWidth={1.4 * stroke} area={0.3} until={-5} />
        </Axes>
        <NetworkField ref={field} {...unit} palette={palette} opacity={0} />
        <LowerThird ref={words} title={'A unit adds up its inputs and bends the sum.'} note={formula} />
      </>,
    );

    // The curve that a unit applies to its sum.
    yield* curve().until(5, 1.4, easeOutSine);
    yield* waitFor(0.8);

    // The same curve for the sums at all points of the plane.
    yield* all(
      words().say('With two inputs, the curve becomes a surface.', formula),
      axes().applyState(inside(plotOfTwo), 1),
      delay(0.3, surface().opacity(1, 0.6)),
      delay(0.5, surface().relief(TILTED.relief, 1.4, easeOutCubic)),
      delay(0.3, surface().turn(12, 3.2, easeInOutSine)),
    );

    // From above, height is invisible: the colours show it, and that is the picture.
    yield* all(
      words().say('Seen from above, it is a picture.', formula),
      surface().applyState(FROM_ABOVE, 1.4),
    );
    field().position(surface().position()).size(surface().sideFromAbove()).opacity(1);
    yield* all(
      field().applyState({ position: picture.center, size: picture.size }, 1),
      axes().applyState(inside(plot), 1),
      delay(0.3, surface().applyState({ ...TILTED, ...surfaceIn(surfaceBox) }, 1.4)),
    );
    yield* waitFor(1.8);
  }),
);
