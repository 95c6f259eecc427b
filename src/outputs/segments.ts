/** Splits films into segments: runs of frames that are encoded separately, so that each can be cached and remade
 *  alone. */

import type { Range } from '../core/range.js';
import type { FilmShape } from './formats/format.js';

/**
 * The length of a segment. Every segment of a video begins with a key frame, so short segments cost bytes: MP4s of
 * figures 2, 12 and 20 at 320x320 are 3 to 4% larger than with ten seconds, and with one second 8 to 12%. With long
 * segments, more work is lost when a render is killed.
 */
const SECONDS = 2;
/** For films with few frames per second: starting an encoder for a handful of frames is not worth it. */
const FEWEST_FRAMES = 25;

/**
 * The fewest frames of a last segment: a shorter rest is added to the one before it. x264 delays the frames of longer
 * segments by two because of B-frames. Joined, segments with and without that delay would leave a gap between frames'
 * decoding times, from which players compute another frame rate.
 */
const FEWEST_LAST = 3;

/** The segments of a film, in order. Together they cover all frames. */
export function segmentsIn({ frames, fps }: Pick<FilmShape, 'frames' | 'fps'>): Range[] {
  const length = Math.max(FEWEST_FRAMES, Math.round(SECONDS * fps));
  const rest = frames % length;
  const count = Math.max(1, rest < FEWEST_LAST ? Math.floor(frames / length) : Math.ceil(frames / length));
  return Array.from({ length: count }, (_, i) => [
    i * length,
    i === count - 1 ? frames - 1 : (i + 1) * length - 1,
  ]);
}

/** ffmpeg's list of the segments to concatenate, with their exact lengths, since containers round them. */
export function listOf(files: string[], segments: Range[], fps: number): string {
  const entries = files.map((file, i) => {
    const [first, last] = segments[i];
    // ffmpeg adds up the durations, in microseconds; if each were rounded separately, the sum would drift.
    const [from, to] = [first, last + 1].map((frame) => Math.round((1e6 * frame) / fps));
    const seconds = ((to - from) / 1e6).toFixed(6);
    return `file '${file}'\nduration ${seconds}\n`;
  });
  return `ffconcat version 1.0\n${entries.join('')}`;
}
