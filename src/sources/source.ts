/**
 * The source of a film's frames: a sweep's renderer (src/jobs/film.ts), or a browser's pages (src/sources/composed).
 */

import type { FilmShape, Range, SegmentCache } from '../outputs/index.js';

export interface FrameSource {
  /** Of the film that is made; `frames` counts those that frames() gives. */
  readonly shape: FilmShape;
  /** The number of the first of them in the whole film. */
  readonly firstFrame: number;
  /** The difference between the numbers of consecutive frames. */
  readonly every: number;
  /** What draws, in a word or two, the same every time: "cpu". */
  readonly backend: string;
  /** What draws, and how. To be asked once frames have been drawn. */
  readonly description: string;
  /**
   * Names of all that makes these frames what they are: two films in which they have a name in common share them.
   * There may be another one once they have been foreseen or drawn.
   */
  namesOf(frames: Range): string[];
  /** The hosts' responses, for the recipe: the SHA-256 of each by its address. Complete once frames have been drawn. */
  answers?(): Record<string, string>;
  /**
   * Finds out more names of frames than are known, where something was kept of this film as it was before it was
   * changed.
   */
  foresee?(cache: SegmentCache): Promise<void>;
  /**
   * Draws these parts of the film, in order. Called once.
   * @returns RGBA8 rows from the top, or as the shape says. Each array is valid until the next is asked for.
   */
  frames(parts: readonly Range[]): AsyncIterable<Uint8Array>;
  /** Frees all it holds; frames under way reject. May be called at any time, and more than once. */
  close(): Promise<void>;
}
