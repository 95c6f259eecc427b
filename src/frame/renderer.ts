/** What every backend is to the rest of the program. */
import type { FrameDescription } from './description.js';

export type Backend = 'cpu' | 'gpu';

/** Draws frames. Calls may overlap: frames are begun in the order they were asked for. */
export interface FrameRenderer {
  readonly backend: Backend;
  /** In words, for people: "2 threads, 256-bit SIMD". */
  readonly description: string;
  /** How many frames to ask for at once so that the renderer never waits. */
  readonly framesInFlight: number;
  /**
   * Draws a frame: RGBA8, sRGB, opaque, row-major, top row first.
   * @param into - Where to put it, 4 * width * height bytes; a new array by default.
   */
  render(frame: FrameDescription, into?: Uint8Array): Promise<Uint8Array>;
  /** Ends its workers. Frames not finished yet reject. */
  close(): Promise<void>;
}
