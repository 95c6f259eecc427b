import { makeScene2D } from '@motion-canvas/2d';
import { createRef, waitFor } from '@motion-canvas/core';
import { HeightMap, NetworkField } from 'untrained/nodes';

/** Left a surface, flat and from above, in its palette's colours; right the picture it should look like. */
export default makeScene2D(function* (view) {
  const { width, height } = view.size();
  const surface = createRef<HeightMap>();
  const size = [width / 2, height] as [number, number];
  const network = { seed: 3, layers: 3, palette: 'oklab' as const };
  view.add(
    <HeightMap
      ref={surface}
      {...network}
      size={size}
      x={-width / 4}
      colours={null}
      tilt={90}
      turn={0}
      relief={0}
      gridStrength={0}
    />,
  );
  view.add(<NetworkField {...network} size={surface().sideFromAbove()} x={width / 4} />);
  yield* waitFor(0.1);
});
