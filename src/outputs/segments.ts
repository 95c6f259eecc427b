/** Films in segments: runs of frames that are encoded on their own, so that each can be cached and made again alone. */

import type { Range } from '../core/range.js';
import type { FilmShape } from './formats/format.js';

/**
 * In seconds. Every segment of a video begins with a key frame, so shorter ones cost bytes: in an MP4 of figures 2, 12
 * and 20 at 320x320, 3 to 4% more than with ten seconds, where one second costs 8 to 12%. With longer ones, more is
 * lost when a render is killed.
 */
const SECONDS = 2;
/** Also of slow films: starting an encoder for a few frames is not worth it. */
const FEWEST_FRAMES = 25;

/** The segments of a film, in order; together they are all of it. */
export function segmentsIn({ frames, fps }: Pick<FilmShape, 'frames' | 'fps'>): Range[] {
  const length = Math.max(FEWEST_FRAMES, Math.round(SECONDS * fps));
  return Array.from({ length: Math.ceil(frames / length) }, (_, i) => [
    i * length,
    Math.min(frames, (i + 1) * length) - 1,
  ]);
}

/** A list of segments for ffmpeg to read one after another. Their lengths are given, since containers round theirs. */
export function listOf(files: string[], segments: Range[], fps: number): string {
  const entries = files.map((file, i) => {
    const [first, last] = segments[i];
    // ffmpeg adds the durations up, in microseconds; if each were rounded on its own, the sum would drift.
    const [from, to] = [first, last + 1].map((frame) => Math.round((1e6 * frame) / fps));
    const seconds = ((to - from) / 1e6).toFixed(6);
    return `file '${file}'\nduration ${seconds}\n`;
  });
  return `ffconcat version 1.0\n${entries.join('')}`;
}
