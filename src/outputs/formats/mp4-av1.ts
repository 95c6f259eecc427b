/** MP4 with AV1, which is smaller than H.264 and plays in current browsers. Many platforms do not accept it. */

import { BT709_TAGS } from './arguments.js';
import { AV1, av1Graded, av1Quality } from './av1.js';
import type { Format } from './format.js';
import { graded } from './graded.js';
import { mp4, mp4Containers } from './mp4.js';

export const mp4Av1: Format = {
  ...AV1,
  name: 'mp4-av1',
  title: 'MP4 with AV1',
  endings: ['mp4'],
  loops: true,
  quality: av1Quality('--crf of an .mp4 with AV1'),
  sound: mp4.sound!,
  encoding: (output, film, options) =>
    graded(output.path, film, options, {
      file: 'film.mp4',
      ...av1Graded(mp4Av1, film, options, BT709_TAGS),
      ...mp4Containers(options),
      sound: mp4.sound,
    }),
  reader: mp4.reader,
  decoding: () => ['-f', 'mp4'],
};
