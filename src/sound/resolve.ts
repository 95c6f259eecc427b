/** Replaces the placeholders of a sweep with tracks. */
import { UsageError } from '../core/errors.js';
import { checkedPlaceholder } from '../core/sound/listening.js';
import { aboutSweep, sweepSchema } from '../core/sweep/fields.js';
import { replaced } from '../core/sweep/frames.js';
import { retimes } from '../core/sweep/paces.js';
import { readScene, type Sweep, soundsIn, withSeconds } from '../core/sweep/sweep.js';
import { parse } from '../core/wording/parse.js';
import { type ListeningMeans, type Span, tracksFor } from './listen.js';

export type { ListeningMeans };

/** A sweep without placeholders, and the sound files that it listens to. */
export interface Resolved {
  sweep: Sweep;
  /** Absolute, each once. */
  sounds: string[];
}

/**
 * Replaces `listen()` and `beats()` in a sweep with the tracks that they stand for, and validates the sweep.
 * @param input - What sweep() accepts or returns.
 * @param folder - The folder that the paths of sounds are relative to.
 * @param seconds - Another length: all other tracks are stretched, and sounds are not.
 * @throws UsageError, in one line, for an invalid sweep, or a sound that cannot be used.
 */
export async function resolveSweep(
  input: unknown,
  folder: string,
  means: ListeningMeans = {},
  seconds?: number,
): Promise<Resolved> {
  const placed = soundsIn(input);
  if (placed.length === 0) return { sweep: readScene(input), sounds: [] };
  const shape: Sweep = parse(sweepSchema, input, aboutSweep);
  if (retimes(shape.pace)) {
    throw new UsageError(
      `pace "${shape.pace}" changes the times of all tracks, so ${placed[0].path.join('.')} would not follow its ` +
        'sound: remove pace.',
    );
  }
  const asked = placed.map(({ path, value }) => checkedPlaceholder(value, path));
  const listening = async (sweep: object, span: Span) => {
    const { tracks, sounds } = await tracksFor(asked, span, folder, means);
    const whole = placed.reduce((sum, { path }, i) => replaced(sum, path, tracks[i]) as object, sweep);
    return { sweep: readScene(whole), sounds };
  };
  const resolved = await listening(input as object, shape);
  if (seconds === undefined || seconds === shape.seconds) return resolved;
  return listening(withSeconds(resolved.sweep, seconds), { seconds, loop: shape.loop });
}
