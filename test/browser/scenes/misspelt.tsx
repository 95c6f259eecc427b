import { makeScene2D } from '@motion-canvas/2d';
import { createRef, waitFor } from '@motion-canvas/core';
import { Axes, Heading, NetworkField, NetworkGrid, SceneView } from 'untrained/nodes';
import field from './field.js';

/** Properties that nodes do not have, as plain JavaScript would write them, among ones that they do. */
const wrong = (props: object) => props as object & { title: string };

class Own extends NetworkField {}

export default makeScene2D(function* (view) {
  const part = createRef<SceneView>();
  view.add(
    <>
      <NetworkField
        key={'a'}
        size={10}
        x={3}
        centreX={1}
        {...wrong({ weightscale: 2, view: {}, neurons: 3 })}
      />
      <Axes key={'b'} width={10} height={10} marginTop={2} {...wrong({ domain: [0, 1] })} />
      <Heading key={'c'} offsetX={1} {...wrong({ tittle: 'x', qqqq: undefined })} title={'t'} />
      <NetworkGrid key={'d'} size={20} items={[{ key: 'e', label: '1', ...wrong({ seeed: 1 }) }]} />
      <Own key={'f'} size={10} {...wrong({ mine: 1 })} />
      <SceneView key={'g'} ref={part} scene={field} size={10} />
    </>,
  );
  yield* part().play({ from: 0, to: 0.2, pace: 2 });
  yield* waitFor(0.1);
});
