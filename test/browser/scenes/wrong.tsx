import { makeScene2D } from '@motion-canvas/2d';
import { waitFor } from '@motion-canvas/core';
import { NetworkField } from 'untrained/nodes';

/** A weight scale that cannot be. */
export default makeScene2D(function* (view) {
  view.add(<NetworkField size={100} weightScale={-1} />);
  yield* waitFor(0.1);
});
