/** PNGs: one picture, or a numbered file for each frame. */

import { pngReader } from '../../files/read/png.js';
import { IEND, noteInPng } from '../../files/write/png.js';
import { checksumsOfPngs, splitPngs, startPngs } from '../png.js';
import { segmentsIn } from '../segments.js';
import type { Format } from './format.js';

export const png: Format = {
  name: 'png',
  title: 'PNG',
  endings: ['png'],
  codec: 'PNG',
  bits: 8,
  pixels: ['rgba', 'rgba64'],
  needsFfmpeg: false,
  transparent: true,
  onePicture: true,
  fixedSize: {
    because: 'a PNG, which is lossless and whose size cannot be chosen',
    instead: 'a .webp',
  },
  encoding({ sequence }, film) {
    const name = (i: number) => (sequence ? `${String(i).padStart(8, '0')}.png` : 'film.png');
    return {
      takes: [{ name: 'video', options: ['png', `zlib ${process.versions.zlib}`] }],
      files: Array.from({ length: film.frames }, (_, i) => name(i)),
      start: (path) => startPngs(path, film),
      async join(bench) {
        const segments = segmentsIn(film).map((_, i) => bench.path(`${i}.video`));
        await splitPngs(segments, (i) => bench.path(name(i)));
        return { from: 'video' };
      },
    };
  },
  addNote: noteInPng,
  tail: IEND,
  reader: pngReader,
  checksums: checksumsOfPngs,
};
