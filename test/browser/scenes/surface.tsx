import { makeScene2D } from '@motion-canvas/2d';
import { createRef, linear } from '@motion-canvas/core';
import { dress, HeightMap } from 'untrained/nodes';

/** Two surfaces: one unit, and three layers in their own colours. */
export default makeScene2D(function* (view) {
  yield* dress(view);
  const surface = createRef<HeightMap>();
  const { width, height } = view.size();
  view.add(
    <>
      <HeightMap
        ref={surface}
        size={[width / 2, height]}
        x={-width / 4}
        weights={[{ w: [[0.4, 1.0]], b: [-0.3] }]}
        centre={0}
        halfWidth={6}
      />
      <HeightMap
        size={[width / 2, height]}
        x={width / 4}
        seed={18}
        layers={3}
        colours={null}
        turn={() => surface().turn()}
        tilt={() => surface().tilt()}
      />
    </>,
  );
  yield* surface().turn(120, 1, linear);
  yield* surface().turn(0, 1).to(0, 0.1);
  yield* surface().tilt(90, 1);
});
