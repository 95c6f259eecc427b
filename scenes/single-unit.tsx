/** One unit, the smallest network there is, seen three ways: as the curve that it applies to its sum, as a surface over
 *  the plane, and from above, as a picture in which brightness is height. Figure 3.
 *  Run: npm run render scenes/single-unit.tsx */
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
  Title,
} from 'untrained/nodes';

/** y = sigmoid(0.4 x1 + 1.0 x2 - 0.3): the article's figure 3. */
const weights = [{ w: [[0.4, 1.0]], b: [-0.3] }];
const unit = { weights, centre: 0, halfWidth: 6 };
const formula = 'f(x_1, x_2) = \\sigma(0.4\\,x_1 + 1.0\\,x_2 - 0.3)';
const greys = ['#000000', '#404040', '#808080', '#bfbfbf', '#ffffff'];

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, body, small, gap } = theme;

  // Three panels below the title: in a row, or with the surface beside or above the other two.
  const [head, rest] = cut(boxOf(view.size(), theme.margin), 'rows', 3.6 * body, gap);
  const [curveBox, surfaceBox, pictureBox] = {
    wide: () => split(rest, 'columns', 3, gap),
    square: () => {
      const [left, right] = cut(rest, 'columns', 0.58 * rest.width, gap);
      const [upper, lower] = split(right, 'rows', 2, gap);
      return [upper, left, lower];
    },
    tall: () => {
      const [upper, lower] = cut(rest, 'rows', 0.54 * rest.height, gap);
      const [left, right] = split(lower, 'columns', 2, gap);
      return [left, upper, right];
    },
  }[shapeOf(view.size())]();

  // Below each panel is room for its name. The plot and the picture have the same size.
  const room = 3.4 * small;
  const panel = (box: BBox) => squareIn(cut(box, 'rows', box.height - room)[0]).expand(-0.8 * small);
  const [plot, relief, picture] = [panel(curveBox), panel(surfaceBox), panel(pictureBox)];

  const axes = createRef<Axes>();
  const curve = createRef<Curve>();
  const surface = createRef<HeightMap>();
  const field = createRef<NetworkField>();
  const captions = [createRef<Latex>(), createRef<Txt>(), createRef<Txt>()];
  const under = (box: BBox) => ({
    position: [box.center.x, box.bottom + 2.6 * small] as [number, number],
    fill: colours.quiet,
    fontSize: small,
    opacity: 0,
  });

  view.add(
    <>
      <Title title={'One unit'} y={head.top + 0.6 * theme.title} width={head.width} />
      <Latex tex={formula} fill={colours.ink} fontSize={body} y={head.bottom - 0.7 * body} />
      <HeightMap
        ref={surface}
        {...unit}
        position={relief.center}
        size={relief.size.scale(1.2)}
        turn={-20}
        relief={0}
        opacity={0}
      />
      <Axes
        ref={axes}
        position={[plot.center.x + 0.6 * small, plot.center.y]}
        size={plot.size}
        domainX={[-5, 5]}
        domainY={[0, 1]}
        ticksX={3}
        opacity={0}
      >
        <Curve ref={curve} graph={'sigmoid'} stroke={colours.accent} lineWidth={theme.stroke} end={0} />
      </Axes>
      <NetworkField
        ref={field}
        {...unit}
        size={picture.size}
        position={picture.center}
        radius={theme.radius}
        stroke={colours.line}
        lineWidth={0.6 * theme.stroke}
        opacity={0}
      />
      <Latex ref={captions[0]} tex={'\\sigma(z) = 1 / (1 + e^{-z})'} {...under(plot)} />
      <Txt ref={captions[1]} text={'height'} {...under(relief)} />
      <Txt ref={captions[2]} text={'brightness'} {...under(picture)} />
    </>,
  );

  yield* waitFor(1);

  // The curve that a unit applies to its sum.
  yield* all(
    axes().opacity(1, 0.6),
    captions[0]().opacity(1, 0.6),
    delay(0.3, curve().end(1, 1.8, easeInOutSine)),
  );

  // The same curve for the sums at all points of the plane.
  yield* all(surface().opacity(1, 0.8), captions[1]().opacity(1, 0.8), surface().turn(0, 1.2, easeOutCubic));
  yield* all(surface().relief(0.45, 1.6), surface().turn(55, 4, easeInOutSine));

  // From above, height is invisible: brightness shows it instead, and that is the picture.
  yield* all(
    surface().tilt(90, 1.8),
    surface().turn(0, 1.8),
    surface().relief(0, 1.8),
    surface().colours(greys, 1.8),
    surface().gridStrength(0, 1.8),
  );
  field().position(relief.center).size(surface().sideFromAbove()).opacity(1);
  yield* all(
    field().position(picture.center, 1.2),
    field().size(picture.size, 1.2),
    captions[2]().opacity(1, 1.2),
    delay(
      0.5,
      all(
        surface().colours(colours.heights, 1.6),
        surface().tilt(35, 1.6),
        surface().relief(0.45, 1.6),
        surface().gridStrength(0.22, 1.6),
      ),
    ),
  );
  yield* surface().turn(40, 3, easeInOutSine);
  yield* waitFor(1.5);
});
