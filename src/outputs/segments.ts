/** Films in segments: runs of frames that are encoded by themselves, so that each can be kept, and made again alone. */

import type { FilmShape } from './formats/format.js';

/** The first and last frame, from 0, both included. */
export type Range = readonly [first: number, last: number];

/** Seconds. A video's segment begins with a whole picture, so shorter ones cost bytes: in an MP4 of figures 2, 12 and 20 at
 *  320x320, 3 to 4% more than ten seconds do, where one second costs 8 to 12%. Of a longer one more is lost with a kill. */
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
    const [first, last] = segments[i];
    // ffmpeg adds them up, in millionths: rounded each by itself they would drift.
    const [from, to] = [first, last + 1].map((frame) => Math.round((1e6 * frame) / fps));
    const seconds = ((to - from) / 1e6).toFixed(6);
    return `file '${file}'\nduration ${seconds}\n`;
  });
  return `ffconcat version 1.0\n${entries.join('')}`;
}
