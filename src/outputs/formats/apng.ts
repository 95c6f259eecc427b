/** Animated PNG: lossless, with transparency, and repeated like a GIF. Made without ffmpeg. */

import { apngReader } from '../../files/read/apng.js';
import { APNG_TAIL } from '../../files/write/apng.js';
import { noteInPng } from '../../files/write/png.js';
import { checksumsOfPngs, joinPngs, startChanges } from '../png.js';
import { segmentsIn } from '../segments.js';
import type { Format } from './format.js';

export const apng: Format = {
  name: 'apng',
  title: 'APNG',
  endings: ['apng'],
  codec: 'APNG',
  bits: 8,
  pixels: ['rgba'],
  needsFfmpeg: false,
  transparent: true,
  repeats: true,
  fixedSize: {
    because: 'an APNG, which is lossless and whose size cannot be chosen',
    instead: 'a .webp',
  },
  encoding: (_output, film) => ({
    takes: [{ name: 'video', options: ['apng', `zlib ${process.versions.zlib}`] }],
    files: ['film.apng'],
    start: (path) => startChanges(path, film),
    async join(bench) {
      const segments = segmentsIn(film).map((_, i) => bench.path(`${i}.video`));
      await joinPngs(segments, film, bench.path('film.apng'));
      return { from: 'video' };
    },
  }),
  addNote: noteInPng,
  tail: APNG_TAIL,
  reader: apngReader,
  checksums: (path, film, isSegment) => checksumsOfPngs(path, film, isSegment, isSegment ? 'parts' : 'apng'),
};
