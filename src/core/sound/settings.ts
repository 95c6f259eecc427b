/** How a sound goes with a film, as recipes store it: which file by its digest, and how it is placed. Never a path. */
import * as z from 'zod';
import { digestSchema } from '../digest.js';

/** How a sound is placed in a film. */
export interface SoundSettings {
  /**
   * When the sound starts, in seconds of the whole film; below 0, that much of the sound is skipped. Like
   * `audioOffset` in Motion Canvas. @defaultValue 0
   */
  offset?: number | undefined;
  /** In dB. @defaultValue 0 */
  gain?: number | undefined;
  /** From silence, at the start of the film, in seconds. @defaultValue 0 */
  fadeIn?: number | undefined;
  /** To silence, at the end of the film, in seconds. @defaultValue 0 */
  fadeOut?: number | undefined;
}

/** A film's sound, as its recipe names it. */
export interface SoundNote extends SoundSettings {
  /** The SHA-256 of the sound file. */
  sha256: string;
}

const fade = z.number().min(0).max(3600).optional();

/** @internal */
export const soundSchema = z.strictObject({
  sha256: digestSchema,
  offset: z.number().min(-86_400).max(86_400).optional(),
  gain: z.number().min(-60).max(60).optional(),
  fadeIn: fade,
  fadeOut: fade,
});
