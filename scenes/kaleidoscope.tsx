/** Tiles and kaleidoscopes: one network, with its plane folded in three ways. A seamless loop.
 *  Run: npm run render kaleidoscope */
import { makeScene2D } from '@motion-canvas/2d';
import { all, createRef, easeInOutSine, easeOutCubic, useScene } from '@motion-canvas/core';
import type { PaletteInput } from 'untrained';
import { dress, LowerThird, NetworkField, zoomBetween } from 'untrained/nodes';

const network = { features: ['x', 'y', 'sin(r)'], layers: 8, units: 20, weightScale: 0.9, centre: 0 };
/** The length of a beat, in seconds: the film has eight. */
const BEAT = 1.5;
/** Half-width of the view of the first tile. */
const CLOSE = 1.6;

export default makeScene2D(function* (view) {
  yield* dress(view);
  const { variables } = useScene();
  const own = {
    ...network,
    seed: variables.get('seed', 43),
    palette: variables.get<PaletteInput>('palette', 'oklch'),
    supersample: 2 as const,
    size: view.size(),
  };
  const tiles = createRef<NetworkField>();
  const mirrors = createRef<NetworkField>();
  const words = createRef<LowerThird>();

  view.add(
    <>
      <NetworkField ref={tiles} {...own} fold={'tile'} halfWidth={CLOSE} />
      <NetworkField ref={mirrors} {...own} halfWidth={1.4} opacity={0} />
      <LowerThird ref={words} title={'Nobody drew this.'} opacity={0} />
    </>,
  );

  // A tile, and then the pattern that it makes.
  yield* tiles().halfWidth(5, 3 * BEAT, easeInOutSine, zoomBetween);
  yield* all(words().opacity(1, 0.3), tiles().halfWidth(6, BEAT, easeInOutSine, zoomBetween));

  // Each turn begins on a beat, fast, and ends on the next one.
  for (const sectors of [6, 12]) {
    mirrors().fold({ kaleidoscope: sectors });
    yield* all(
      mirrors().opacity(1, 0.3),
      mirrors().viewRotation(mirrors().viewRotation() + 60, BEAT, easeOutCubic),
    );
  }
  yield* all(
    words().say('Nobody trained it, either.', '', 0.3),
    mirrors().halfWidth(2.8, 1.6 * BEAT, easeInOutSine, zoomBetween),
  );

  // The first tile is back behind the kaleidoscope.
  tiles().halfWidth(CLOSE);
  yield* all(mirrors().opacity(0, 0.4 * BEAT), words().opacity(0, 0.4 * BEAT));
});
