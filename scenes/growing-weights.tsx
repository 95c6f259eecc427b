/** Weight scale decides between blur and noise. Plays the sweep of weight-scale.ts: figure 20.
 *  Run: npm run render growing-weights */
import { makeScene2D } from '@motion-canvas/2d';
import { createRef, waitFor } from '@motion-canvas/core';
import { frameAt } from 'untrained';
import { dress, LowerThird, NetworkField } from 'untrained/nodes';
import sweep from './weight-scale';

/** The least weight scale, which the sweep reaches after a second, and the greatest, with which it ends. */
const [LEAST, MOST] = [1.2, sweep.seconds].map(
  (t) => frameAt({ ...sweep, pace: 'tracks' }, t).network.weightScale as number,
);

export default makeScene2D(function* (view) {
  yield* dress(view);
  const field = createRef<NetworkField>();
  const scale = () => field().weightScale();

  view.add(
    <>
      <NetworkField ref={field} size={view.size()} supersample={sweep.supersample} />
      <LowerThird
        title={'Weight scale decides: blur or noise.'}
        note={'Every weight lies in [−s, s].'}
        text={() => `s = ${scale().toFixed(2)}`}
        place={() => (scale() - LEAST) / (MOST - LEAST)}
        from={`${LEAST}`}
        to={`${MOST}`}
      />
    </>,
  );

  // It opens with the sweep's best moment.
  yield* field().play(sweep);
  yield* waitFor(1.5);
});
