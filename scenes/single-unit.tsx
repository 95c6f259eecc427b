/** One unit, the smallest network there is, seen three ways: as the curve that it applies to its sum, as a surface over
 *  the plane, and from above, as a picture. Figure 3. Run: npm run render scenes/single-unit.tsx */
import { makeScene2D } from '@motion-canvas/2d';
import { all, createRef, delay, easeInOutSine, easeOutCubic, useScene, waitFor } from '@motion-canvas/core';
import {
  Axes,
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
const formula = `sigmoid(${A} x + ${B} y − ${-C})`;

export default makeScene2D(
  withTeaser(function* (view) {
    const theme = yield* dress(view);
    const { colours, gap, title, stroke } = theme;
    const palette = useScene().variables.get('palette', { colours: colours.heights })();

    // At first the curve is alone, then the surface is beside or below it, and at last the picture fills a half.
    const shape = shapeOf(view.size());
    const wide = shape === 'wide';
    const whole = boxOf(view.size());
    const [clear] = cut(whole, 'rows', whole.height - 2.6 * title);
    const [plotOfTwo, surfaceOfTwo] = split(clear, wide ? 'columns' : 'rows', 2);
    const [others, picture] = split(whole, wide ? 'columns' : 'rows', 2);
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
          turn={-20}
          tilt={42}
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
        <LowerThird ref={words} title={'A unit adds up its inputs, and bends the sum.'} note={formula} />
      </>,
    );

    // The curve that a unit applies to its sum.
    yield* curve().until(5, 1.6, easeInOutSine);
    yield* waitFor(0.8);

    // The same curve for the sums at all points of the plane.
    yield* all(
      words().say('With two inputs, the curve becomes a surface.', formula),
      axes().position(inside(plotOfTwo).position, 1),
      axes().size(inside(plotOfTwo).size, 1),
      delay(0.3, surface().opacity(1, 0.6)),
      delay(0.5, surface().relief(0.45, 1.4, easeOutCubic)),
      delay(0.3, surface().turn(12, 3.2, easeInOutSine)),
    );

    // From above, height is invisible: the colours show it, and that is the picture.
    const rise = { tilt: 42, turn: -18, relief: 0.45, gridStrength: 0.22 };
    yield* all(
      words().say('Seen from above, it is a picture.', formula),
      surface().tilt(90, 1.4),
      surface().turn(0, 1.4),
      surface().relief(0, 1.4),
      surface().gridStrength(0, 1.4),
    );
    field().position(surface().position()).size(surface().sideFromAbove()).opacity(1);
    yield* all(
      field().position(picture.center, 1),
      field().size(picture.size, 1),
      axes().position(inside(plot).position, 1),
      axes().size(inside(plot).size, 1),
      delay(0.3, surface().position(surfaceIn(surfaceBox).position, 1)),
      delay(0.3, surface().size(surfaceIn(surfaceBox).size, 1)),
      delay(0.3, all(...Object.entries(rise).map(([name, value]) => surface()[name as 'tilt'](value, 1.5)))),
    );
    yield* waitFor(1.8);
  }),
);
