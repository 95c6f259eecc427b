/**
 * Hardware encoders of H.264: what ffmpeg calls them, and their options. ../hardware.ts finds out which of them work.
 *
 * The number of x264's crf is passed on to their own scales of constant quality. Three of these count in quantisation
 * parameters, as crf does: NVENC's cq, Quick Sync's global_quality and VA-API's qp. docs/performance.md says what has
 * been measured.
 */

import { UsageError } from '../../core/errors.js';

export const hardwareNames = ['videotoolbox', 'nvenc', 'qsv', 'vaapi'] as const;
export type HardwareName = Extract<(typeof hardwareNames)[number], string>;

/** What encodes an MP4: x264, the first hardware encoder that works, or one hardware encoder. */
export const encoderChoices = ['software', 'hardware', ...hardwareNames] as const;
export type EncoderChoice = Extract<(typeof encoderChoices)[number], string>;

/** A hardware encoder of this machine. */
export interface Hardware {
  name: HardwareName;
  /** VA-API's device: "/dev/dri/renderD128". */
  device?: string;
}

interface HardwareEncoder {
  /** For messages. */
  title: string;
  /** ffmpeg's name. */
  codec: string;
  /** What the quality is called: "cq". */
  scale: string;
  /** Whether the quality is a whole number. */
  whole: boolean;
  /** @param quality - On x264's scale, 1 to 51. */
  options(quality: number, isDraft: boolean): string[];
  /** Filters that follow all others: the pixel format that it accepts, and the way to the device. */
  filters: string[];
}

/** The first that works is chosen, in this order. */
export const hardwareEncoders: Readonly<Record<HardwareName, HardwareEncoder>> = {
  videotoolbox: {
    title: 'VideoToolbox',
    codec: 'h264_videotoolbox',
    scale: 'crf',
    whole: false,
    // Its quality is from 1 to 100, the best. Only Apple's own chips have it; on others, the trial fails.
    options: (quality) => ['-q:v', String(Math.max(1, Math.round(100 - 1.9 * quality)))],
    filters: ['format=nv12'],
  },
  nvenc: {
    title: 'NVENC',
    codec: 'h264_nvenc',
    scale: 'cq',
    whole: false,
    options: (quality, isDraft) => [
      ...['-preset', isDraft ? 'fast' : 'medium'], // names that all versions of ffmpeg have
      ...['-rc', 'vbr', '-cq', String(quality), '-b:v', '0'], // otherwise it is limited to 2 Mbit/s
      ...['-spatial-aq', '1'], // as x264 by default
    ],
    filters: ['format=yuv420p'],
  },
  qsv: {
    title: 'Quick Sync',
    codec: 'h264_qsv',
    scale: 'global_quality',
    whole: true,
    options: (quality, isDraft) => [
      ...['-preset', isDraft ? 'veryfast' : 'medium'],
      ...['-global_quality', String(Math.round(quality))],
    ],
    filters: ['format=nv12'],
  },
  vaapi: {
    title: 'VA-API',
    codec: 'h264_vaapi',
    scale: 'qp',
    whole: true,
    options: (quality) => ['-qp', String(Math.round(quality))],
    filters: ['format=nv12', 'hwupload'],
  },
};

/**
 * Options for a hardware encoder, in place of x264's.
 * @param quality - On x264's scale, 1 to 51.
 */
export function hardwareOptions(
  { name, device }: Hardware,
  quality: number,
  isDraft: boolean,
): { filters: string[]; encoder: string[] } {
  const { codec, options, filters } = hardwareEncoders[name];
  return {
    filters,
    encoder: [
      ...(device === undefined ? [] : ['-vaapi_device', device]),
      ...['-c:v', codec, ...options(quality, isDraft)],
      // As x264 by default, and as in mp4.ts: groups of pictures are closed, and a segment is one of them.
      ...['-profile:v', 'high', '-bf', '2', '-g', '250', '-flags', '+cgop'],
      // The tags inside the stream. Not every encoder writes those that it is given.
      ...[
        '-bsf:v',
        'h264_metadata=colour_primaries=1:transfer_characteristics=1:matrix_coefficients=1:video_full_range_flag=0:chroma_sample_loc_type=1',
      ],
    ],
  };
}

/** The error for segments of a hardware encoder that others would use. */
export function notShared(choice: EncoderChoice): UsageError {
  return new UsageError(
    `--encoder ${choice} gives other bytes on every machine, so its segments cannot be shared: leave it out, or render ` +
      'the film on this machine alone.',
  );
}
