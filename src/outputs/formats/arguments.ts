/** The arguments that several formats share: how ffmpeg behaves, how frames come in, what their colours are. */

import { rateOf } from '../rate.js';
import type { Step } from '../run.js';
import type { FilmShape } from './format.js';

type Input = Step['inputs'][number];

/** To ffmpeg as a whole, in every step. */
export const GENERAL = [
  '-nostdin', // stdin carries frames: ffmpeg must not take a byte of it for a command such as q
  '-loglevel',
  'error', // so that what stderr holds is the reason of a failure, and no statistics
  '-xerror', // the 2018 build else says that the disk filled up in the last write, and exits with 0
];

/** To every output. */
export const REPEATABLE = ['-fflags', '+bitexact']; // no random identifiers: the same frames make the same bytes again

/**
 * RGB to the YUV of video, by the book. yuv420p alone would mean BT.601 without saying so, which is off by up to 39/255
 * where a player takes it for BT.709, as players do; with this it is within 1.1/255. In scale: in_range and out_range,
 * since pictures use 0 to 255 and video 16 to 235; lanczos and full_chroma_int, for the halving of the colour planes;
 * accurate_rnd, since the fast rounding has a bias.
 */
const TO_BT709 =
  'scale=in_range=full:out_range=limited:out_color_matrix=bt709:flags=accurate_rnd+full_chroma_int+lanczos';

/** The same for a film's frames, where they do not come converted already. @param format - ffmpeg's name of a YUV. */
export const toVideo = ({ pixels, alpha }: FilmShape, format = alpha ? 'yuva420p' : 'yuv420p'): string[] =>
  pixels === 'yuv420p' ? [] : ['-vf', `${TO_BT709},format=${format}`];

/** Says in the file what TO_BT709 did, so that a player need not guess. */
export const BT709_TAGS = [
  ...['-colorspace', 'bt709'], // the matrix between RGB and YUV
  ...['-color_primaries', 'bt709'], // those of sRGB
  ...['-color_trc', 'bt709'], // what players expect beside the other two; sRGB's own curve is often not understood
  ...['-color_range', 'tv'], // 16 to 235
];

/** Frames through the pipe, raw. rgb0: four bytes a pixel, of which the last is not looked at. */
export function framesOf(film: FilmShape): Input {
  const rgb = film.alpha ? 'rgba' : 'rgb0';
  return {
    options: [
      ...GENERAL,
      ...['-f', 'rawvideo'],
      ...(film.pixels === 'yuv420p' ? ['-pix_fmt', 'yuv420p', ...BT709_TAGS] : ['-pix_fmt', rgb]),
      ...['-video_size', `${film.width}x${film.height}`],
      ...['-framerate', rateOf(film.fps)],
    ],
    from: 'pipe:0',
  };
}

/** A lossless copy of the frames, for those who need them again: they come through the pipe but once. */
export function copyOf({ pixels, alpha }: FilmShape): string[] {
  return [
    // A quarter of the raw bytes, and as fast as copying.
    ...['-c:v', 'utvideo', '-pix_fmt', pixels === 'yuv420p' ? 'yuv420p' : alpha ? 'gbrap' : 'gbrp'],
    ...['-f', 'nut'], // keeps any frame rate exactly, where Matroska would round to milliseconds
  ];
}

/** The film's segments one after another, by a list of them (sink.ts), as an input in place of framesOf. */
export function segmentsOf(take: 'video' | 'copy', { pixels }: FilmShape): Input {
  const meaning = take === 'copy' && pixels === 'yuv420p' ? BT709_TAGS : [];
  return { options: [...GENERAL, '-f', 'concat', '-safe', '0', ...meaning], from: `${take}.txt` };
}
