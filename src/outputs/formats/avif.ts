/** Animated AVIF: pictures in AV1, which browsers show and repeat like a GIF. */

import { avifReader } from '../../files/read/avif.js';
import { avifNoteBytes, noteInAvif, onlyItsFilm } from '../../files/write/avif.js';
import { BT709_TAGS } from './arguments.js';
import { AV1, av1Graded, av1Quality } from './av1.js';
import type { Format } from './format.js';
import { graded } from './graded.js';

/** Pictures have sRGB's own transfer function, which programs that show them understand. */
const SRGB_TAGS = [...BT709_TAGS, '-color_trc', 'iec61966-2-1'];

export const avif: Format = {
  ...AV1,
  name: 'avif',
  title: 'AVIF',
  endings: ['avif'],
  repeats: true,
  needs: { ...AV1.needs, container: 'avif' },
  quality: av1Quality('--crf of an .avif'),
  encoding: (output, film, options) =>
    graded(output.path, film, options, {
      file: 'film.avif',
      ...av1Graded(avif, film, options, SRGB_TAGS),
      container: ['-f', 'mp4'],
      finalContainer: ['-loop', '0', '-f', 'avif'], // loop 0: forever
      addedNote: avifNoteBytes,
    }),
  addNote: noteInAvif,
  reader: avifReader,
  // The segments are MP4s.
  decoding: () => ['-f', 'mp4'],
  decodable: onlyItsFilm,
};
