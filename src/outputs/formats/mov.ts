/** QuickTime with ProRes 4444, for editing programs; supports transparency. */

import { movReader } from '../../files/read/mp4.js';
import { framesTaggedBt709 } from '../../files/write/prores.js';
import { patchFile } from '../opened.js';
import { BT709_TAGS, toVideo } from './arguments.js';
import type { Format } from './format.js';
import { joinedStep, soundInput } from './graded.js';

export const mov: Format = {
  name: 'mov',
  title: 'MOV',
  endings: ['mov'],
  codec: 'ProRes 4444',
  choice: 'prores',
  bits: 10,
  deep: true,
  pixels: ['rgba', 'rgba64'],
  needsFfmpeg: true,
  transparent: true,
  fixedSize: {
    because: 'ProRes, which is for editing and whose size cannot be chosen',
    instead: '.mp4',
  },
  sound: {
    title: 'PCM',
    name: 'pcm_s24le',
    encoder: () => ['-c:a', 'pcm_s24le'], // 16 bits fit into it unchanged
    container: 'mov',
    priming: 0,
    padding: 0,
  },
  encoding(_output, film, { note, sound }) {
    // use_metadata_tags: otherwise a tag is limited to 64 kB. The colours again, since the 2018 build does not read
    // its own.
    const container = [...BT709_TAGS, '-movflags', '+write_colr+use_metadata_tags', '-f', 'mov'];
    const encoder = [
      ...toVideo(film, film.alpha ? 'yuva444p10le' : 'yuv444p10le'),
      ...['-c:v', 'prores_ks', '-profile:v', '4444'],
      ...(film.alpha ? ['-alpha_bits', '8'] : []), // our frames have no more
      ...['-vendor', 'apl0'], // some programs open no other
    ];
    return {
      takes: [{ name: 'video', options: [...encoder, ...container] }],
      files: ['film.mov'],
      async join(bench) {
        await bench.run(
          joinedStep(film, container, 'film.mov', { note, sound: soundInput(mov.sound, sound) }),
        );
        await patchFile(bench.path('film.mov'), framesTaggedBt709);
        return { from: 'video' };
      },
    };
  },
  reader: movReader,
  decoding: () => ['-f', 'mov'],
};
