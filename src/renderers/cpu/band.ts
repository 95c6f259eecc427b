/** A band: some whole rows of a frame, which one thread draws at a time. */
import { averageSamples, BAYER } from '../../core/frame/colour.js';
import { type Colouring, colourPlanes } from '../../core/frame/colouring.js';
import type { FrameDescription } from '../../core/frame/description.js';
import { sampleOffsets } from '../../core/frame/geometry.js';
import type { Evaluator } from './evaluator.js';

/** What a band needs to know of its frame; the network is with the evaluator. */
export interface BandFrame extends Pick<FrameDescription, 'size' | 'supersample' | 'view' | 'dither'> {
  colouring: Colouring;
}

type Sampling = Pick<FrameDescription, 'size' | 'supersample'>;

export interface Band {
  firstRow: number;
  rows: number;
}

/** The most samples a band has, unless one row of pixels has more. */
const BAND_SAMPLES = 16384;
/** Multiply-adds in a band, about: some tens of milliseconds, so that threads end a frame together. */
const BAND_WORK = 5e8;

/** How many rows of a frame make a band, when one sample takes `weights` multiply-adds. */
export function rowsPerBand({ size: [width, height], supersample }: Sampling, weights: number): number {
  const samples = Math.min(BAND_SAMPLES, BAND_WORK / weights);
  const rows = Math.floor(samples / (width * supersample ** 2));
  return Math.min(height, Math.max(1, rows));
}

/** How many samples `rows` rows of a frame have. */
export function samplesIn({ size: [width], supersample }: Sampling, rows: number): number {
  return rows * width * supersample ** 2;
}

/** Draws a band with the network in `evaluator` into `rgba`, 4 * width * rows bytes. */
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
