/** A film's sound: which parts of which files play when. */

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

/** All that is heard in a film. Clips that overlap are mixed. */
export interface Soundtrack {
  /** One for --audio; a Motion Canvas project may have more. */
  clips: Clip[];
  /** From silence, at the start of the file that is made, in seconds. */
  fadeIn?: number | undefined;
  /** To silence, at the end of the file that is made, in seconds. */
  fadeOut?: number | undefined;
}
