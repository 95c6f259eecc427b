/** A sweep as a scene: one network that fills the view, with the same frames as the sweep's film. */
import { makeScene2D } from '@motion-canvas/2d';
import { type SceneDescription, usePlayback, useThread } from '@motion-canvas/core';
import { frameAt, frameCount, parseSweep, preparePace, timeOfFrame } from '../../core/sweep/sweep.js';
import { NetworkField } from '../../nodes/network-field.js';
import { evaluate } from '../../renderers/cpu/planes.js';

/** @param input - A sweep as plain data. @throws UsageError if it is invalid. */
export function sweepScene(input: unknown): SceneDescription {
  const sweep = parseSweep(input);
  return makeScene2D(function* (view) {
    const field = new NetworkField({ size: () => view.size() });
    view.add(field);
    yield preparePace(sweep, evaluate); // no time passes in the film
    // The editor may play at another frame rate or speed than the film's.
    const thread = useThread();
    const { fps } = usePlayback();
    const frames = frameCount({ ...sweep, fps });
    const started = thread.fixed;
    for (;;) {
      const frame = Math.round((thread.fixed - started) * fps * 1e6) / 1e6; // times are sums of rounded frame durations
      if (frame >= frames) return;
      field.take(frameAt(sweep, timeOfFrame({ ...sweep, fps }, Math.min(frame, frames - 1)), evaluate));
      yield;
    }
  }) as SceneDescription;
}
