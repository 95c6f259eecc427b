/** AV1: its encoders in ffmpeg, and their options. Builds of ffmpeg differ in which of them they have. */

import { toVideo } from './arguments.js';
import {
  type Av1Encoder,
  av1Encoders,
  type EncodeOptions,
  encodersFor,
  type FilmShape,
  type Format,
  qualityOf,
} from './format.js';
import type { Graded } from './graded.js';

/** Their bytes must not depend on the machine's number of cores. */
const THREADS = 8;

/** Options for an encoder. @param crf - 0 to 63, on the scale that the first two share. */
const encoders: Record<Av1Encoder, (crf: number, isDraft: boolean) => string[]> = {
  libsvtav1: (crf, isDraft) => [
    ...['-c:v', 'libsvtav1', '-crf', String(Math.max(1, crf))], // 0 would mean its default, 35
    ...['-preset', isDraft ? '11' : '6'], // 0 to 13, the fastest
  ],
  'libaom-av1': (crf, isDraft) => [
    ...['-c:v', 'libaom-av1', '-crf', String(crf)],
    ...['-b:v', '0'], // no bit rate: otherwise crf only limits quality
    ...['-cpu-used', isDraft ? '8' : '6', '-row-mt', '1', '-threads', String(THREADS)],
  ],
  librav1e: (crf, isDraft) => [
    ...['-c:v', 'librav1e', '-qp', String(Math.min(255, Math.round(4.05 * crf)))], // AV1's own scale
    ...['-speed', isDraft ? '10' : '7', '-tiles', String(THREADS)],
  ],
};

/** What all formats with AV1 have in common. */
export const AV1 = {
  codec: 'AV1',
  choice: 'av1',
  codes: ['av01', 'V_AV1'],
  bits: 8,
  deep: true,
  pixels: ['yuv420p', 'rgba', 'rgba64'],
  needsFfmpeg: true,
  transparent: false,
  evenSides: 'yuv420p',
  needs: { encoders: av1Encoders },
} as const satisfies Partial<Format>;

/** Its quality. @param called - To follow "The". */
export const av1Quality = (called: string): NonNullable<Format['quality']> => ({
  // docs/performance.md compares it with H.264.
  grades: { draft: 38, standard: 24, high: 15 },
  unit: 'crf N',
  option: { option: 'crf', called, least: 0, most: 63, whole: true, hint: 24 },
});

/** How a film is encoded as AV1. @param tags - Its colours' tags. */
export function av1Graded(
  format: Format,
  film: FilmShape,
  options: EncodeOptions,
  tags: readonly string[],
): Pick<Graded, 'at' | 'rungs' | 'halving' | 'describe' | 'options'> {
  const quality = qualityOf(format, options);
  const { av1 = encodersFor(av1Encoders, film)[0] } = options;
  return {
    at: (rung) => quality + rung,
    rungs: 63 - quality + 1,
    halving: 9,
    describe: (crf) => `crf ${crf}`,
    options: (crf) => [...toVideo(film), ...encoders[av1](crf, options.quality === 'draft'), ...tags],
  };
}
