/** Weight scale decides: blur or noise. Plays the sweep of weight-scale.ts: figure 20.
 *  Run: npm run render growing-weights */
import { makeScene2D } from '@motion-canvas/2d';
import { createRef, waitFor } from '@motion-canvas/core';
import { frameAt } from 'untrained';
import { dress, LowerThird, NetworkField, withTeaser } from 'untrained/nodes';
import sweep from './weight-scale';

/** The weight scale at the beginning and at the end. */
const [FROM, TO] = [0, sweep.seconds].map((t) => frameAt(sweep, t).network.weightScale as number);

export default makeScene2D(
  withTeaser(function* (view) {
    yield* dress(view);
    const field = createRef<NetworkField>();
    const scale = () => field().weightScale();

    view.add(
      <>
        <NetworkField ref={field} size={view.size()} />
        <LowerThird
          title={'Weight scale decides: blur or noise.'}
          note={'Every weight lies in [−s, s].'}
          text={() => `s = ${scale().toFixed(2)}`}
          place={() => (scale() - FROM) / (TO - FROM)}
          from={`${FROM}`}
          to={`${TO}`}
        />
      </>,
    );

    field().take(frameAt(sweep, 0));
    yield* waitFor(0.8);
    yield* field().play(sweep);
    yield* waitFor(1.5);
  }),
);
