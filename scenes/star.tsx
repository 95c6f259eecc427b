/** Why it looks like a star. A ReLU network is linear in each of finitely many convex regions, and from afar only the
 *  unbounded ones are left: section 6 of the article, the paragraph for mathematicians.
 *  Run: npm run render star */
import { makeScene2D } from '@motion-canvas/2d';
import { all, createRef, delay, easeInOutSine, waitFor } from '@motion-canvas/core';
import { dress, LinearRegions, LowerThird, NetworkField, withTeaser, zoomBetween } from 'untrained/nodes';

const network = { seed: 17, layers: 4, units: 8, weightScale: 1.1, activation: 'relu', centre: 0 } as const;
/** Half-widths of the view: at the start, when bounded regions turn dark, and at the end. */
const [NEAR, MIDDLE, FAR] = [2.4, 8, 80];

export default makeScene2D(
  withTeaser(function* (view) {
    yield* dress(view);
    const field = createRef<NetworkField>();
    const regions = createRef<LinearRegions>();
    const words = createRef<LowerThird>();
    const halfWidth = () => field().halfWidth();
    const written = () => halfWidth().toFixed(halfWidth() < 9.95 ? 1 : 0);

    view.add(
      <>
        <NetworkField ref={field} {...network} halfWidth={NEAR} size={view.size()} />
        <LinearRegions ref={regions} field={field} outline={0} />
        <LowerThird
          ref={words}
          title={'Why it looks like a star'}
          text={() => `[−${written()}, ${written()}]²`}
          place={() => Math.log(halfWidth() / NEAR) / Math.log(FAR / NEAR)}
          from={`${NEAR}`}
          to={`${FAR}`}
        />
      </>,
    );

    const percent = () => 100 * regions().unboundedShare();
    const unbounded = () => `Unbounded: ${percent().toFixed(percent() < 98.95 ? 0 : 1)}% of the picture`;
    yield* waitFor(0.8);
    yield words().say('Almost-linear pieces, finitely many.', `${regions().regions().length} regions`);
    yield* regions().outline(1, 1.5);
    yield* waitFor(1);
    yield* field().halfWidth(MIDDLE, 4.5, easeInOutSine, zoomBetween);
    yield words().say('The bounded pieces turn darker.', unbounded);
    yield* regions().shade(0.75, 1.5);
    yield* waitFor(1.5);
    yield* all(
      field().halfWidth(FAR, 6, easeInOutSine, zoomBetween),
      delay(3, words().say('Only the unbounded ones reach this far.', unbounded)),
    );
    yield* waitFor(2.5);
  }),
);
