/** Where a film's frames come from: a sweep (sweep.ts), the pages of a browser (composed/), or a contact sheet. */
import type { Range } from '../core/range.js';
import type { FilmShape, SegmentCache } from '../outputs/index.js';

export interface FrameSource {
  /** Of the film to make; `frames` counts the frames that can be drawn. */
  readonly shape: FilmShape;
  /** The number of the first of them in the whole film. */
  readonly firstFrame: number;
  /** Frame step: the difference between the numbers of consecutive frames. */
  readonly every: number;
  /** What draws, in a word or two, the same every time: "cpu". */
  readonly backend: string;
  /** Names what decides the pixels' last bits: equal names, equal pixels. */
  readonly arithmetic: string;
  /** What draws, and how, for people. Final once frames have been drawn. */
  readonly description: string;
  /**
   * Names of everything that determines these frames: films that have a name in common share the frames. More names may
   * be known once frames have been foreseen or drawn. None if it is no longer certain what draws them.
   */
  namesOf(frames: Range): string[];
  /** The hosts' responses, for the recipe: the SHA-256 of each by its address. Complete once frames have been drawn. */
  answers?(): Record<string, string>;
  /** Finds more names of frames, if frames of this film, as it was before it was changed, are cached. */
  foresee?(cache: SegmentCache): Promise<void>;
  /**
   * Draws these parts of the film, in order. A sweep's parts may be drawn concurrently.
   * @returns RGBA8 rows from the top, or as the shape says. Each array is valid until the next is requested.
   */
  frames(parts: readonly Range[]): AsyncIterable<Uint8Array>;
  /** Releases everything; frames in progress reject. May be called at any time, and more than once. */
  close(): Promise<void>;
}
