/** Animated lossy WebP. */

import { webpReader } from '../../files/read/webp.js';
import { noteInWebp, webpNoteBytes } from '../../files/write/webp.js';
import { type Format, qualityOf } from './format.js';
import { graded } from './graded.js';

export const webp: Format = {
  name: 'webp',
  title: 'WebP',
  endings: ['webp'],
  codec: 'WebP',
  bits: 8,
  pixels: ['rgba'],
  needsFfmpeg: true,
  transparent: false,
  maxSide: 16_383,
  repeats: true,
  quality: {
    // Flat colours are within 2/255 at 92; at 80 they are off by up to 4.
    grades: { draft: 50, standard: 92, high: 95 },
    unit: 'quality N',
    option: { option: 'webpQuality', called: 'quality of a .webp', least: 0, most: 100, hint: 80 },
  },
  encoding(output, film, options) {
    const quality = qualityOf(webp, options);
    return graded(output.path, film, options, {
      file: 'film.webp',
      at: (rung) => Math.max(0, quality - 4 * rung),
      rungs: Math.ceil(quality / 4) + 1,
      halving: 10,
      describe: (quality) => `quality ${quality} of 100`,
      options: (quality) => encoder('libwebp_anim', quality),
      // Encodes each frame separately, without the block artefacts that libwebp_anim leaves where dark areas move
      // slowly. If everything moves, the size is about the same: figure 1 has 454 kB instead of 453.
      preferred: (quality) => encoder('libwebp', quality),
      container: ['-loop', '0', '-f', 'webp'], // loop 0: forever
      addedNote: webpNoteBytes,
      isWhole: true,
    });
  },
  addNote: noteInWebp,
  reader: webpReader,
};

const encoder = (name: string, quality: number) => [
  ...['-c:v', name, '-quality', String(quality)],
  ...['-preset', 'photo'], // its dithering halves the error of flat colours, for 1% more bytes
  ...['-pix_fmt', 'bgra'], // libwebp converts this to YUV itself: 5% smaller than from ffmpeg's yuv420p
];
