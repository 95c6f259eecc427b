/** A band: consecutive rows of a frame, a thread's unit of work. */
import { averageSamples, BAYER } from '../../core/frame/colour.js';
import { type Colouring, colourPlanes } from '../../core/frame/colouring.js';
import type { FrameDescription } from '../../core/frame/description.js';
import { sampleOffsets } from '../../core/frame/geometry.js';
import type { Evaluator } from './evaluator.js';

/** What drawing a band needs from its frame; the evaluator has the network. */
export interface BandFrame extends Pick<FrameDescription, 'size' | 'supersample' | 'view' | 'dither'> {
  colouring: Colouring;
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

/** The number of rows in a band if a sample costs `weights` multiply-adds. */
export function rowsPerBand({ size: [width, height], supersample }: Sampling, weights: number): number {
  const samples = Math.min(BAND_SAMPLES, BAND_WORK / weights);
  const rows = Math.floor(samples / (width * supersample ** 2));
  return Math.min(height, Math.max(1, rows));
}

/** The number of samples in `rows` rows of a frame. */
export function samplesIn({ size: [width], supersample }: Sampling, rows: number): number {
  return rows * width * supersample ** 2;
}

/** Draws a band with the evaluator's network into `rgba`, which has 4 * width * rows bytes. */
export function drawBand(evaluator: Evaluator, frame: BandFrame, band: Band, rgba: Uint8Array): void {
  const [width] = frame.size;
  const n = frame.supersample;
  const samples = samplesIn(frame, band.rows);
  const offsets = sampleOffsets(frame);
  const columns = Float32Array.from(offsets.x);
  const { x, y } = evaluator;
  for (let row = 0; row < band.rows * n; row++) {
    const start = row * columns.length;
    x.set(columns, start);
    y.fill(offsets.y[band.firstRow * n + row], start, start + columns.length);
  }
  let planes = evaluator.evaluate(samples);
  if (frame.colouring !== 'rgb') {
    planes = colourPlanes(frame.colouring, planes, evaluator.colours(samples));
  }
  const threshold = frame.dither
    ? (column: number, row: number) => BAYER[((band.firstRow + row) % 8) * 8 + (column % 8)]
    : () => 0.5;
  if (n > 1) {
    averageSamples(planes, n, width, band.rows, threshold, rgba);
    return;
  }
  const rounding = evaluator.rounding;
  if (!frame.dither) rounding.fill(0.5, 0, samples);
  else for (let i = 0; i < samples; i++) rounding[i] = threshold(i % width, Math.floor(i / width));
  rgba.set(evaluator.pack(samples, planes.length));
}
