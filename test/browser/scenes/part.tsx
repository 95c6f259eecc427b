import { makeScene2D } from '@motion-canvas/2d';
import { createRef } from '@motion-canvas/core';
import { SceneView } from 'untrained/nodes';
import field from './field';

/** Another scene, from 0.4 s to 1.6 s, at twice its pace. */
export default makeScene2D(function* (view) {
  const part = createRef<SceneView>();
  view.add(<SceneView ref={part} scene={field} size={view.size()} />);
  yield* part().play({ from: 0.4, to: 1.6, speed: 2 });
});
