import { makeScene2D } from '@motion-canvas/2d';
import { createRef, waitFor } from '@motion-canvas/core';
import { NetworkField } from 'untrained/nodes';

/**
 * Three parts, from the left: all outputs in OKLCH, the second alone by a map, and a unit by the map that a sweep
 * names.
 */
export default makeScene2D(function* (view) {
  const { width, height } = view.size();
  const network = { seed: 18, layers: 4, units: 8, size: [width / 3, height] as [number, number] };
  const last = createRef<NetworkField>();
  view.add(<NetworkField {...network} palette={'oklch'} x={-width / 3} />);
  view.add(<NetworkField {...network} palette={'magma'} shown={{ output: 2 }} />);
  view.add(<NetworkField ref={last} {...network} shown={{ layer: 2, unit: 3 }} x={width / 3} />);
  yield* last().play({ seconds: 0.1, network: { seed: 18, layers: 4, width: 8 }, palette: 'turbo' });
  yield* waitFor(0.1);
});
