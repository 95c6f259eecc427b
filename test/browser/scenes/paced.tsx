import { makeScene2D } from '@motion-canvas/2d';
import { createRef } from '@motion-canvas/core';
import { NetworkField } from 'untrained/nodes';
import { paced } from './paced-sweep.js';

/** A field that plays a sweep at an even pace. */
export default makeScene2D(function* (view) {
  const field = createRef<NetworkField>();
  view.add(<NetworkField ref={field} size={view.size()} />);
  yield* field().play(paced);
});
