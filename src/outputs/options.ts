/** How a film is written, beyond its format: what may be asked for, and what is refused. */

import { UsageError } from '../core/errors.js';
import { inBytes } from './budget.js';
import type { Format, Output } from './output.js';

export const qualities = ['draft', 'standard', 'high'] as const;
export const gifPalettes = ['auto', 'per-frame', 'global'] as const;

export interface EncodeOptions {
  /** Of a GIF's 256 colours: chosen anew for each frame, which is best where everything moves, or once for the whole film,
   *  which is best where much stands still; `auto`, the default, measures both on some of the film's frames. */
  gifPalette?: (typeof gifPalettes)[number];
  /** What the next three follow where they are not given. Defaults to standard. */
  quality?: (typeof qualities)[number];
  /** Constant quality of MP4 (1 to 51) and WebM (0 to 63): less is better and larger. */
  crf?: number;
  /** Quality of lossy WebP, 0 to 100: more is better and larger. */
  webpQuality?: number;
  /** The most a file may have, in bytes. Quality is given up to keep to it; where that is not enough, the file is not made. */
  maxSize?: number;
  /** How often the film is played in the file, 1 to 1000: MP4 only, which cannot say that it repeats. Defaults to 1. */
  loops?: number;
  /** A text for the file's metadata: its recipe. One line. */
  note?: string;
}

/** MP4 and WebM at 18 and 22 were equally near the source: 41.9 dB PSNR on 60 frames of a 10 x 16 network at 480x480, in 147
 *  and 112 KB. A WebP needs 92 for flat colours within 2/255; at 80 they are off by up to 4. GIF's are colours. */
const GRADES: Record<(typeof qualities)[number], Record<Exclude<Format, 'mov' | 'png'>, number>> = {
  draft: { mp4: 28, webm: 36, webp: 50, gif: 64 },
  standard: { mp4: 18, webm: 22, webp: 92, gif: 256 },
  high: { mp4: 13, webm: 15, webp: 95, gif: 256 },
};

/** The number that a format's quality is: crf, quality, or colours. A PNG and a ProRes have none. */
export function qualityOf(format: Format, { quality = 'standard', crf, webpQuality }: EncodeOptions): number {
  if (format === 'png' || format === 'mov') return Number.NaN;
  const given = format === 'webp' ? webpQuality : format === 'gif' ? undefined : crf;
  return given ?? GRADES[quality][format];
}

/**
 * Refuses what the format does not know.
 * @throws UsageError with the range, or what takes it instead.
 */
export function checkEncodeOptions({ format, path }: Output, options: EncodeOptions): void {
  const { crf, webpQuality, maxSize, loops = 1 } = options;
  // 0 would be lossless, in a profile of H.264 that hardly any player knows.
  if (format === 'mp4') within('--crf of an .mp4', crf, 1, 51, 'try 18');
  if (format === 'webm') {
    within('--crf of a .webm', crf, 0, 63, 'try 22');
    if (crf !== undefined && !Number.isInteger(crf))
      throw new UsageError(`The --crf of a .webm is ${crf} but must be whole: try ${Math.round(crf)}.`);
  }
  if (format === 'webp') within('quality of a .webp', webpQuality, 0, 100, 'try 80');
  within('--loops', loops, 1, 1000, 'try 3');
  if (!Number.isInteger(loops)) throw new UsageError(`The --loops is ${loops} but must be whole: try 3.`);
  if (loops > 1 && format !== 'mp4') {
    const why =
      format === 'webm' ? 'is for MP4s' : 'is for MP4s, and this format repeats by itself or not at all';
    throw new UsageError(`"${path}" is not an MP4, and --loops ${why}: leave it out, or write an .mp4.`);
  }
  within('--max-size', maxSize, 1, Number.MAX_SAFE_INTEGER, 'try 8MB');
  if (maxSize !== undefined && (format === 'png' || format === 'mov')) {
    const what = format === 'png' ? 'a PNG, which is lossless and' : 'ProRes, which is for editing and';
    const instead = format === 'png' ? '.webp' : '.mp4';
    throw new UsageError(
      `"${path}" is ${what} as large as its picture makes it, and --max-size is ${inBytes(maxSize)}: ` +
        `write a ${instead}, or make it smaller with --size.`,
    );
  }
}

function within(what: string, value: number | undefined, least: number, most: number, hint: string): void {
  if (value === undefined || (value >= least && value <= most)) return;
  throw new UsageError(`The ${what} is ${value} but must be from ${least} to ${most}: ${hint}.`);
}
