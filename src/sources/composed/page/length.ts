/** The length of a film, the same in renders and in the editor. */
import type { Scene, Threadable } from '@motion-canvas/core';

/**
 * The number of frames, at least one. Motion Canvas adds up frame durations, and rounding errors can make its count one
 * too large: a tween of a second has 25 frames at 25 fps, but 31 at 30 fps. The last scene's clock is exact.
 * @param last - The film's last scene, after it has been played to its end.
 * @param counted - Motion Canvas's count.
 */
export function frameCountOf(last: Scene, counted: number, fps: number): number {
  const clock = (last as Partial<Threadable>).onThreadChanged?.current?.time() ?? 0;
  const frames = last.firstFrame + Math.round(clock * fps);
  return Math.max(1, Math.abs(frames - counted) <= 2 ? frames : counted);
}
