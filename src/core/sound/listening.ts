/**
 * Placeholders for numbers that follow a sound. They are plain data. A scene's loader replaces them with tracks before
 * the scene is validated, so recipes and frames never refer to a sound file.
 */
import * as z from 'zod';
import { UsageError } from '../errors.js';
import { seedSchema } from '../network/spec.js';
import type { Fading } from '../sweep/track.js';
import { quote } from '../wording/explain.js';
import { parse } from '../wording/parse.js';

/** A placeholder for the loudness of a sound, over time. What `listen` returns. */
export interface Listen extends ListenOptions {
  /** The sound file, relative to the scene's file. */
  listen: string;
}

/** A placeholder for seeds that change with the beat. What `beats` returns for `seeds`. */
export interface SeedBeats extends SeedsOptions {
  /** The sound file, relative to the scene's file. */
  beats: string;
}

/** A placeholder for the beats of a sound. What `beats` returns. */
export interface Beats extends BeatsOptions {
  /** The sound file, relative to the scene's file. */
  beats: string;
}

/** The parts of the spectrum that have names. */
export const bandNames = ['all', 'bass', 'mid', 'treble'] as const;
/** A part of the spectrum: a name, or its lowest and highest frequency in Hz. */
export type SoundBand = (typeof bandNames)[number] | [low: number, high: number];

/** The numbers between which a placeholder moves. */
export interface Between {
  /** The number for silence, or of a pulse between beats. @defaultValue 0 */
  from?: number | undefined;
  /** The number for the loudest moment of the band in the sweep, or of a pulse at a beat. @defaultValue 1 */
  to?: number | undefined;
}

/** Which part of a sound is listened to, and which numbers it becomes. */
export interface ListenOptions extends Between {
  /**
   * The part of the spectrum: `bass` (20 to 150 Hz), `mid` (150 to 4000 Hz), `treble` (4000 to 16,000 Hz), `all` (20 to
   * 16,000 Hz), or the lowest and the highest frequency in Hz. @defaultValue all
   */
  band?: SoundBand | undefined;
  /**
   * How slowly the number follows, in seconds from 0 to 10: it falls in about this time after a sound ends, and rises
   * in a quarter of it before one begins, so that it never lags behind. @defaultValue 0.1
   */
  smooth?: number | undefined;
}

/** Seeds that change with the beat. */
export interface SeedsOptions extends Fading {
  /** Seeds in place of pulses, for a network's `seed`: two or more, over and over; each beat goes on to the next. */
  seeds?: (number | string)[] | undefined;
  /** 2 for every second beat, from the first; from 1 to 64. @defaultValue 1 */
  every?: number | undefined;
  /** The tempo in beats per minute, from 30 to 300, if half or double the right one is found. */
  bpm?: number | undefined;
}

/** What happens at each beat: a pulse, or the next of `values`, or the next of `seeds`. */
export interface BeatsOptions extends Between, SeedsOptions {
  /** The time in which a pulse fades away, in seconds: at most until the next beat, which is the default. */
  decay?: number | undefined;
  /** Numbers in place of pulses: one or more, over and over; each beat goes on to the next. */
  values?: number[] | undefined;
}

const file = z.string().min(1).max(4096);
const number = z.number().optional();
const seconds = z.number().min(0).max(3600).optional();
const frequency = z.number().min(0).max(22_050);

const listenSchema = z.strictObject({
  listen: file,
  band: z
    .union(
      [z.enum(bandNames), z.tuple([frequency, frequency])],
      `must be one of ${bandNames.join(', ')}, or [low, high] in Hz`,
    )
    .refine(
      (band) => typeof band === 'string' || band[0] < band[1],
      'must be [low, high] in Hz, the lower one first',
    )
    .optional(),
  from: number,
  to: number,
  smooth: z.number().min(0).max(10).optional(),
});

const beatsSchema = z
  .strictObject({
    beats: file,
    from: number,
    to: number,
    decay: z.number().positive().max(3600).optional(),
    values: z.array(z.number()).min(1).max(10_000).optional(),
    seeds: z.array(seedSchema).min(2).max(10_000).optional(),
    fade: seconds,
    every: z.int().min(1).max(64).optional(),
    bpm: z.number().min(30).max(300).optional(),
  })
  .superRefine((given, context) => {
    const has = (name: keyof typeof given) => given[name] !== undefined;
    const pulse = (['from', 'to', 'decay'] as const).find(has);
    const list = (['values', 'seeds'] as const).find(has);
    const wrong =
      has('values') && has('seeds')
        ? 'cannot have both "values" and "seeds": give one of them'
        : pulse && list
          ? `cannot have both "${pulse}", of a pulse, and "${list}": give one of them`
          : has('fade') && !list
            ? 'has "fade", which is for "values" and "seeds": a pulse has "decay"'
            : undefined;
    if (wrong) context.addIssue({ code: 'custom', message: wrong });
  });

