import { makeScene2D } from '@motion-canvas/2d';
import { createRef, waitFor } from '@motion-canvas/core';
import { tween } from 'untrained';
import { NetworkField } from 'untrained/nodes';

/** A field that fills the view: a second of a tween, then a second of a sweep. */
export default makeScene2D(function* (view) {
  const field = createRef<NetworkField>();
  view.add(<NetworkField ref={field} size={view.size()} seed={18} layers={9} weightScale={0.4} />);
  yield* field().weightScale(0.8, 1);
  yield* field().play({
    seconds: 1,
    network: { seed: 3, layers: tween(4, 6), activation: 'sin', weightScale: 0.5 },
    view: { centre: [0, 0], halfWidth: 4 },
  });
  yield* waitFor(0.2);
});
