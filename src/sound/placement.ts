/** When a film's sound is heard, in samples. */
import { SAMPLE_RATE } from '../core/sound/samples.js';
import { fractionOf } from '../outputs/index.js';
import type { Clip } from './soundtrack.js';

/** Of the sound that is mixed and encoded. */
export const CHANNELS = 2;

/** The part of a film that a file shows. */
export interface ShownPart {
  /** The number of frames of one repetition. */
  frames: number;
  /** Frames per second of the file. */
  fps: number;
  /** The number of the first frame in the whole film. */
  firstFrame: number;
  /** Frame step: the whole film has `every` times the file's frame rate. */
  every: number;
  /** How often the part plays in the file. */
  loops: number;
}

/** The sample that is heard when a frame appears. Exact for fractional rates, however long the film is. */
function sampleAt(frame: number, fps: number): number {
  const [numerator, denominator] = fractionOf(fps);
  return Math.round((frame * denominator * SAMPLE_RATE) / numerator);
}

const samplesIn = (seconds: number) => Math.round(seconds * SAMPLE_RATE);

/**
 * The first sample of each repetition, and the end of the last: (loops + 1) numbers. At fractional rates, repetitions
 * may differ by a sample.
 */
export function repetitions({ frames, fps, loops }: ShownPart): number[] {
  return Array.from({ length: loops + 1 }, (_, i) => sampleAt(i * frames, fps));
}

/** A clip in samples of the file. */
export interface PlacedClip {
  clip: Omit<Clip, 'path'>;
  /** The first sample that it is heard in, 0 or more. */
  start: number;
  /** The end, exclusive. */
  end: number;
  /** How much of the sound, in samples of SAMPLE_RATE at its own speed, comes before `start`. */
  skip: number;
}

/** Places clips in a part of a film, and omits those that are not heard. @param length - In samples. */
export function placed(
  clips: readonly Omit<Clip, 'path'>[],
  { firstFrame, fps, every }: ShownPart,
  length: number,
): PlacedClip[] {
  const first = sampleAt(firstFrame, fps * every);
  return clips.flatMap((clip) => {
    const { at, from, seconds, rate = 1 } = clip;
    const begin = samplesIn(at) - first;
    const start = Math.max(0, begin);
    const last = seconds === undefined ? length : samplesIn(at + seconds) - first;
    const end = Math.min(length, last);
    if (start >= end) return [];
    return [{ clip, start, end, skip: samplesIn(from) + Math.round((start - begin) * rate) }];
  });
}
