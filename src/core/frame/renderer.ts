/** The interface of all backends. */
import type { StopSignal } from '../ambient.js';
import type { FrameDescription } from './description.js';
import type { Part } from './geometry.js';
import type { PixelFormat } from './pixels.js';

/** What computes frames. */
export type Backend = 'cpu' | 'gpu';

/**
 * A canvas for `FrameRenderer.present`: an HTMLCanvasElement or an OffscreenCanvas whose context is WebGPU's, or that
 * has none yet.
 */
export interface WebGpuCanvas {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** The context of that kind; null if the canvas has another. */
  getContext(kind: 'webgpu'): unknown;
}

/** Draws frames. Calls may overlap: frames are started in the order of the calls. */
export interface FrameRenderer {
  /** Which backend this is. */
  readonly backend: Backend;
  /** A description for users, such as "2 threads, 256-bit SIMD". */
  readonly description: string;
  /** Identifies the arithmetic: renderers with the same value draw identical bytes. */
  readonly arithmetic: string;
  /** The number of frames to request at once so that the renderer is never idle. */
  readonly framesInFlight: number;
  /** The pixel formats that it can return. */
  readonly formats: readonly PixelFormat[];
  /**
   * Draws a frame.
   * @param into - The array to write to, frameBytes(size, format) long; a new one by default.
   * @param format - One of `formats`; `rgba` by default.
   * @param signal - Cancels the frame: parts that are not started are not drawn, and the promise rejects with the
   * reason.
   */
  render(
    frame: FrameDescription,
    into?: Uint8Array,
    format?: PixelFormat,
    signal?: StopSignal,
  ): Promise<Uint8Array>;
  /**
   * Draws a frame and shows it on a canvas without copying the pixels to this process's memory. They are those of
   * render(), stretched if the canvas has another size. Only renderers that use a GPU have this method.
   * @param canvas - Only one renderer may use it.
   * @param signal - Cancels the frame as in render(). The frame may still appear if all of it was submitted.
   * @returns Whether the frame is on the canvas. If not, the CPU has taken over for good: use render() and another
   * canvas, since this one's context is WebGPU's.
   */
  present?(frame: FrameDescription, canvas: WebGpuCanvas, signal?: StopSignal): Promise<boolean>;
  /** Ends its workers. Unfinished frames reject. */
  close(): Promise<void>;
}

/** A renderer that can draw any parts of a frame, in any order. */
export interface PartRenderer extends FrameRenderer {
  /** The number of parts that are drawn at once. */
  readonly threads: number;
  /**
   * Draws parts of a frame, with the bytes that render() gives there. The parts are the units of work: each is drawn by
   * one thread, in the order given, and those that threads have begun are finished even after a cancellation.
   * @param frame - Must not change later: what was derived from it is reused for further parts. Not a grid of units.
   * @param parts - May extend beyond the frame: the same plane goes on there.
   * @param drawn - Called with each finished part and its RGBA8 pixels, which are valid during the call. Also called
   * for parts that are finished after a cancellation.
   * @param signal - Cancels the parts that are not begun; the promise then rejects with the reason at once.
   */
  renderParts(
    frame: FrameDescription,
    parts: readonly Part[],
    drawn: (part: Part, rgba: Uint8Array) => void,
    signal?: StopSignal,
  ): Promise<void>;
}

/**
 * Calls `listener` once with the signal's reason if it is aborted from now on.
 * @returns A function that stops listening. Call it when the work is over: a signal may outlive thousands of frames.
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
export function checkFormat<T extends PixelFormat>(
  formats: readonly T[],
  format: PixelFormat,
): asserts format is T {
  if ((formats as readonly PixelFormat[]).includes(format)) return;
  throw new RangeError(`The format is "${format}" but must be ${formats.join(' or ')}.`);
}

/** The array for a frame: `into` if given, or else a new one. @throws RangeError if `into` has the wrong length. */
export function roomFor(bytes: number, into: Uint8Array | undefined): Uint8Array {
  if (into && into.length !== bytes) {
    throw new RangeError(`The array for the frame has ${into.length} bytes but must have ${bytes}.`);
  }
  return into ?? new Uint8Array(bytes);
}
