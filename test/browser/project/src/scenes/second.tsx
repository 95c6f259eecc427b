import { makeScene2D, Rect } from '@motion-canvas/2d';
import { createRef, Direction, slideTransition } from '@motion-canvas/core';

export default makeScene2D(function* (view) {
  const rect = createRef<Rect>();
  view.add(<Rect ref={rect} size={50} fill={'#13e138'} />);
  yield* slideTransition(Direction.Left, 0.3);
  yield* rect().rotation(90, 0.4);
});
