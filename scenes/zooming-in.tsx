/** A network seen from far away, where it is a star, and from nearer and nearer, until it is a gradient. Figures 17 and
 *  18: it pauses at the view of figure 17, and passes the views of figure 18.
 *  Run: npm run render scenes/zooming-in.tsx */
import { Line, makeScene2D, Rect, Txt } from '@motion-canvas/2d';
import { createRef, easeInOutSine, waitFor } from '@motion-canvas/core';
import { aroundPicture, dress, Gauge, NetworkField, Title, zoomBetween } from 'untrained/nodes';

/** The network of growing-depth at 27 layers, centred on the origin. */
const network = { seed: 16, layers: 27, units: 30, weightScale: 0.62, centre: 0 };
/** Half-widths of the view at the start, at the pause and at the end. */
const [FAR, USUAL, NEAR] = [40, 2.6, 0.1];

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, body, small, stroke } = theme;
  const [head, picture, foot] = aroundPicture(view.size(), theme);
  const field = createRef<NetworkField>();
  const halfWidth = () => field().halfWidth();
  const place = (h: number) => Math.log(FAR / h) / Math.log(FAR / NEAR);

  // A scale bar as on a map: the largest round length within a third of the picture.
  const scaleLength = () => roundBelow((2 * halfWidth()) / 3);
  const scalePixels = () => (scaleLength() / (2 * halfWidth())) * Math.min(picture.width, picture.height);

  view.add(
    <>
      <NetworkField
        ref={field}
        {...network}
        halfWidth={FAR}
        // From afar, its rays are thinner than pixels.
        supersample={() => (halfWidth() > 2 ? 2 : 1)}
        size={picture.size}
        position={picture.center}
        radius={theme.radius}
      />
      <Rect
        offset={[-1, 1]}
        position={picture.bottomLeft.add([0.8 * small, -0.8 * small])}
        size={() => [scalePixels() + 1.2 * small, 2.5 * small]}
        radius={theme.radius}
        fill={`${colours.background}c8`}
      >
        <Txt text={() => written(scaleLength())} fontSize={0.9 * small} fill={colours.ink} y={-0.4 * small} />
        <Line
          points={() => [-0.5, 0.5].flatMap((end) => bracket(end * scalePixels(), 0.4 * small, end < 0))}
          stroke={colours.ink}
          lineWidth={0.5 * stroke}
          lineJoin={'round'}
          lineCap={'round'}
          y={0.75 * small}
        />
      </Rect>
      <Title
        title={'Zooming in'}
        notes={[`${network.layers} layers of ${network.units} units`]}
        position={head.center}
        width={head.width}
      />
      <Gauge
        position={foot.center.addY(0.4 * body)}
        width={0.86 * foot.width}
        place={() => place(halfWidth())}
        text={() => `half-width ${halfWidth().toFixed(halfWidth() < 9.95 ? 2 : 1)}`}
        from={`${FAR}`}
        to={`${NEAR}`}
        marks={[[place(USUAL), `${USUAL}`]]}
      />
    </>,
  );

  yield* waitFor(1.5);
  yield* field().halfWidth(USUAL, 8, easeInOutSine, zoomBetween);
  yield* waitFor(2);
  yield* field().halfWidth(NEAR, 8, easeInOutSine, zoomBetween);
  yield* waitFor(2);
});

/** The largest number of the form 1, 2 or 5 times a power of ten that is not larger than `length`. */
function roundBelow(length: number): number {
  const unit = 10 ** Math.floor(Math.log10(length));
  return unit * (length >= 5 * unit ? 5 : length >= 2 * unit ? 2 : 1);
}

/** Writes a length without the rounding errors of powers of ten below 1. */
function written(length: number): string {
  return `${Number(length.toPrecision(1))}`;
}

/** One end of the scale bar, its corner and the tick above it, in drawing order. */
function bracket(x: number, height: number, first: boolean): [number, number][] {
  const tick: [number, number][] = [
    [x, -height],
    [x, 0],
  ];
  return first ? tick : tick.reverse();
}
