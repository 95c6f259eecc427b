/** One unit, the smallest network there is, seen three ways: as the curve that it applies to its sum, as a surface over
 *  the plane, and from above, as a picture. Figure 3. Run: npm run render scenes/single-unit.tsx */
import { Latex, makeScene2D, Txt } from '@motion-canvas/2d';
import { all, type BBox, createRef, delay, easeInOutSine, easeOutCubic, waitFor } from '@motion-canvas/core';
import {
  Axes,
  boxOf,
  Curve,
  cut,
  dress,
  HeightMap,
  NetworkField,
  shapeOf,
  split,
  squareIn,
  withTeaser,
} from 'untrained/nodes';

/** y = sigmoid(0.4 x1 + 1.0 x2 - 0.3): the article's figure 3. */
const HALF = 6;
const TILT = 36;
const unit = { weights: [{ w: [[0.4, 1.0]], b: [-0.3] }], centre: 0, halfWidth: HALF };
const formula = 'y = \\sigma(z), \\quad z = 0.4\\,x_1 + 1.0\\,x_2 - 0.3';

export default makeScene2D(
  withTeaser(function* (view) {
    const theme = yield* dress(view);
    const { colours, body, small, gap, radius, stroke } = theme;
    const palette = { colours: colours.heights };

    // The curve, the surface and the picture are beside each other, or the surface is above the two others.
    const wide = shapeOf(view.size()) === 'wide';
    const [head, below] = cut(
      boxOf(view.size(), 0.8 * theme.margin),
      'rows',
      (wide ? 1.4 : 2.8) * body,
      0.5 * gap,
    );
    const [rest, foot] = cut(below, 'rows', below.height - 1.5 * body, 0.5 * gap);
    const [plotBox, surfaceBox, pictureBox] = wide ? inColumns(rest) : inRows(rest);
    const plane = (box: BBox) => cut(cut(box, 'rows', box.height - 1.6 * small)[0], 'columns', 2 * small)[1];
    const [plot, wholePlot] = [wide ? squareIn(plane(plotBox)) : plane(plotBox), plane(rest)];
    const picture = squareIn(wide ? pictureBox : plane(pictureBox));
    /** The surface when it is alone with the curve. */
    const alone = wide ? cut(rest, 'columns', plotBox.width + gap)[1] : surfaceBox;
    /** A surface seen at an angle is wider than high, so its node may be higher than its box. */
    const around = ({ center, width, height }: BBox) => ({
      position: center,
      size: Math.min(1.2 * width, 1.2 * height),
    });
    const place = ({ center, size }: BBox) => ({ position: center, size });

    const title = createRef<Txt>();
    const axes = createRef<Axes>();
    const curve = createRef<Curve>();
    const surface = createRef<HeightMap>();
    const field = createRef<NetworkField>();
    const label = { fill: colours.quiet, fontSize: small };
    /** The names of x1 and x2, at the ends of the surface's nearer edges. */
    const onSurface = (x: number, y: number) => () => surface().toLocal(x, y, -HALF * surface().relief())!;

    view.add(
      <>
        <Txt
          ref={title}
          fill={colours.ink}
          fontSize={body}
          fontWeight={600}
          position={head.center}
          width={head.width}
          textWrap
          textAlign={'center'}
        />
        <Latex tex={formula} fill={colours.accent} fontSize={small} position={foot.center} />
        <HeightMap
          ref={surface}
          {...unit}
          {...around(alone)}
          palette={palette}
          colours={null}
          turn={-20}
          tilt={TILT}
          relief={0}
          opacity={0}
        >
          <Latex tex={'x_1'} {...label} position={onSurface(0, -1.18 * HALF)} />
          <Latex tex={'x_2'} {...label} position={onSurface(1.18 * HALF, 0)} />
        </HeightMap>
        <Axes ref={axes} {...place(wholePlot)} domainX={[-5, 5]} domainY={[0, 1]} ticksX={3} opacity={0}>
          <Curve ref={curve} graph={'sigmoid'} stroke={colours.accent} lineWidth={1.4 * stroke} end={0} />
          <Latex
            tex={'y'}
            {...label}
            position={() =>
              axes()
                .size()
                .scale(-0.5)
                .add(0.7 * small)
            }
          />
          <Latex
            tex={'z'}
            {...label}
            position={() =>
              axes()
                .size()
                .scale(0.5)
                .sub(0.7 * small)
            }
          />
        </Axes>
        <NetworkField ref={field} {...unit} {...place(picture)} palette={palette} radius={radius} opacity={0}>
          <Latex tex={'x_1'} {...label} y={() => field().height() / 2 + small} />
          <Latex tex={'x_2'} {...label} x={() => -field().width() / 2 - small} />
        </NetworkField>
      </>,
    );

    // The curve that a unit applies to its sum.
    title().text('A unit adds up its inputs, and bends the sum.');
    yield* all(axes().opacity(1, 0.4), curve().end(1, 1.6, easeInOutSine));
    yield* waitFor(0.8);

    // The same curve for the sums at all points of the plane.
    title().text('With two inputs, the curve becomes a surface.');
    yield* all(
      axes().position(plot.center, 1),
      axes().size(plot.size, 1),
      delay(0.5, surface().opacity(1, 0.6)),
      delay(0.8, surface().relief(0.45, 1.4, easeOutCubic)),
      delay(0.5, surface().turn(12, 3.2, easeInOutSine)),
    );

    // From above, height is invisible: the colours show it, and that is the picture.
    title().text('Seen from above, it is a picture.');
    yield* all(
      surface().tilt(90, 1.4),
      surface().turn(0, 1.4),
      surface().relief(0, 1.4),
      surface().gridStrength(0, 1.4),
    );
    field().position(alone.center).size(surface().sideFromAbove()).opacity(1);
    yield* waitFor(0.6);
    yield* all(
      field().position(picture.center, 0.9),
      field().size(picture.size, 0.9),
      delay(
        0.3,
        all(
          surface().position(around(surfaceBox).position, 1.2),
          surface().size(around(surfaceBox).size, 1.2),
          surface().tilt(TILT, 1.6),
          surface().turn(-25, 1.6),
          surface().relief(0.45, 1.6),
          surface().gridStrength(0.22, 1.6),
        ),
      ),
    );
    yield* waitFor(1.5);
  }),
);

/** Boxes for the curve, the surface and the picture, beside each other. */
function inColumns(box: BBox): BBox[] {
  const [plot, rest] = cut(box, 'columns', 0.28 * box.width, 0.01 * box.width);
  const [surface, picture] = cut(rest, 'columns', 0.53 * rest.width, 0.05 * box.width);
  return [plot, surface, picture];
}

/** The same with the surface above the others. */
function inRows(box: BBox): BBox[] {
  const [surface, rest] = cut(box, 'rows', box.height - 0.43 * Math.min(box.width, box.height));
  const [plot, picture] = split(rest, 'columns', 2, 0.04 * box.width);
  return [plot, surface, picture];
}
