/** A film's sound: which parts of which files play when. */
import * as z from 'zod';
import { digestSchema } from '../core/digest.js';
import type { SoundSettings } from '../core/sound/settings.js';

/** A sound file, or part of one, in a film. */
export interface Clip {
  /** The file; absolute. A job does not contain it. */
  path: string;
  /** The SHA-256 of the file. */
  sha256: string;
  /** When it starts, in seconds of the whole film, 0 or more. */
  at: number;
  /** How much of its beginning is skipped, in seconds, 0 or more. */
  from: number;
  /** How long it plays, in seconds of the film. By default, to its end. */
  seconds?: number | undefined;
  /** Its speed. Defaults to 1. */
  rate?: number | undefined;
  /** In dB. Defaults to 0. */
  gain?: number | undefined;
}

/** A film's sound. Clips that overlap are mixed. */
export interface Soundtrack {
  /** One for --audio; a Motion Canvas project may have more. */
  clips: Clip[];
  /** From silence, at the start of the file that is made, in seconds. */
  fadeIn?: number | undefined;
  /** To silence, at the end of the file that is made, in seconds. */
  fadeOut?: number | undefined;
}

/** The soundtrack of one file. */
export function trackOf(file: Pick<Clip, 'path' | 'sha256'>, settings: SoundSettings = {}): Soundtrack {
  const { offset = 0, gain, fadeIn, fadeOut } = settings;
  return { clips: [{ ...file, at: Math.max(0, offset), from: Math.max(0, -offset), gain }], fadeIn, fadeOut };
}

/** A film's sound as plain data: files are known by their digests. */
export interface PathlessTrack extends Omit<Soundtrack, 'clips'> {
  /** At least one. */
  clips: Omit<Clip, 'path'>[];
}

/** The same without its paths; undefined if there are none. */
export function withoutPaths(track: Soundtrack | undefined): PathlessTrack | undefined {
  if (!track || track.clips.length === 0) return undefined;
  return { ...track, clips: track.clips.map(({ path: _, ...clip }) => clip) };
}

const seconds = z.number().min(0).max(1e6);

/** @internal */
export const trackSchema = z.strictObject({
  clips: z
    .array(
      z.strictObject({
        sha256: digestSchema,
        at: seconds,
        from: seconds,
        seconds: seconds.optional(),
        rate: z
          .number()
          .min(1 / 64)
          .max(64)
          .optional(),
        gain: z.number().min(-200).max(60).optional(),
      }),
    )
    .min(1)
    .max(10_000),
  fadeIn: seconds.optional(),
  fadeOut: seconds.optional(),
});
