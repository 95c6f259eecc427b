/** A star from afar, a gradient up close. Figures 17 and 18: pauses at the view of figure 17, and passes those of
 *  figure 18.
 *  Run: npm run render zooming-in */
import { makeScene2D } from '@motion-canvas/2d';
import { createRef, easeInOutSine, waitFor } from '@motion-canvas/core';
import { dress, LowerThird, NetworkField, zoomBetween } from 'untrained/nodes';

/** The network of growing-depth at 27 layers, centred on the origin. */
const network = { seed: 16, layers: 27, units: 30, weightScale: 0.62, centre: 0 };
/** Half-widths of the view at the start, at the pause and at the end. */
const [FAR, USUAL, NEAR] = [40, 2.6, 0.1];

export default makeScene2D(function* (view) {
  yield* dress(view);
  const field = createRef<NetworkField>();
  const halfWidth = () => field().halfWidth();
  const place = (h: number) => Math.log(FAR / h) / Math.log(FAR / NEAR);
  const written = () => halfWidth().toFixed(halfWidth() < 9.95 ? 2 : 1);

  view.add(
    <>
      <NetworkField
        ref={field}
        {...network}
        halfWidth={FAR}
        supersample={() => (halfWidth() > 2 ? 2 : 1)} // from afar, its rays are thinner than pixels
        size={view.size()}
      />
      <LowerThird
        title={'Input scale matters'}
        note={'A star from afar, a gradient up close'}
        text={() => `[−${written()}, ${written()}]²`}
        place={() => place(halfWidth())}
        from={`${FAR}`}
        to={`${NEAR}`}
        marks={[place(USUAL)]}
      />
    </>,
  );

  yield* waitFor(0.8);
  yield* field().halfWidth(USUAL, 8, easeInOutSine, zoomBetween);
  yield* waitFor(2);
  yield* field().halfWidth(NEAR, 8, easeInOutSine, zoomBetween);
  yield* waitFor(2);
});
