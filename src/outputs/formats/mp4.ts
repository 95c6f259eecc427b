/** MP4 with H.264, which every player and platform accepts. */

import { bandRadius } from '../../core/frame/bands.js';
import { mp4Reader } from '../../files/read/mp4.js';
import { BT709_TAGS, toVideo } from './arguments.js';
import { type EncodeOptions, type FilmShape, type Format, qualityOf } from './format.js';
import { type Graded, graded } from './graded.js';
import { hardwareEncoders, hardwareOptions } from './hardware.js';

/**
 * One reference frame instead of three, and a lookahead of 20 frames instead of 40. On three composed films and a
 * sweep, that saves a fifth of the CPU time and 0.2 to 2.5% of the bytes, and costs 0.2 to 0.5 dB of 41 to 59 dB
 * (worth about 2% of the size). A shorter lookahead also leaves less to encode after the last frame has been drawn.
 */
const QUICKER = ':ref=1:rc-lookahead=20';

/**
 * Against bands in smooth, dark pictures. Eight bits are too coarse for these, and x264 flattens what is left:
 * - gradfun dithers gradients whose steps are at most 2 of 255. It needs no dither in the frames. Composed scenes are
 *   dithered in the page instead, where that costs less and leaves letters alone.
 * - aq-mode=3 spends more bits on dark areas.
 * - Trellis quantisation, x264's default, rounds a faint dither away; without it, and with less of a deadzone, the
 *   dither stays, and encoding is faster.
 * docs/performance.md has measurements.
 */
const SMOOTH = ':aq-mode=3:trellis=0:deadzone-intra=4:deadzone-inter=4';

/**
 * Less searching where our films gain little from it: no inter blocks smaller than 16 x 16 in B-frames, a diamond
 * search for motion, three B-frames wherever possible, and weaker psychovisual optimisation. On average over eight
 * films, that saves 15% of the CPU time, and 2.6% of the bytes at the same PSNR. docs/performance.md has measurements.
 */
const LEANER = ':partitions=p8x8,i4x4,i8x8:me=dia:b-adapt=0:psy-rd=0.7';

/** Dithers gradients. */
const deband = ({ width, height }: FilmShape): string =>
  `gradfun=strength=2:radius=${bandRadius(width, height)}`;

/**
 * Threads of every x264. Its bytes depend on them, so they must not depend on the machine: this is x264's default for
 * two cores. With more cores, several segments are encoded at a time.
 */
export const ENCODER_THREADS = 3;

/** Its scale of constant quality. */
const X264 = { scale: 'crf', whole: false };

/** By default, x264 gives each thread at least two rows of macroblocks (16 x 16 pixels). */
const threadsFor = ({ height }: FilmShape): number =>
  Math.max(1, Math.min(ENCODER_THREADS, Math.floor(Math.ceil(height / 16) / 2)));

/** How its segments and finished files are written. */
export function mp4Containers({ editLists }: EncodeOptions): Pick<Graded, 'container' | 'finalContainer'> {
  return {
    // faststart: the index first, so that a browser can start to play before it has the whole file. write_colr: tags
    // the container's colours too, which newer ffmpegs do by default.
    container: ['-movflags', '+faststart+write_colr', '-f', 'mp4'],
    // The frames' times then begin at 0 by themselves, although frames may be stored in another order.
    ...(editLists === false && {
      finalContainer: [
        ...['-use_editlist', '0', '-movflags', '+faststart+write_colr+negative_cts_offsets'],
        ...['-avoid_negative_ts', 'disabled', '-f', 'mp4'],
      ],
    }),
  };
}

export const mp4: Format = {
  name: 'mp4',
  title: 'MP4',
  endings: ['mp4'],
  codec: 'H.264',
  choice: 'h264',
  codes: ['avc1'],
  bits: 8,
  deep: true,
  pixels: ['yuv420p', 'rgba', 'rgba64'],
  debands: ({ quality }) => quality !== 'draft',
  needsFfmpeg: true,
  transparent: false,
  evenSides: 'yuv420p',
  loops: true,
  hardware: true,
  quality: {
    // MP4 at 18 and WebM at 22 have the same quality: 41.9 dB PSNR on 60 frames of a 10 x 16 network at 480x480, in
    // 147 and 112 KB.
    grades: { draft: 28, standard: 18, high: 13 },
    unit: 'crf N',
    // 0 would be lossless, in a profile of H.264 that hardly any player supports.
    option: { option: 'crf', called: '--crf of an .mp4', least: 1, most: 51, hint: 18 },
  },
  sound: {
    title: 'AAC',
    name: 'aac',
    encoder: ({ quality, soundBits = Number.POSITIVE_INFINITY }) => [
      ...['-c:a', 'aac', '-b:a', String(Math.min(quality === 'draft' ? 128_000 : 192_000, soundBits))],
    ],
    container: 'mp4',
    priming: 1024,
    padding: 1023, // decoders may play all of the last packet
  },
  encoding(output, film, options) {
    const quality = qualityOf(mp4, options);
    const draft = options.quality === 'draft';
    const { hardware } = options;
    const { scale, whole } = hardware ? hardwareEncoders[hardware.name] : X264;
    const steps = whole ? 1 : 2; // rungs per step of crf, of which six halve the size
    return graded(output.path, film, options, {
      file: 'film.mp4',
      at: (rung) => Math.min(51, quality + rung / steps),
      rungs: Math.floor(steps * (51 - quality)) + 1,
      halving: 6 * steps,
      describe: (crf) => `${scale} ${whole ? Math.round(crf) : crf}`,
      options(crf) {
        const deep = film.pixels === 'rgba64';
        const filters = draft || deep || film.debanded ? [] : [deband(film)]; // with ten bits, there are no bands
        if (hardware) {
          const own = hardwareOptions(hardware, crf, draft);
          return [...toVideo(film, undefined, [...filters, ...own.filters]), ...own.encoder, ...BT709_TAGS];
        }
        return [
          ...toVideo(film, undefined, filters),
          ...['-c:v', 'libx264', '-threads', String(threadsFor(film))],
          // On our films, slow is 4% smaller for 30% more time; faster presets are larger or worse.
          ...['-preset', draft ? 'veryfast' : 'medium'],
          ...['-crf', String(crf)],
          // The same tags inside the stream, which some players prefer to the container's. open-gop=0: x264's
          // default, made explicit because platforms require closed groups of pictures. chromaloc=1: chroma samples
          // are centred in their 2 x 2 pixels, as in swscale and src/core/frame/pixels.ts.
          ...[
            '-x264-params',
            [
              'colorprim=bt709:transfer=bt709:colormatrix=bt709:chromaloc=1:open-gop=0',
              ...[QUICKER, ...(draft ? [] : [SMOOTH, LEANER])],
            ].join(''),
          ],
          ...BT709_TAGS,
        ];
      },
      ...mp4Containers(options),
      sound: mp4.sound,
    });
  },
  reader: mp4Reader,
  decoding: () => ['-f', 'mp4'],
};
