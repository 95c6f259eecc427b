/** WebM with AV1. */

import { BT709_TAGS } from './arguments.js';
import { AV1, av1Graded, av1Quality } from './av1.js';
import type { Format } from './format.js';
import { graded } from './graded.js';
import { webm, webmContainers } from './webm.js';

export const webmAv1: Format = {
  ...AV1,
  name: 'webm-av1',
  title: 'WebM with AV1',
  endings: ['webm'],
  quality: av1Quality('--crf of a .webm with AV1'),
  sound: webm.sound!,
  encoding: (output, film, options) =>
    graded(output.path, film, options, {
      file: 'film.webm',
      ...av1Graded(webmAv1, film, options, BT709_TAGS),
      ...webmContainers(film, options),
      sound: webm.sound,
    }),
  reader: webm.reader,
  decoding: () => ['-f', 'webm'],
};
