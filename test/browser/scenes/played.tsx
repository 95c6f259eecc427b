import { makeScene2D } from '@motion-canvas/2d';
import { all, createRef, createSignal, linear, waitFor } from '@motion-canvas/core';
import { sweep, tween } from 'untrained';
import { NetworkField } from 'untrained/nodes';

/** Two sweeps that name little: one while the seed moves, and one, of 4 s, in a second. */
export default makeScene2D(function* (view) {
  const field = createRef<NetworkField>();
  const layers = createSignal(5);
  view.add(
    <NetworkField
      ref={field}
      size={view.size()}
      seed={3}
      layers={() => layers()}
      units={8}
      halfWidth={2}
      palette={'viridis'}
    />,
  );
  yield* all(
    field().play({ seconds: 0.4, network: { weightScale: tween(0.4, 0.9) } }),
    field().seed(4, 0.4, linear),
  );
  layers(4);
  const view2 = sweep({ seconds: 4, view: { centre: [tween(1, 2, { during: [0, 3] }), -1] } });
  yield* field().play(view2, { seconds: 1 });
  yield* waitFor(0.1);
});
