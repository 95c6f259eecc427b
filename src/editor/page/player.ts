/** Makes Motion Canvas's player play exactly the frames of the film, and continue after an error. */
import type { PlaybackManager, Player, Scene } from '@motion-canvas/core';
import { frameCountOf } from '../../sources/composed/page/length.js';

/** The private parts of the player and of scenes that we use. */
interface PlayerInternals {
  run(): Promise<void>;
  request(): void;
  render: { dispatch(): Promise<void>; subscribers: Set<unknown> };
  endTime: number;
}
interface AudioInternals {
  audioElement: HTMLAudioElement;
  offset: number;
}
interface SceneInternals {
  cache: { current: { firstFrame: number; lastFrame: number; duration: number } };
}

export interface PlayerEvents {
  /** The scene has been played from beginning to end, which determines its length. */
  onPlayed(): void;
  /** A frame has been drawn. */
  onDrawn(): void;
  /** Called with what was thrown while the scene played, or while a frame was drawn. */
  onFailed(error: unknown, cause: 'playing' | 'drawing'): void;
}

/**
 * The film's frames are numbered from 0 to one less than their number. Motion Canvas's editor can show one more, after
 * the end, and sometimes counts one too many. Sounds end where they do in the film, too.
 */
export function playFilm(player: Player, { onPlayed, onDrawn, onFailed }: PlayerEvents): void {
  const { playback } = player;
  const internals = player as unknown as PlayerInternals;
  const endFrame = () =>
    Math.max(0, Math.min(playback.duration - 1, player.status.secondsToFrames(internals.endTime)));
  Object.defineProperty(player, 'endFrame', { get: endFrame });

  // Motion Canvas ignores the offset. If a sound that started before the film ends, it would wait for it forever.
  const { audio } = player;
  audio.isInRange = (time) => {
    const { audioElement, offset } = audio as unknown as AudioInternals;
    return time >= offset && time - offset < audioElement.duration;
  };

  const recalculate = playback.recalculate.bind(playback);
  let played = true;
  playback.recalculate = async () => {
    played = false;
    await recalculate();
    correctLength(playback);
    played = true;
    onPlayed();
  };

  const { render } = internals;
  const dispatch = render.dispatch.bind(render);
  render.dispatch = async () => {
    await dispatch();
    if (render.subscribers.size > 0) onDrawn(); // otherwise the editor has not been laid out yet
  };

  const run = internals.run.bind(player);
  internals.run = async () => {
    try {
      await run();
    } catch (error) {
      onFailed(error, played ? 'drawing' : 'playing');
      player.togglePlayback(false);
      internals.request(); // otherwise the player would not react to anything until the scene is replaced
      throw error; // the player logs it
    }
  };

  // With looping off, playing at the end starts again. Motion Canvas does so only at the frame after it.
  const togglePlayback = player.togglePlayback.bind(player);
  player.togglePlayback = (value) => {
    const { paused, loop } = player.onStateChanged.current;
    if ((value ?? paused) && paused && !loop && playback.frame >= endFrame()) player.requestReset();
    togglePlayback(value);
  };
}

function correctLength(playback: PlaybackManager): void {
  const scenes = playback.onScenesRecalculated.current;
  const last: Scene = scenes[scenes.length - 1];
  const frames = frameCountOf(last, playback.duration, playback.fps);
  if (frames === playback.duration) return;
  playback.duration = frames;
  playback.frame = frames;
  const { cache } = last as unknown as SceneInternals;
  cache.current = { ...cache.current, lastFrame: frames, duration: frames - cache.current.firstFrame };
}
