/** A sweep's frames, drawn by a renderer. */
import { createHash } from 'node:crypto';
import type { PixelFormat } from '../core/frame/pixels.js';
import type { FrameRenderer } from '../core/frame/renderer.js';
import { framesOf } from '../core/range.js';
import type { Frames } from '../core/sweep/frames.js';
import { codeDigest } from '../system/version.js';
import { drawAhead, type Requested } from './draw-ahead.js';
import type { FrameSource } from './source.js';

/** Which frames of a sweep to draw, and their size and rate. */
export interface SweepPart {
  frames: Frames;
  size: [width: number, height: number];
  /** The rate of the frames that are drawn. */
  fps: number;
  firstFrame: number;
  /** Frame step. */
  every: number;
}

/**
 * A sweep's frames as a source.
 * @param formats - The pixel formats that frames may have, the best first.
 * @param release - Called once, with whether the renderer is idle.
 */
export function sweepSource(
  { frames, size: [width, height], fps, firstFrame, every }: SweepPart,
  renderer: FrameRenderer,
  formats: readonly PixelFormat[],
  release: (idle: boolean) => Promise<void>,
): FrameSource {
  const { backend, arithmetic } = renderer;
  const pixels = formats.find((format) => renderer.formats.includes(format)) ?? 'rgba';
  let drawing = 0;
  let closing: Promise<void> | undefined;
  return {
    shape: { width, height, fps, frames: frames.count, pixels },
    firstFrame,
    every,
    backend,
    arithmetic,
    get description() {
      return `${renderer.backend}: ${renderer.description}`;
    },
    fingerprintsOf(part) {
      if (renderer.arithmetic !== arithmetic) return []; // the CPU took over from the GPU at an unknown frame
      const hash = createHash('sha256').update(codeDigest()).update(`${backend} ${arithmetic}`);
      for (const i of framesOf([part])) hash.update(frames.text(i, digestOf));
      return [hash.digest('hex')];
    },
    async *frames(parts) {
      const requested = function* (): Generator<Requested, undefined> {
        for (const i of framesOf(parts)) yield { frame: frames.describe(i), text: frames.text(i, digestOf) };
      };
      drawing++;
      yield* drawAhead(renderer, requested(), pixels);
      drawing--; // not reached if it ended early, when frames may still be in progress
    },
    close() {
      closing ??= release(drawing === 0);
      return closing;
    },
  };
}

/** A digest of explicit weights, which may be megabytes. */
function digestOf(weights: unknown): string {
  return createHash('sha256').update(JSON.stringify(weights)).digest('hex');
}
