/** Films in segments: runs of frames that are encoded by themselves, so that each can be kept, and made again alone. */

import type { FilmShape } from './output.js';

/** The first and last frame, from 0, both included. */
export type Range = readonly [first: number, last: number];

/** Seconds. A video's segment begins with a whole picture, so shorter ones cost bytes (4% at two seconds, on 6 s of a test
 *  pattern), and of a longer one more is lost when a render is killed. */
const SECONDS = 2;
/** Of slow films too: starting an encoder for a few frames is not worth it. */
const FEWEST_FRAMES = 25;

/** The segments of a film, in order; together they are all of it. */
export function segmentsIn({ frames, fps }: Pick<FilmShape, 'frames' | 'fps'>): Range[] {
  const length = Math.max(FEWEST_FRAMES, Math.round(SECONDS * fps));
  return Array.from({ length: Math.ceil(frames / length) }, (_, i) => [
    i * length,
    Math.min(frames, (i + 1) * length) - 1,
  ]);
}

export const framesIn = ([first, last]: Range): number => last - first + 1;

/** A list of segments for ffmpeg to read one after another. Their lengths are given, since containers round theirs. */
export function listOf(files: string[], segments: Range[], fps: number): string {
  const entries = files.map((file, i) => {
    const seconds = (framesIn(segments[i]) / fps).toFixed(6);
    return `file '${file}'\nduration ${seconds}\n`;
  });
  return `ffconcat version 1.0\n${entries.join('')}`;
}
