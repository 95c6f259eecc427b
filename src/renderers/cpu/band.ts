/** Parts of a frame, a thread's unit of work. A band is one of full width. */
import { averageDeepSamples, averageSamples, BAYER } from '../../core/frame/colour.js';
import { colourPlanes } from '../../core/frame/colouring.js';
import type { FrameDescription } from '../../core/frame/description.js';
import type { Part } from '../../core/frame/geometry.js';
import { inputWriter } from '../../core/frame/inputs.js';
import { BLOCK, drawAdaptively } from './adaptive.js';
import type { BandFrame } from './band-frame.js';
import type { Evaluator } from './evaluator.js';

type Sampling = Pick<FrameDescription, 'size' | 'supersample'>;

/** The maximum number of samples in a band, unless a single row of pixels has more. */
const BAND_SAMPLES = 16384;
/** Approximate multiply-adds in a band: tens of milliseconds, so that threads finish a frame at about the same time. */
const BAND_WORK = 5e8;

/** The maximum number of brightnesses in a band, which limits its memory. */
const BAND_VALUES = 2 ** 21;

/** The bands of a frame whose samples cost `weights` multiply-adds and have `outputs` values each. */
export function bandsOf(
  { size: [width, height], supersample }: Sampling,
  weights: number,
  outputs = 1,
): Part[] {
  const samples = Math.min(BAND_SAMPLES, BAND_WORK / weights, BAND_VALUES / outputs);
  const rows = Math.max(1, Math.floor(samples / (width * supersample ** 2)));
  return Array.from({ length: Math.ceil(height / rows) }, (_, i) => ({
    x: 0,
    y: i * rows,
    width,
    height: Math.min(rows, height - i * rows),
  }));
}

/** The maximum number of blocks in a part that is drawn adaptively. */
const PART_BLOCKS = 4;

/** The parts of a frame that is drawn adaptively: whole blocks, whose samples cost up to `weights` multiply-adds. */
export function adaptiveParts({ size: [width, height], supersample }: Sampling, weights: number): Part[] {
  const fitting = Math.floor((4 * BAND_WORK) / (weights * (BLOCK * supersample) ** 2));
  const across = BLOCK * Math.max(1, Math.min(PART_BLOCKS, fitting));
  const parts: Part[] = [];
  for (let y = 0; y < height; y += BLOCK) {
    for (let x = 0; x < width; x += across) {
      parts.push({ x, y, width: Math.min(across, width - x), height: Math.min(BLOCK, height - y) });
    }
  }
  return parts;
}

/** The number of samples in a part of a frame. */
export function samplesIn({ supersample }: Pick<Sampling, 'supersample'>, { width, height }: Part): number {
  return width * height * supersample ** 2;
}

/**
 * Draws a part of a frame with the evaluator's network, with the same bytes as in the whole frame.
 * @param rgba - 4 * width * height bytes, twice as many if the frame is deep; with `places`, as many for each picture
 * in turn.
 */
export function drawPart(evaluator: Evaluator, frame: BandFrame, part: Part, rgba: Uint8Array): void {
  if (frame.adaptive) {
    drawAdaptively(evaluator, frame, part, rgba);
    return;
  }
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
    // Bytes of an array of their own begin at a multiple of two.
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
  const rounding = evaluator.rounding;
  if (!dither) rounding.fill(0.5, 0, samples);
  else for (let i = 0; i < samples; i++) rounding[i] = threshold(i % width, Math.floor(i / width));
  rgba.set(evaluator.pack(samples, planes));
}
