/** A scene as a node of another scene. */
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
import { UsageError } from '../core/errors.js';
import { logOnce, warnOfUnknown } from './properties.js';

/** The scene, and the props of any Rect. */
export interface SceneViewProps extends RectProps {
  /** The default export of a scene's file, or the function that a scene is made from. */
  scene: SceneDescription<ThreadGeneratorFactory<View2D>> | ThreadGeneratorFactory<View2D>;
}

/** The part of a scene to play, and its speed. */
export interface Excerpt {
  /** Start, in seconds of the scene's time. @defaultValue 0 */
  from?: number;
  /** End, in seconds of the scene's time. @defaultValue the end of the scene */
  to?: number;
  /** Seconds of the scene per second of the film; above 0. @defaultValue 1 */
  speed?: number;
  /**
   * Seconds of the scene per second of the film.
   * @deprecated The former name of `speed`, which still works.
   */
  pace?: number;
}

/**
 * Another scene, with this node as its view: it is laid out for the node's size and clipped at the node's edges.
 *
 * @example
 * ```tsx
 * import relu from './relu';
 *
 * view.add(<SceneView ref={part} scene={relu} size={[1280, 720]} />);
 * yield* part().play({ from: 10, to: 20, speed: 2 });
 * ```
 */
@nodeName('SceneView')
export class SceneView extends Rect {
  readonly #scene: ThreadGeneratorFactory<View2D>;

  constructor({ scene, ...props }: SceneViewProps) {
    super({ clip: true, ...props });
    warnOfUnknown(this, props, SceneView);
    this.#scene = typeof scene === 'function' ? scene : scene.config;
  }

  /** Plays the scene, or a part of it. The node keeps showing the last frame. */
  *play({ from = 0, to = Number.POSITIVE_INFINITY, ...rest }: Excerpt = {}): ThreadGenerator {
    if (rest.pace !== undefined) {
      const now = `"pace" still works, but is now called "speed": write play({ speed: ${rest.pace} }).`;
      logOnce('info', this, now);
    }
    const speed = rest.speed ?? rest.pace ?? 1;
    if (!(Number.isFinite(speed) && speed > 0)) {
      throw new UsageError(`${this.key}: speed is ${speed} but must be above 0, or the scene never ends.`);
    }
    this.removeChildren();
    // Scenes use nothing of their view that a Rect lacks.
    const runner = this.#scene(this as unknown as View2D);
    const playback = usePlayback();
    const paced: PlaybackStatus = Object.create(playback, {
      deltaTime: { get: () => playback.deltaTime * speed },
    });
    const scene = threads(() => runner);
    startPlayback(paced); // threads() reads the current playback when it starts
    let step = scene.next();
    endPlayback(paced);
    let time = 0;
    const isPast = (moment: number) => time > moment - 1e-6; // `time` is a sum of rounded frame durations
    for (; !step.done; time += paced.deltaTime) {
      while (!step.done && step.value) step = scene.next(yield step.value); // a promise to wait for
      if (step.done || isPast(to)) break;
      if (isPast(from)) yield;
      step = scene.next();
    }
    scene.return();
  }
}
