/** A flight over a network's surface: along its valleys, over its ridges, and up, until the landscape is the flat
 *  picture. A seamless loop. Run: npm run render scenes/flight.tsx */
import { Gradient, makeScene2D, Rect } from '@motion-canvas/2d';
import { chain, createRef, createSignal, linear, range, useScene, waitFor } from '@motion-canvas/core';
import type { PaletteInput } from 'untrained';
import {
  closedPath,
  dress,
  HeightMap,
  LowerThird,
  NetworkField,
  type Point3,
  shapeOf,
} from 'untrained/nodes';

/** Half of the picture's shorter side, and of the landscape's, in input units. */
const [PICTURE, LANDSCAPE] = [8, 16];
/** The camera every 0.75 s: x and y (1 is the picture's edge), bearing, how far it looks down, and its height (1 is
 *  from where it sees the picture). It rests at the top. */
const TOP = [0, 0, 0, 90, 1];
const path = closedPath([
  [0.1, -0.72, -40, 8, 0],
  [-0.12, -0.5, -28, 8, 0],
  [-0.24, -0.22, -4, 8, 0],
  [-0.2, 0.02, 14, 11, 0.01],
  [-0.09, 0.12, 16, 30, 0.07],
  [-0.02, 0.08, 6, 58, 0.34],
  [0, 0.02, 0, 82, 0.8],
  ...range(5).map(() => TOP),
  [0.28, -0.85, -9, 45, 0.42],
  [0.6, -1.4, -25, 11, 0.01],
  [0.5, -1.15, -30, 8, 0],
  [0.34, -0.92, -38, 8, 0],
]);
const SECONDS = 12;
const sky = ['#16224a', '#5f79b0', '#efd8c2'];

export default makeScene2D(function* (view) {
  yield* dress(view);
  const { variables } = useScene();
  const network = {
    seed: variables.get('seed', 7)(),
    palette: variables.get('palette', 'rgb')() as PaletteInput,
    layers: 8,
    units: 24,
    weightScale: 0.64,
    activation: ['sin' as const, 'tanh' as const], // a first layer of waves makes hills everywhere
    firstLayerBias: true,
    centre: 0,
  };
  const { x: width, y: height } = view.size();
  const fieldOfView = { wide: 50, square: 60, tall: 72 }[shapeOf(view.size())];
  const slope = Math.tan((fieldOfView * Math.PI) / 360);
  const top = PICTURE / slope / Math.min(1, width / height);

  const surface = createRef<HeightMap>();
  const field = createRef<NetworkField>();
  const caption = createRef<LowerThird>();
  const time = createSignal(0);
  const at = (time: number) => {
    const [x, y, turn, tilt, high] = path(time);
    return { x: PICTURE * x, y: PICTURE * y, turn, tilt, high };
  };
  /** Just above what lies around the path, or on the way to the top. */
  const position = (): Point3 => {
    const { x, y, high } = at(time());
    const around = range(13).map((k) => at(time() + (k - 4) / 150));
    const raised = around.map(({ x, y }) => Math.exp(4 * surface().heightAt(x, y)));
    const low = 0.75 + Math.log(raised.reduce((sum, each) => sum + each) / raised.length) / 4;
    return [x, y, low + (top - low) * high];
  };
  const horizon = () => ((-height / 2) * Math.tan((Math.min(85, at(time()).tilt) * Math.PI) / 180)) / slope;

  view.add(
    <>
      <Rect
        size={view.size()}
        fill={() =>
          new Gradient({
            from: [0, horizon() - 0.7 * height],
            to: [0, horizon()],
            stops: sky.map((color, i) => ({ offset: i / 2, color })),
          })
        }
      />
      <HeightMap
        ref={surface}
        {...network}
        size={view.size()}
        halfWidth={LANDSCAPE}
        colours={null}
        detail={384}
        colourDetail={2048}
        gridStrength={0}
        relief={() => 0.14 * Math.min(1, 4 * (1 - at(time()).high))}
        fog={() => 0.085 * (1 - at(time()).high)}
        fieldOfView={fieldOfView}
        turn={() => at(time()).turn}
        tilt={() => at(time()).tilt}
        cameraPosition={position}
      />
      <NetworkField ref={field} {...network} size={view.size()} halfWidth={PICTURE} opacity={0} />
      <LowerThird ref={caption} title={'From above, it is a picture.'} opacity={0} />
    </>,
  );

  yield time(1, SECONDS, linear);
  yield* waitFor(4.95);
  yield* caption().opacity(1, 0.5);
  yield* chain(waitFor(0.55), field().opacity(1, 0.3), waitFor(0.9), field().opacity(0, 0.3)); // at rest
  yield* caption().opacity(0, 0.4);
  yield* waitFor(SECONDS - 7.9);
});
