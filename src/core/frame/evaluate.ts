/** What measurements need of a renderer. The code that measures receives it from its caller. */
import type { FrameDescription } from './description.js';

/**
 * Evaluates a frame's network in float32 at once, on the calling thread. It must give the same bits on every machine,
 * whatever draws the frames, because films depend on what is measured.
 *
 * @param x - Distances of N points from the view's centre, to the right.
 * @param y - The same, upwards.
 * @returns Brightness in [0, 1]: N numbers for each output (1 or 3).
 */
export type Evaluate = (frame: FrameDescription, x: Float32Array, y: Float32Array) => Float32Array[];

/**
 * Like Evaluate, but returns the values themselves, (v + 1) / 2 for signed activations, neither mapped by levels nor
 * clipped. They are float32 times a power of two, because the values of deep networks may be beyond float32.
 */
export type EvaluateValues = (frame: FrameDescription, x: Float32Array, y: Float32Array) => Float64Array[];