/**
 * A number that follows how loud a sound is, wherever a sweep may have a track. `untrained` replaces it with keyframes
 * when it loads the scene; in a program, `resolveSounds` of `untrained/render` does.
 * @param file - The sound, relative to the scene's file. Any format that ffmpeg reads; WAV and FLAC give equal numbers
 *   on all machines.
 * @param options - Which part of the spectrum, and which numbers: see ListenOptions.
 * @throws UsageError for invalid options.
 * @example `weightScale: listen('song.mp3', { band: 'bass', from: 0.5, to: 0.7, smooth: 0.1 })`
 */
export function listen(file: string, options: ListenOptions = {}): Listen {
  return checkedPlaceholder({ ...options, listen: file }) as Listen;
}

/**
 * A number that jumps at each beat of a sound, or seeds that change with the beat, wherever a sweep may have a track.
 * `untrained` replaces it with keyframes or a walk when it loads the scene; in a program, `resolveSounds` does.
 * @param file - The sound, relative to the scene's file; see `listen`.
 * @param options - What happens at each beat: see BeatsOptions.
 * @throws UsageError for invalid options.
 * @example `halfWidth: beats('song.mp3', { from: 2, to: 1.8 })`
 * @example `layers: beats('song.mp3', { values: [2, 5, 9] })`
 * @example `seed: beats('song.mp3', { seeds: [1, 2, 3, 4], fade: 0.2 })`
 */
export function beats(file: string, options: BeatsOptions = {}): Beats {
  return checkedPlaceholder({ ...options, beats: file }) as Beats;
}

/** The default of `smooth`, in seconds. */
export const SMOOTH = 0.1;

/** What stands for a track until the sound has been heard. */
export type Placeholder = Listen | Beats;

/** Whether a value is a placeholder, valid or not. */
export function isPlaceholder(value: unknown): value is Placeholder {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.hasOwn(value, 'listen') || Object.hasOwn(value, 'beats');
}

/** The sound file that a placeholder names. */
export const soundOf = (placeholder: Placeholder): string =>
  'listen' in placeholder ? placeholder.listen : placeholder.beats;

/** The same for another sound file. */
export const withSound = (placeholder: Placeholder, file: string): Placeholder =>
  'listen' in placeholder ? { ...placeholder, listen: file } : { ...placeholder, beats: file };

/**
 * A placeholder without undefined fields.
 * @param path - Where it is, for messages.
 * @throws UsageError for an invalid one.
 */
export function checkedPlaceholder(value: object, path: (string | number)[] = []): Placeholder {
  const name = Object.hasOwn(value, 'listen') ? 'listen' : 'beats';
  const given = Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
  const { [name]: sound } = given;
  if (typeof sound !== 'string' || sound === '') {
    const example = `${name}('song.mp3')`;
    throw new UsageError(`${name}: the file is ${quote(sound)} but must be a path, as in ${example}.`);
  }
  const shown = `${name}(${quote(sound)})`;
  const schema: z.ZodType<Placeholder> = name === 'listen' ? listenSchema : beatsSchema;
  const prefix = path.length > 0 ? path : [name];
  return parse(schema, given, { prefix, whole: path.length > 0 ? path.join('.') : shown });
}

/** A placeholder in a larger value, and the path to it. */
export interface PlacedPlaceholder {
  path: (string | number)[];
  value: Placeholder;
}

/** No number of a sweep is more levels down. */
const DEEPEST = 12;

/** All placeholders in a value. Lists of numbers, which may be long, are passed over. */
export function placeholdersIn(value: unknown, path: (string | number)[] = []): PlacedPlaceholder[] {
  if (typeof value !== 'object' || value === null || path.length > DEEPEST) return [];
  if (isPlaceholder(value)) return [{ path, value }];
  if (!Array.isArray(value))
    return Object.entries(value).flatMap(([key, item]) => placeholdersIn(item, [...path, key]));
  if (value.every((item) => typeof item === 'number')) return [];
  return value.flatMap((item, index) => placeholdersIn(item, [...path, index]));
}
