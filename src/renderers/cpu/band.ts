/** A band: consecutive rows of a frame, a thread's unit of work. */
import { averageSamples, BAYER } from '../../core/frame/colour.js';
import { type Colouring, colourPlanes } from '../../core/frame/colouring.js';
import type { FrameDescription } from '../../core/frame/description.js';
import { type InputSettings, inputWriter } from '../../core/frame/inputs.js';
import type { Evaluator } from './evaluator.js';

/** What drawing a band needs from its frame; the evaluator has the network. */
export interface BandFrame extends InputSettings, Pick<FrameDescription, 'dither'> {
  colouring: Colouring;
  /** If each output is a separate picture: where these are in the frame, for the dither. */
  places?: [column: number, row: number][];
}

type Sampling = Pick<FrameDescription, 'size' | 'supersample'>;

export interface Band {
  firstRow: number;
  rows: number;
}

/** The maximum number of samples in a band, unless a single row of pixels has more. */
const BAND_SAMPLES = 16384;
/** Approximate multiply-adds in a band: tens of milliseconds, so that threads finish a frame at about the same time. */
const BAND_WORK = 5e8;

/** The maximum number of brightnesses in a band, which limits its memory. */
const BAND_VALUES = 2 ** 21;

/** The number of rows in a band if a sample costs `weights` multiply-adds and has `outputs` values. */
export function rowsPerBand(
  { size: [width, height], supersample }: Sampling,
  weights: number,
  outputs = 1,
): number {
  const samples = Math.min(BAND_SAMPLES, BAND_WORK / weights, BAND_VALUES / outputs);
  const rows = Math.floor(samples / (width * supersample ** 2));
  return Math.min(height, Math.max(1, rows));
}

/** The number of samples in `rows` rows of a frame. */
export function samplesIn({ size: [width], supersample }: Sampling, rows: number): number {
  return rows * width * supersample ** 2;
}

/**
 * Draws a band with the evaluator's network into `rgba`, which has 4 * width * rows bytes; with `places`, for each
 * picture in turn.
 */
export function drawBand(evaluator: Evaluator, frame: BandFrame, band: Band, rgba: Uint8Array): void {
  const n = frame.supersample;
  const samples = samplesIn(frame, band.rows);
  const inputs = inputWriter(frame);
  for (let plane = 0; plane < inputs.planes; plane++) {
    inputs.write(plane, band.firstRow * n, band.rows * n, evaluator.input(plane, samples));
  }
  const planes = evaluator.evaluate(samples);
  const pictures = frame.places ? planes.map((plane) => [plane]) : [planes];
  const bytes = 4 * frame.size[0] * band.rows;
  for (const [i, outputs] of pictures.entries()) {
    const into = rgba.subarray(i * bytes, (i + 1) * bytes);
    colourBand(evaluator, frame, band, outputs, frame.places?.[i] ?? [0, 0], into);
  }
}

/** Turns brightness into pixels. */
function colourBand(
  evaluator: Evaluator,
  { size: [width], supersample: n, colouring, dither }: BandFrame,
  band: Band,
  outputs: Float32Array[],
  [left, top]: [number, number],
  rgba: Uint8Array,
): void {
  const samples = outputs[0].length;
  const planes = colouring === 'rgb' ? outputs : colourPlanes(colouring, outputs, evaluator.colours(samples));
  const threshold = dither
    ? (column: number, row: number) => BAYER[((top + band.firstRow + row) % 8) * 8 + ((left + column) % 8)]
    : () => 0.5;
  if (n > 1) {
    averageSamples(planes, n, width, band.rows, threshold, rgba);
    return;
  }
  const rounding = evaluator.rounding;
  if (!dither) rounding.fill(0.5, 0, samples);
  else for (let i = 0; i < samples; i++) rounding[i] = threshold(i % width, Math.floor(i / width));
  rgba.set(evaluator.pack(samples, planes));
}
