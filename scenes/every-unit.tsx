/** What every unit sees. A picture falls apart into the pictures of all units of its network, and the last three are
 *  put together again. Run: npm run render scenes/every-unit.tsx */
import { makeScene2D } from '@motion-canvas/2d';
import { all, createRef, delay, easeInOutSine, linear, useScene, waitFor } from '@motion-canvas/core';
import type { PaletteInput } from 'untrained';
import { dress, LowerThird, UnitWall } from 'untrained/nodes';

const LAYERS = 10;
const SEEN: Record<number, string> = { 1: ': slopes.', 2: ': bends.', [LAYERS]: ': this.' };

export default makeScene2D(function* (view) {
  const { colours } = yield* dress(view);
  const { variables } = useScene();
  const wall = createRef<UnitWall>();
  const words = createRef<LowerThird>();
  const caption = () => {
    const [units, layer] = [wall().count(), Math.round(wall().layer())];
    return layer === 0 ? `${units} units, ${units} pictures.` : `Layer ${layer}${SEEN[layer] ?? ''}`;
  };

  view.add(
    <>
      <UnitWall
        ref={wall}
        size={view.size()}
        seed={variables.get('seed', 118)()}
        palette={variables.get<PaletteInput>('palette', 'rgb')()}
        unitPalette={{ colours: colours.heights }}
        layers={LAYERS}
        units={24}
        weightScale={0.78}
        centre={[1.2, -0.6]}
        halfWidth={2.2}
      />
      <LowerThird ref={words} title={caption} opacity={0} />
    </>,
  );

  // The picture falls apart.
  yield* waitFor(0.2);
  yield* all(wall().shatter(1, 2.4, linear), delay(1.2, words().opacity(1, 0.5)));
  yield* waitFor(1.3);
  // Layer after layer.
  yield* wall().layer(1, 1.2, linear);
  yield* waitFor(0.9);
  yield* wall().layer(2, 0.7, linear);
  yield* waitFor(0.9);
  yield* wall().layer(LAYERS - 1, 2.5, easeInOutSine);
  yield* wall().layer(LAYERS, 1.2, linear);
  yield* waitFor(0.6);
  // The outputs are the picture.
  yield* all(wall().merge(1, 1.5, linear), words().opacity(0, 0.6));
  yield* waitFor(0.6);
});
