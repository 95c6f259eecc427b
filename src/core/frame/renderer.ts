/** What every backend is to the rest of the program. */
import type { StopSignal } from '../ambient.js';
import type { FrameDescription } from './description.js';
import type { PixelFormat } from './pixels.js';

export type Backend = 'cpu' | 'gpu';

/** Draws frames. Calls may overlap: frames are begun in the order they were asked for. */
export interface FrameRenderer {
  readonly backend: Backend;
  /** In words, for people: "2 threads, 256-bit SIMD". */
  readonly description: string;
  /** Names what decides the last bits of its pixels: the same name, the same picture to the byte. */
  readonly arithmetic: string;
  /** How many frames to ask for at once so that the renderer never waits. */
  readonly framesInFlight: number;
  /** What it gives a frame's pixels as. */
  readonly formats: readonly PixelFormat[];
  /**
   * Draws a frame.
   * @param into - Where to put it, frameBytes(size, format) long; a new array by default.
   * @param format - One of `formats`; `rgba` by default.
   * @param signal - Gives the frame up: what is not begun of it is not drawn, and the promise rejects with the reason.
   */
  render(
    frame: FrameDescription,
    into?: Uint8Array,
    format?: PixelFormat,
    signal?: StopSignal,
  ): Promise<Uint8Array>;
  /** Ends its workers. Frames not finished yet reject. */
  close(): Promise<void>;
}

/**
 * Calls `listener` once with the signal's reason if it is aborted from now on.
 * @returns What stops listening: to be called when the work is over, since a signal may outlive thousands of frames.
 */
export function onAbort(signal: StopSignal | undefined, listener: (reason: unknown) => void): () => void {
  if (!signal) return () => {};
  const aborted = () => {
    signal.removeEventListener('abort', aborted);
    listener(signal.reason);
  };
  signal.addEventListener('abort', aborted);
  return () => signal.removeEventListener('abort', aborted);
}

/** @throws RangeError for a format that a renderer does not have. */
export function checkFormat(formats: readonly PixelFormat[], format: PixelFormat): void {
  if (formats.includes(format)) return;
  throw new RangeError(`The format is "${format}" but must be ${formats.join(' or ')}.`);
}

/** Where a frame goes: the array given, if it has the frame's length, or a new one. */
export function roomFor(bytes: number, into: Uint8Array | undefined): Uint8Array {
  if (into && into.length !== bytes) {
    throw new RangeError(`The frame takes ${bytes} bytes, and ${into.length} were given.`);
  }
  return into ?? new Uint8Array(bytes);
}
