import { makeScene2D } from '@motion-canvas/2d';
import { waitFor } from '@motion-canvas/core';
import { NetworkField } from 'untrained/nodes';

/** The view's left half: the second output as grey. Its right half: the third unit of the second layer. */
export default makeScene2D(function* (view) {
  const { width, height } = view.size();
  const network = { seed: 18, layers: 4, units: 8, size: [width / 2, height] as [number, number] };
  view.add(<NetworkField {...network} shown={{ output: 2 }} x={-width / 4} />);
  view.add(<NetworkField {...network} shown={{ layer: 2, unit: 3 }} x={width / 4} />);
  yield* waitFor(0.1);
});
