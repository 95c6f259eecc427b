/** Parts of a frame, a thread's unit of work. A band is one of full width. */
import type { FrameDescription } from '../../core/frame/description.js';
import type { Part } from '../../core/frame/geometry.js';
import { BLOCK, drawAdaptively } from './adaptive.js';
import type { BandFrame } from './band-frame.js';
import { drawExactly } from './draw-exactly.js';
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

/**
 * Draws a part of a frame with the evaluator's network, with the same bytes as in the whole frame.
 * @param rgba - 4 * width * height bytes, twice as many if the frame is deep; with `places`, as many for each picture
 * in turn.
 */
export function drawPart(evaluator: Evaluator, frame: BandFrame, part: Part, rgba: Uint8Array): void {
  if (frame.adaptive) drawAdaptively(evaluator, frame, part, rgba);
  else drawExactly(evaluator, frame, part, rgba);
}
