/** Where a film's frames come from: a sweep (sweep.ts), a composed scene (composed/), or a contact sheet. */
import type { Range } from '../core/range.js';
import type { HeardSounds } from '../core/sound/heard.js';
import type { FilmShape, SegmentCache } from '../outputs/index.js';
import type { Soundtrack } from '../sound/soundtrack.js';

export interface FrameSource {
  /** The shape of the film; `frames` is the number of frames that can be drawn. */
  readonly shape: FilmShape;
  /** The number of the first of them in the whole film. */
  readonly firstFrame: number;
  /** Frame step: the difference between the numbers of consecutive frames. */
  readonly every: number;
  /** The name of what draws, always the same: "cpu". */
  readonly backend: string;
  /** The name of the arithmetic that determines the pixels' last bits: equal names, equal pixels. */
  readonly arithmetic: string;
  /** The build of the browser that draws, if one does: "Chromium 147.0.7727.24". */
  readonly browser?: string | undefined;
  /** A digest of the fonts that the browser may use. */
  readonly fonts?: string | undefined;
  /** A digest of the composed scene's bundle: equal on all machines with the same files. */
  readonly bundle?: string | undefined;
  /** A composed scene's own sound, if it has any. */
  readonly sound?: Soundtrack | undefined;
  /** What a composed scene has heard in the sounds that it follows, if it follows any. */
  readonly heard?: HeardSounds | undefined;
  /** What draws, and how, as text for messages. Final once frames have been drawn. */
  readonly description: string;
  /**
   * Fingerprints of these frames: films that have one in common share the frames. More may be known after
   * findFingerprints(), or once frames have been drawn. None if it is no longer certain what draws the frames.
   */
  fingerprintsOf(frames: Range): string[];
  /** The hosts' responses, for the recipe: the SHA-256 of each by its address. Complete once frames have been drawn. */
  answers?(): Record<string, string>;
  /** Finds more fingerprints of frames, if an earlier version of this film is cached. */
  findFingerprints?(cache: SegmentCache): Promise<void>;
  /**
   * Draws these parts of the film, in order. A sweep's parts may be drawn concurrently.
   * @returns RGBA8 rows from the top, or as the shape says. Each array is valid until the next is requested.
   */
  frames(parts: readonly Range[]): AsyncIterable<Uint8Array>;
  /** Releases everything; frames in progress reject. May be called at any time, and more than once. */
  close(): Promise<void>;
}
