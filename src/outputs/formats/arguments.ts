/** ffmpeg arguments that several formats share: general behaviour, frame input and colours. */

import { rateOf } from '../rate.js';
import type { Step } from '../run.js';
import type { FilmShape } from './format.js';

type Input = Step['inputs'][number];

/** Global options, for every step. */
export const GENERAL = [
  '-nostdin', // stdin carries frames: ffmpeg must not interpret a byte of it as a command such as q
  '-loglevel',
  'error', // so that stderr has only the reason of a failure, and no statistics
  '-xerror', // without it, the 2018 build exits with 0 even if the disk is full at the last write
];

/** Options for every output. */
export const REPEATABLE = ['-fflags', '+bitexact']; // no random identifiers: the same frames give the same bytes

/**
 * Converts RGB to the YUV of video. yuv420p alone would mean untagged BT.601, which players decode as BT.709, with
 * errors of up to 39/255; with this filter, the error is at most 1.1/255. in_range and out_range: pictures use 0 to
 * 255, video 16 to 235. lanczos and full_chroma_int: for halving the chroma planes. accurate_rnd: the fast rounding
 * is biased.
 */
const TO_BT709 =
  'scale=in_range=full:out_range=limited:out_color_matrix=bt709:flags=accurate_rnd+full_chroma_int+lanczos';

/**
 * The same for a film's frames, unless they are YUV already.
 * @param format - ffmpeg's name of a YUV format.
 * @param filters - Further filters, applied to the YUV.
 */
export function toVideo(
  { pixels, alpha }: FilmShape,
  format = pixels === 'rgba64' ? 'yuv420p10le' : alpha ? 'yuva420p' : 'yuv420p',
  filters: readonly string[] = [],
): string[] {
  const all = [...(pixels === 'yuv420p' ? [] : [TO_BT709, `format=${format}`]), ...filters];
  return all.length === 0 ? [] : ['-vf', all.join(',')];
}

/** Tags the file with the result of TO_BT709, so that players need not guess. */
export const BT709_TAGS = [
  ...['-colorspace', 'bt709'], // the matrix between RGB and YUV
  ...['-color_primaries', 'bt709'], // the same as sRGB's
  ...['-color_trc', 'bt709'], // what players expect with the other two; many do not understand sRGB's own curve
  ...['-color_range', 'tv'], // 16 to 235
];

/** ffmpeg's name of a film's pixel format. rgb0: four bytes per pixel, of which the last is ignored. */
function nameOf({ pixels, alpha }: FilmShape): string {
  if (pixels === 'rgba64') return 'rgba64le';
  return pixels === 'yuv420p' ? 'yuv420p' : alpha ? 'rgba' : 'rgb0';
}

/** Raw frames through the pipe. */
export function framesOf(film: FilmShape): Input {
  return {
    options: [
      ...GENERAL,
      ...['-f', 'rawvideo'],
      ...['-pix_fmt', nameOf(film), ...(film.pixels === 'yuv420p' ? BT709_TAGS : [])],
      ...['-video_size', `${film.width}x${film.height}`],
      ...['-framerate', rateOf(film.fps)],
    ],
    from: 'pipe:0',
  };
}

/** Options for a lossless copy of the frames, for formats that read them more than once: the pipe sends them only
 *  once. */
export function losslessCopy({ pixels, alpha }: FilmShape): string[] {
  const codec =
    pixels === 'rgba64'
      ? ['-c:v', 'ffv1', '-level', '3', '-slices', '4', '-slicecrc', '1', '-pix_fmt', 'gbrp16le']
      : // A quarter of the raw size, and as fast as copying.
        ['-c:v', 'utvideo', '-pix_fmt', pixels === 'yuv420p' ? 'yuv420p' : alpha ? 'gbrap' : 'gbrp'];
  return [
    ...codec,
    ...['-f', 'nut'], // keeps any frame rate exactly, where Matroska would round to milliseconds
  ];
}

/** The film's concatenated segments as an input, from their list (../segments.ts). */
export function segmentsOf(take: 'video' | 'copy', { pixels }: FilmShape): Input {
  const meaning = take === 'copy' && pixels === 'yuv420p' ? BT709_TAGS : [];
  return { options: [...GENERAL, '-f', 'concat', '-safe', '0', ...meaning], from: `${take}.txt` };
}
