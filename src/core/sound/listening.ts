/**
 * Placeholders for numbers that follow a sound. They are plain data. A scene's loader replaces them with tracks before
 * the scene is validated, so recipes and frames never refer to a sound file.
 */

/** A placeholder for the loudness of a sound, over time. What `listen` returns. */
export interface Listen extends ListenOptions {
  /** The sound file, relative to the scene's file. */
  listen: string;
}

/** A placeholder for the beats of a sound. What `beats` returns. */
export interface Beats extends BeatsOptions {
  /** The sound file, relative to the scene's file. */
  beats: string;
}

/** Which part of a sound is listened to, and which numbers it becomes. */
export interface ListenOptions {
  /** The part of the spectrum. @defaultValue all */
  band?: 'all' | 'bass' | 'mid' | 'treble' | undefined;
  /** The number for silence. @defaultValue 0 */
  from?: number | undefined;
  /** The number for the loudest moment. @defaultValue 1 */
  to?: number | undefined;
  /** The time in which the number follows the sound, in seconds. @defaultValue 0.1 */
  smooth?: number | undefined;
}

/** What happens at each beat. */
export interface BeatsOptions {
  /** The number between beats. @defaultValue 0 */
  from?: number | undefined;
  /** The number at a beat. @defaultValue 1 */
  to?: number | undefined;
}
