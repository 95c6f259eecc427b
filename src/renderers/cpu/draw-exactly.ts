/** Draws a part of a frame pixel by pixel: the bytes are the same as in the whole frame. */
import { averageDeepSamples, averageSamples, BAYER } from '../../core/frame/colour.js';
import { colourPlanes } from '../../core/frame/colouring.js';
import type { FrameDescription } from '../../core/frame/description.js';
import type { Part } from '../../core/frame/geometry.js';
import { inputWriter } from '../../core/frame/inputs.js';
import type { BandFrame } from './band-frame.js';
import type { Evaluator } from './evaluator.js';

/** The number of samples in a part of a frame. */
export function samplesIn(
  { supersample }: Pick<FrameDescription, 'supersample'>,
  { width, height }: Part,
): number {
  return width * height * supersample ** 2;
}

/**
 * Draws a part with the evaluator's network, which must have room for its samples.
 * @param rgba - 4 * width * height bytes, twice as many if the frame is deep; with `places`, as many for each picture
 * in turn.
 */
export function drawExactly(evaluator: Evaluator, frame: BandFrame, part: Part, rgba: Uint8Array): void {
  const n = frame.supersample;
  const samples = samplesIn(frame, part);
  const inputs = inputWriter(frame, part);
  for (let plane = 0; plane < inputs.planes; plane++) {
    inputs.write(plane, 0, part.height * n, evaluator.input(plane, samples));
  }
  const planes = evaluator.evaluate(samples);
  const pictures = frame.places ? planes.map((plane) => [plane]) : [planes];
  const bytes = (frame.deep ? 8 : 4) * part.width * part.height;
  for (const [i, outputs] of pictures.entries()) {
    const into = rgba.subarray(i * bytes, (i + 1) * bytes);
    colourPart(evaluator, frame, part, outputs, frame.places?.[i] ?? [0, 0], into);
  }
}

/** Turns brightness into pixels. */
function colourPart(
  evaluator: Evaluator,
  { supersample: n, colouring, dither, deep }: BandFrame,
  { x, y, width, height }: Part,
  outputs: Float32Array[],
  [left, top]: [number, number],
  rgba: Uint8Array,
): void {
  const samples = outputs[0].length;
  const planes =
    colouring === 'rgb' ? outputs : colourPlanes(colouring, outputs, evaluator.colours(samples), deep);
  if (deep) {
    // The thread's buffer, and each picture in it, begins at a multiple of two.
    const values = new Uint16Array(rgba.buffer, rgba.byteOffset, rgba.length / 2);
    averageDeepSamples(planes, n, width, height, values);
    return;
  }
  const threshold = dither
    ? // Not `%`, since a part may begin to the left of the frame or above it.
      (column: number, row: number) => BAYER[((top + y + row) & 7) * 8 + ((left + x + column) & 7)]
    : () => 0.5;
  if (n > 1) {
    averageSamples(planes, n, width, height, threshold, rgba);
    return;
  }
  if (dither) {
    const { rounding } = evaluator;
    for (let i = 0; i < samples; i++) rounding[i] = threshold(i % width, Math.floor(i / width));
  } else evaluator.roundToNearest();
  rgba.set(evaluator.pack(samples, planes));
}
