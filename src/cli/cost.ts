/** Says how much time and memory a large still needs, before it is drawn. */
import { TransientError } from '../core/errors.js';
import { frameAt, planFrames } from '../core/sweep/sweep.js';
import type { SourceRequest } from '../jobs/job.js';
import { type Means, numbersOf, type Workshop } from '../jobs/workshop.js';
import { inBytes } from '../outputs/budget.js';
import { encodePng } from '../outputs/png.js';
import { evaluate } from '../renderers/cpu/planes.js';
import { workOf } from '../renderers/drawing-speed.js';
import { defaultsOf } from '../sources/composed/target.js';
import { freeMemory } from '../system/memory.js';
import { duration } from './report.js';

/** What a still shows. */
export type Still = Exclude<SourceRequest, { kind: 'sheet' }>;
type Size = readonly [width: number, height: number];

/** What a still needs. */
export interface Cost {
  /** In seconds. */
  seconds: number;
  /** In bytes, of all processes. */
  bytes: number;
}

/** Smaller pictures are only drawn. */
const WORTH_MEASURING = { pixels: 8e6, work: 2e11 };
/** Less than this is not worth a line. */
const WORTH_SAYING = { seconds: 10, bytes: 5e8 };
/**
 * The sides of the pictures that are measured, as fractions. Together, those of sweeps take a fiftieth of the still's
 * time. Composed scenes take most of theirs to start, so that only larger pictures show what pixels cost.
 */
const MEASURED = { sweep: [1 / 16, 1 / 8], composed: [1 / 16, 1 / 4] } as const;
/**
 * Bytes without a picture, and for each pixel, measured from 1920x1080 on Linux: the picture, its copy for the encoder,
 * and the PNG; for a composed scene, also the browser and its canvases.
 */
const MEMORY = {
  sweep: { base: 1.2e8, perPixel: 8 },
  composed: { base: 3.4e8, perPixel: 75 },
} as const;

/**
 * Estimates what a still costs, from smaller pictures of the same moment. Undefined if that is not worth measuring.
 * @throws RenderError if the still needs more memory than is free.
 */
export async function costOf(still: Still, workshop: Workshop, means: Means): Promise<Cost | undefined> {
  const size = sizeOf(still);
  const pixels = size[0] * size[1];
  const isSlow = still.kind === 'sweep' && workOf(frameAt(still.sweep, 0, evaluate)) >= WORTH_MEASURING.work;
  if (pixels < WORTH_MEASURING.pixels && !isSlow) return undefined;
  const bytes = memoryFor(still.kind, pixels);
  checkMemory(size, bytes);
  const quietly = { ...means, onWarning: undefined }; // small pictures may have warnings of their own
  await secondsFor(still, MEASURED[still.kind][0], workshop, quietly); // starts what draws, which then takes less time
  const measured: { pixels: number; seconds: number }[] = [];
  for (const scale of MEASURED[still.kind]) measured.push(await secondsFor(still, scale, workshop, quietly));
  return { seconds: extrapolated(measured, pixels), bytes };
}

/** The line about a cost; undefined if it is not worth one. */
export function costLine([width, height]: Size, { seconds, bytes }: Cost): string | undefined {
  if (seconds < WORTH_SAYING.seconds && bytes < WORTH_SAYING.bytes) return undefined;
  return `${width}x${height} pixels take about ${duration(seconds)} and ${inBytes(bytes)} of memory.`;
}

export function memoryFor(kind: Still['kind'], pixels: number): number {
  const { base, perPixel } = MEMORY[kind];
  return base + perPixel * pixels;
}

/** @param free - In bytes. @throws TransientError if more is needed. */
export function checkMemory([width, height]: Size, bytes: number, free = freeMemory()): void {
  if (bytes <= free) return;
  throw new TransientError(
    `${width}x${height} pixels need about ${inBytes(bytes)} of memory, but only ${inBytes(free)} is free: ` +
      'choose a smaller --size, or close other programs.',
  );
}

/** A line through the measured times. */
export function extrapolated(
  [small, large]: readonly { pixels: number; seconds: number }[],
  pixels: number,
): number {
  const slope = Math.max(0, (large.seconds - small.seconds) / (large.pixels - small.pixels));
  return large.seconds + slope * (pixels - large.pixels);
}

export function sizeOf(still: Still): Size {
  return still.kind === 'sweep' ? still.sweep.size : (still.size ?? defaultsOf(still.target).size);
}

/** How long the still takes with sides of this fraction. */
async function secondsFor(still: Still, scale: number, workshop: Workshop, means: Means) {
  const [width, height] = sizeOf(still).map((side) => Math.max(16, Math.round(scale * side))) as [
    number,
    number,
  ];
  const small: Still =
    still.kind === 'sweep'
      ? { kind: 'sweep', sweep: { ...still.sweep, size: [width, height] } }
      : { ...still, size: [width, height] };
  const frames =
    small.kind === 'sweep' ? await planFrames(small.sweep, numbersOf(small), evaluate) : undefined;
  const began = performance.now();
  const source = await workshop.source(small, frames, { ...means, here: true }, ['rgba']);
  try {
    for await (const pixels of source.frames([[0, 0]])) await encodePng(pixels, { width, height });
  } finally {
    await source.close();
  }
  return { pixels: width * height, seconds: (performance.now() - began) / 1000 };
}
