import { makeScene2D } from '@motion-canvas/2d';
import { createRef, waitFor } from '@motion-canvas/core';
import { dress, LinearRegions, LowerThird, NetworkField, withTeaser } from 'untrained/nodes';

/** A picture that fills the frame, with its linear regions and words over it. It opens with its last frame. */
export default makeScene2D(
  withTeaser(function* (view) {
    yield* dress(view);
    const field = createRef<NetworkField>();
    const regions = createRef<LinearRegions>();
    const words = createRef<LowerThird>();
    view.add(
      <>
        <NetworkField
          ref={field}
          activation={'relu'}
          layers={3}
          units={6}
          weightScale={1}
          size={view.size()}
        />
        <LinearRegions ref={regions} field={field} shade={0.6} />
        <LowerThird ref={words} title={'Regions'} text={() => `${field().halfWidth()}`} from={'1'} to={'9'} />
      </>,
    );
    yield* field().halfWidth(9, 0.3);
    yield* words().say(`${regions().regions().length} regions`, 'A note', 0.2);
    words().place(1).marks([0.5]);
    yield* waitFor(0.4);
  }),
);
