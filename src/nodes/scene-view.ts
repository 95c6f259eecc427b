/** A whole scene as a node of another. */
import { nodeName, Rect, type RectProps, type View2D } from '@motion-canvas/2d';
import {
  endPlayback,
  type PlaybackStatus,
  type SceneDescription,
  startPlayback,
  type ThreadGenerator,
  type ThreadGeneratorFactory,
  threads,
  usePlayback,
} from '@motion-canvas/core';

export interface SceneViewProps extends RectProps {
  /** What a scene's file exports. */
  scene: SceneDescription<ThreadGeneratorFactory<View2D>>;
}

/** What of a scene is played, and how fast. */
export interface Excerpt {
  /** Seconds of the scene's own time; what comes before is passed over. @defaultValue 0 */
  from?: number;
  /** @defaultValue where it ends */
  to?: number;
  /** Seconds of the scene for each of the film. @defaultValue 1 */
  pace?: number;
}

/**
 * Another scene, which takes this node for its view: it is laid out anew in the node's size, and cut off at its edges.
 *
 * @example
 * ```tsx
 * import relu from './relu';
 *
 * view.add(<SceneView ref={part} scene={relu} size={[1280, 720]} />);
 * yield* part().play({ from: 10, to: 20, pace: 2 });
 * ```
 */
@nodeName('SceneView')
export class SceneView extends Rect {
  readonly #scene: SceneViewProps['scene'];

  constructor({ scene, ...props }: SceneViewProps) {
    super({ clip: true, ...props });
    this.#scene = scene;
  }

  /** Plays the scene, or a part of it. What it shows at the end stays. */
  *play({ from = 0, to = Number.POSITIVE_INFINITY, pace = 1 }: Excerpt = {}): ThreadGenerator {
    this.removeChildren();
    // Scenes ask no more of their view than any Rect has.
    const runner = this.#scene.config(this as unknown as View2D);
    const playback = usePlayback();
    const paced: PlaybackStatus = Object.create(playback, {
      deltaTime: { get: () => playback.deltaTime * pace },
    });
    const scene = threads(() => runner);
    startPlayback(paced); // threads() takes its clock as it begins
    let step = scene.next();
    endPlayback(paced);
    let time = 0;
    const isPast = (moment: number) => time > moment - 1e-6; // times are sums of frames'
    for (; !step.done; time += paced.deltaTime) {
      while (!step.done && step.value) step = scene.next(yield step.value); // something to wait for
      if (step.done || isPast(to)) break;
      if (isPast(from)) yield;
      step = scene.next();
    }
    scene.return();
  }
}
