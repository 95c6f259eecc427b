/** Each extra layer bends what is already there. Figures 11 and 12: the pause at 27 layers, and the end at 40.
 *  Run: npm run render growing-depth */
import { makeScene2D } from '@motion-canvas/2d';
import { createRef, easeInOutSine, waitFor } from '@motion-canvas/core';
import { dress, LowerThird, NetworkField, withTeaser } from 'untrained/nodes';

const network = {
  seed: 16,
  units: 30,
  weightScale: 0.62,
  centre: [1, 0] as [number, number],
  halfWidth: 2.6,
};
const [REST, LAST] = [27, 40];

export default makeScene2D(
  withTeaser(function* (view) {
    yield* dress(view);
    const field = createRef<NetworkField>();
    const layers = () => Math.floor(field().layers() + 0.5);
    const place = (n: number) => (n - 1) / (LAST - 1);

    view.add(
      <>
        <NetworkField
          ref={field}
          {...network}
          layers={1}
          supersample={() => (field().layers() > 20 ? 2 : 1)} // deep networks have details smaller than pixels
          size={view.size()}
        />
        <LowerThird
          title={'Each extra layer bends what is already there.'}
          note={`${network.units} units per layer`}
          text={() => `${layers()} ${layers() === 1 ? 'layer' : 'layers'}`}
          place={() => place(field().layers())}
          from={'1'}
          to={`${LAST}`}
          marks={[place(REST)]}
        />
      </>,
    );

    yield* waitFor(0.8);
    yield* field().layers(REST, 13, easeInOutSine);
    yield* waitFor(2);
    yield* field().layers(LAST, 7, easeInOutSine);
    yield* waitFor(2.5);
  }),
);
