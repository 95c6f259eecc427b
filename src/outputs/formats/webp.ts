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
    // Flat colours need 92 to be within 2/255; at 80 they are off by up to 4.
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
      said: (quality) => `quality ${quality} of 100`,
      options: (quality) => encoder('libwebp_anim', quality),
      // Each frame as a picture of its own, without the blocks that the other leaves standing where dark planes move slowly.
      // Where everything moves it is about as large: figure 1 has 454 kB instead of 453.
      otherwise: (quality) => encoder('libwebp', quality),
      container: ['-loop', '0', '-f', 'webp'], // for ever
      addedNote: webpNoteBytes, // and it cannot be joined
    });
  },
  addNote: noteInWebp,
  reader: webpReader,
};

const encoder = (name: string, quality: number) => [
  ...['-c:v', name, '-quality', String(quality)],
  ...['-preset', 'photo'], // its dithering halves how far flat colours are off, for 1% more bytes
  ...['-pix_fmt', 'bgra'], // libwebp makes its own YUV from it: 5% smaller than from ffmpeg's yuv420p
];
