/** What was heard in sounds, for scenes whose signals follow them. */
import * as z from 'zod';
import { formOf, type Keyframes, valueAt, type Walk } from '../sweep/track.js';
import type { Placeholder } from './listening.js';

/** What was heard for one placeholder. Plain data. */
export interface HeardSound {
  /** The numbers or seeds over time, in seconds of the sound. */
  track: Keyframes | Walk;
  /** Their length, in seconds. */
  seconds: number;
}

/** What was heard for each placeholder, by its key. */
export type HeardSounds = Record<string, HeardSound>;

const isTrack = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (Object.hasOwn(value, 'keyframes') || Object.hasOwn(value, 'walk')) &&
  formOf(value)?.safeParse(value).success === true;

/** @internal */
export const heardSchema = z.record(
  z.string().max(10_000),
  z.strictObject({
    track: z.custom<Keyframes | Walk>(isTrack, 'must be keyframes or a walk'),
    seconds: z.number().positive().max(1e5),
  }),
);

/** A name for a placeholder: equal for those that stand for the same numbers. */
export function keyOfPlaceholder(placeholder: Placeholder): string {
  const given = Object.entries(placeholder).filter(([, value]) => value !== undefined);
  return JSON.stringify(Object.fromEntries(given.sort(([a], [b]) => (a < b ? -1 : 1))));
}

/**
 * What a placeholder stands for at a time. Before and after the sound, that is the number for silence, or the first or
 * last of its values or seeds.
 * @param t - In seconds of the sound; may be outside it.
 */
export function heardAt(
  { track, seconds }: HeardSound,
  placeholder: Placeholder,
  t: number,
): ReturnType<typeof valueAt> {
  const isNumber = 'listen' in placeholder || !(placeholder.values ?? placeholder.seeds);
  if (isNumber && (t < 0 || t > seconds)) return placeholder.from ?? 0;
  return valueAt(track, Math.min(seconds, Math.max(0, t)), seconds);
}
