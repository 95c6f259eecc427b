/** WebM with VP9. */

import { soundInTime, webmReader } from '../../files/read/webm.js';
import { patchFile } from '../opened.js';
import { BT709_TAGS, toVideo } from './arguments.js';
import { type Format, qualityOf } from './format.js';
import { graded } from './graded.js';

/** One thread gives other bytes than several, so the number must not depend on the machine. With more than eight,
 *  there are too few rows of 64 pixels to share. */
const THREADS = 8;

export const webm: Format = {
  name: 'webm',
  title: 'WebM',
  endings: ['webm'],
  codec: 'VP9',
  bits: 8,
  pixels: ['yuv420p', 'rgba'],
  needsFfmpeg: true,
  transparent: true,
  evenSides: 'yuv420p',
  quality: {
    grades: { draft: 36, standard: 22, high: 15 }, // see mp4.ts
    unit: 'crf N',
    option: { option: 'crf', called: '--crf of a .webm', least: 0, most: 63, whole: true, hint: 22 },
  },
  sound: {
    title: 'Opus',
    name: 'opus',
    encoder: ({ quality }) => ['-c:a', 'libopus', '-b:a', quality === 'draft' ? '96k' : '160k'],
    container: 'ogg',
    priming: 312,
    padding: 0,
  },
  encoding(output, film, options) {
    const quality = qualityOf(webm, options);
    return graded(output.path, film, options, {
      file: 'film.webm',
      at: (rung) => quality + rung,
      rungs: 63 - quality + 1,
      halving: 9,
      describe: (crf) => `crf ${crf}`,
      options: (crf) => [
        ...toVideo(film),
        ...['-c:v', 'libvpx-vp9', '-threads', String(THREADS)],
        ...['-crf', String(crf)],
        ...(film.alpha ? ['-auto-alt-ref', '0'] : []), // hidden reference frames do not work with transparency
        ...['-b:v', '0'], // no bit rate: otherwise crf only limits quality, and libvpx aims at 200 kbit/s
        ...['-row-mt', '1'], // rows in parallel: small frames have too few of VP9's columns
        ...['-deadline', 'good'], // not realtime, nor best, which is far slower without visible gain
        ...['-cpu-used', options.quality === 'draft' ? '8' : '4'], // 4 costs 0.3 dB against 1 and takes half the time
        ...BT709_TAGS,
      ],
      container: ['-f', 'webm'],
      sound: webm.sound,
      ...(options.sound && {
        // Otherwise the pictures would be late by the encoder's delay.
        finalContainer: ['-avoid_negative_ts', 'disabled', '-f', 'webm'],
        finish: (path: string) =>
          patchFile(path, (bytes) => soundInTime(bytes, (1000 * film.frames) / film.fps)),
      }),
    });
  },
  reader: webmReader,
  // ffmpeg's own decoder ignores transparency.
  decoding: ({ alpha }) => ['-f', 'webm', ...(alpha ? ['-c:v', 'libvpx-vp9'] : [])],
};
