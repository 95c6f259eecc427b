/** A flight over a network's surface: along its valleys and over its ridges, and up, until the landscape is the flat
 *  picture. A seamless loop. Run: npm run render scenes/flight.tsx -- --set seed=72 --set palette=magma */
import { Gradient, makeScene2D, Rect, Txt } from '@motion-canvas/2d';
import { all, chain, createRef, createSignal, linear, range, useScene, waitFor } from '@motion-canvas/core';
import { dress, HeightMap, NetworkField, shapeOf } from 'untrained/nodes';

const SECONDS = 12;
/** Half of the picture's shorter side, and of the landscape's, which is larger. */
const [PICTURE, LANDSCAPE] = [8, 16];
/** Where the camera is every 0.75 s: x and y (in
 * halves of the picture), bearing, how far it looks down (degrees), and its height: 1 is the top. */
const PATH = [
  [0.6, -1.4, -25, 14, 0],
  [0.5, -1.15, -30, 13, 0],
  [0.34, -0.92, -38, 13, 0],
  [0.1, -0.72, -40, 13, 0],
  [-0.12, -0.5, -28, 13, 0],
  [-0.24, -0.22, -4, 13, 0],
  [-0.2, 0.02, 14, 15, 0.01],
  [-0.09, 0.12, 16, 30, 0.07],
  [-0.02, 0.08, 6, 58, 0.34],
  [0, 0.02, 0, 82, 0.8],
  [0, 0, 0, 90, 1],
  [0, 0, 0, 90, 1],
  [0, 0, 0, 90, 1],
  [0, 0, 0, 90, 1],
  [0, 0, 0, 90, 1],
  [0.28, -0.85, -9, 45, 0.42],
];

export default makeScene2D(function* (view) {
  const { variables } = useScene();
  const theme = yield* dress(view);
  const { width, height } = view.size();
  const network = {
    seed: variables.get('seed', 7)(),
    palette: variables.get('palette', 'rgb')(),
    layers: 8,
    units: 24,
    weightScale: 0.64,
    activation: ['sin' as const, 'tanh' as const],
    firstLayerBias: true,
    centre: 0,
  };
  const fieldOfView = { wide: 50, square: 60, tall: 72 }[shapeOf(view.size())];
  const slope = Math.tan((fieldOfView * Math.PI) / 360);
  const top = PICTURE / slope / Math.min(1, width / height);

  const surface = createRef<HeightMap>();
  const field = createRef<NetworkField>();
  const caption = createRef<Txt>();
  const time = createSignal(0);
  /** The camera at a time from 0 to 1: a closed cubic B-spline, which rests where four points are equal. */
  const at = (time: number) => {
    const [i, u] = [Math.floor(time * PATH.length), (time * PATH.length) % 1];
    const shares = [(1 - u) ** 3, 3 * u ** 3 - 6 * u ** 2 + 4, -3 * u ** 3 + 3 * u ** 2 + 3 * u + 1, u ** 3];
    const point = (k: number) => PATH[(i + k - 1 + PATH.length) % PATH.length];
    const [x, y, bearing, down, high] = range(5).map((j) =>
      shares.reduce((sum, share, k) => sum + (share / 6) * point(k)[j], 0),
    );
    return { x: PICTURE * x, y: PICTURE * y, bearing, down, high };
  };
  /** Low over the highest of what lies around the path, or on the way to the top. */
  const position = (): [number, number, number] => {
    const { x, y, high } = at(time());
    const heights = range(13).map((k) => {
      const near = at((time() + (k - 4) / 150 + 1) % 1);
      return surface().heightAt(near.x, near.y);
    });
    const low = 0.55 + Math.log(heights.reduce((sum, z) => sum + Math.exp(4 * z), 0) / 13) / 4;
    return [x, y, low + (top - low) * high];
  };
  const lookAt = (): [number, number, number] => {
    const [x, y, z] = position();
    const { bearing, down } = at(time());
    const [turn, tilt] = [(bearing * Math.PI) / 180, (down * Math.PI) / 180];
    return [x + Math.cos(tilt) * Math.sin(turn), y + Math.cos(tilt) * Math.cos(turn), z - Math.sin(tilt)];
  };
  const horizon = () => (-height / 2) * Math.tan((Math.min(80, at(time()).down) * Math.PI) / 180) / slope;

  view.add(
    <>
      <Rect
        size={view.size()}
        fill={() =>
          new Gradient({
            from: [0, horizon() - 0.7 * height],
            to: [0, horizon()],
            stops: [
              { offset: 0, color: '#16224a' },
              { offset: 0.5, color: '#5f79b0' },
              { offset: 1, color: '#efd8c2' },
            ],
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
        fog={() => 0.1 * (1 - at(time()).high)}
        fieldOfView={fieldOfView}
        turn={() => at(time()).bearing}
        cameraPosition={position}
        lookAt={lookAt}
      />
      <NetworkField ref={field} {...network} size={view.size()} halfWidth={PICTURE} opacity={0} />
    </>,
  );
  yield* time(1, SECONDS, linear);
});
