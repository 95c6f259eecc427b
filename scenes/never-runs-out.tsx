/** It never runs out: zoom in, and a network goes smooth, unless it keeps growing.
 *  Run: npm run render never-runs-out */
import { makeScene2D } from '@motion-canvas/2d';
import { all, createRef, easeInOutCubic, easeInOutSine, easeInSine, useScene } from '@motion-canvas/core';
import { dress, LowerThird, NetworkField, withTeaser, zoomBetween } from 'untrained/nodes';

/** Half-widths of the view at the beginning and at the end of each dive, and the layers at the end of the second. */
const [FAR, NEAR, LAYERS, GROWN] = [2.5, 0.03, 10, 60];
const network = { layers: LAYERS, units: 30, weightScale: 0.7, centre: [0.31, 0.17] as [number, number] };

export default makeScene2D(
  withTeaser(function* (view) {
    yield* dress(view);
    const { variables } = useScene();
    const field = createRef<NetworkField>();
    const words = createRef<LowerThird>();

    view.add(
      <>
        <NetworkField
          ref={field}
          {...network}
          seed={variables.get('seed', 65)}
          palette={variables.get('palette', 'oklch')}
          halfWidth={FAR}
          supersample={2} // deep networks have details smaller than pixels
          size={view.size()}
        />
        <LowerThird
          ref={words}
          title={'Zoom in, and a network goes smooth.'}
          text={() => `${Math.round(field().layers())} layers`}
        />
      </>,
    );

    yield* field().halfWidth(NEAR, 4.6, easeInOutSine, zoomBetween);
    yield* all(
      field().halfWidth(FAR, 1.1, easeInOutCubic, zoomBetween),
      words().say('Unless it keeps growing.', '', 0.7),
    );
    // Layers are added at the same rate as the view is halved. The film ends while it still dives.
    yield* all(field().halfWidth(NEAR, 9.2, easeInSine, zoomBetween), field().layers(GROWN, 9.2, easeInSine));
  }),
);
