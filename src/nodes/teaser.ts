/** A film that opens with its last frame. */
import { View2D } from '@motion-canvas/2d';
import { all, chain, delay, Random, type ThreadGenerator, useScene, waitFor } from '@motion-canvas/core';
import { SceneView } from './scene-view.js';

/** A composed scene, as `makeScene2D` takes it. */
export type Composed = (view: View2D) => ThreadGenerator;

/** How long the last frame is shown, and how long it takes to disappear, in seconds. */
const [HOLD, CLEAR] = [0.7, 0.4];

/**
 * Opens a film with its own last frame for 0.7 s, so that its first frame can be its thumbnail, and clears it within
 * 0.4 s while the scene begins. Inside a SceneView, the scene is as it would be without. The scene is played twice, so
 * it must not depend on what it did the first time; its time events take effect only the second time. It must end at
 * rest, with `waitFor`: what it shows then is the last frame.
 *
 * @param scene - What `makeScene2D` takes.
 * @example `export default makeScene2D(withTeaser(function* (view) { ... }));`
 */
export function withTeaser(scene: Composed): Composed {
  return function* (view) {
    if (!(view instanceof View2D)) {
      yield* scene(view);
      return;
    }
    const end = new SceneView({ scene, size: view.size(), zIndex: 1 });
    view.add(end);
    yield* playUnobserved(end);
    // Text takes its typeface from the view. The background is the view's, which films without one remove.
    view.fill(end.fill()).fontFamily(end.fontFamily()).fontSize(end.fontSize());
    end.fill(() => view.fill());
    yield* all(
      chain(waitFor(HOLD), end.opacity(0, CLEAR), () => end.remove()),
      delay(HOLD, scene(view)),
    );
  };
}

/** Plays a scene to its end, without effects on the film's random numbers and time events. */
function* playUnobserved(end: SceneView): ThreadGenerator {
  const film = useScene();
  const { timeEvents } = film;
  try {
    Object.assign(film, { timeEvents: Object.create(timeEvents, { register: { value: () => 0 } }) });
    yield* end.play({ from: Number.POSITIVE_INFINITY });
  } finally {
    Object.assign(film, { timeEvents, random: new Random(film.meta.seed.get()) });
  }
}
