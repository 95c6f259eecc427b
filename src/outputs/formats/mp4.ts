/** MP4 with H.264, which every player and platform takes. */

import { mp4Reader } from '../../files/read/mp4.js';
import { BT709_TAGS, toVideo } from './arguments.js';
import { type FilmShape, type Format, qualityOf } from './format.js';
import { graded } from './graded.js';

/**
 * x264 compares with one frame instead of three, and looks 20 ahead instead of 40: on three composed films and a sweep, a
 * fifth less of the cores' time, 0.2 to 2.5% fewer bytes, 0.2 to 0.5 dB less of 41 to 59 (the size of a fiftieth). And what
 * it looks ahead is left to do when the last frame has been drawn.
 */
const QUICKER = ':ref=1:rc-lookahead=20';

/** The bytes depend on the number of threads, so it is not taken from the machine. x264's own choice on two cores. */
const THREADS = 3;

/** x264 gives a thread no less than two rows of macroblocks (16 x 16 pixels) by its own choice. */
const threadsFor = ({ height }: FilmShape): number =>
  Math.max(1, Math.min(THREADS, Math.floor(Math.ceil(height / 16) / 2)));

export const mp4: Format = {
  name: 'mp4',
  title: 'MP4',
  endings: ['mp4'],
  codec: 'H.264',
  bits: 8,
  pixels: ['yuv420p', 'rgba'],
  needsFfmpeg: true,
  transparent: false,
  evenSides: 'yuv420p',
  loops: true,
  quality: {
    // At 18, and WebM at 22, both were equally near the source: 41.9 dB PSNR on 60 frames of a 10 x 16 network at 480x480,
    // in 147 and 112 KB.
    grades: { draft: 28, standard: 18, high: 13 },
    unit: 'crf N',
    // 0 would be lossless, in a profile of H.264 that hardly any player knows.
    option: { option: 'crf', called: '--crf of an .mp4', least: 1, most: 51, hint: 18 },
  },
  encoding(output, film, options) {
    const quality = qualityOf(mp4, options);
    return graded(output.path, film, options, {
      file: 'film.mp4',
      at: (rung) => Math.min(51, quality + rung / 2),
      rungs: Math.floor(2 * (51 - quality)) + 1,
      halving: 12, // six steps of crf halve an H.264
      said: (crf) => `crf ${crf}`,
      options: (crf) => [
        ...toVideo(film),
        ...['-c:v', 'libx264', '-threads', String(threadsFor(film))],
        // On our films slow is 4% smaller for 30% more time; faster ones are larger or worse.
        ...['-preset', options.quality === 'draft' ? 'veryfast' : 'medium'],
        ...['-crf', String(crf)],
        // The same tags inside the stream, which some players prefer to the container's. open-gop=0 is x264's default,
        // but platforms ask for closed groups of pictures, so it is said. chromaloc=1: each colour belongs to the
        // middle of its 2 x 2 pixels, as swscale and src/core/frame/pixels.ts make it.
        ...[
          '-x264-params',
          `colorprim=bt709:transfer=bt709:colormatrix=bt709:chromaloc=1:open-gop=0${QUICKER}`,
        ],
        ...BT709_TAGS,
      ],
      // faststart: the index first, so that a browser can start before the end arrives. write_colr: puts the colours
      // into the container as well, which newer ffmpegs do unasked.
      container: ['-movflags', '+faststart+write_colr', '-f', 'mp4'],
    });
  },
  reader: mp4Reader,
};
