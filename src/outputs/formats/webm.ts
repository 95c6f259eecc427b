/** WebM with VP9. */

import { soundInTime, webmReader } from '../../files/read/webm.js';
import { patchFile } from '../opened.js';
import { BT709_TAGS, toVideo } from './arguments.js';
import { type EncodeOptions, type FilmShape, type Format, qualityOf } from './format.js';
import { type Graded, graded } from './graded.js';

/** One thread gives other bytes than several, so the number must not depend on the machine. With more than eight,
 *  there are too few rows of 64 pixels to share. */
const THREADS = 8;

/** How its segments and finished files are written. */
export function webmContainers(
  { frames, fps }: FilmShape,
  { sound }: EncodeOptions,
): Pick<Graded, 'container' | 'finalContainer' | 'finish'> {
  return {
    container: ['-f', 'webm'],
    ...(sound && {
      // Otherwise the pictures would be late by the encoder's delay.
      finalContainer: ['-avoid_negative_ts', 'disabled', '-f', 'webm'],
      finish: (path) => patchFile(path, (bytes) => soundInTime(bytes, (1000 * frames) / fps)),
    }),
  };
}

export const webm: Format = {
  name: 'webm',
  title: 'WebM',
  endings: ['webm'],
  codec: 'VP9',
  choice: 'vp9',
  codes: ['V_VP9'],
  bits: 8,
  deep: true,
  pixels: ['yuv420p', 'rgba', 'rgba64'],
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
      ...webmContainers(film, options),
      sound: webm.sound,
    });
  },
  reader: webmReader,
  // ffmpeg's own decoder ignores transparency.
  decoding: ({ alpha }) => ['-f', 'webm', ...(alpha ? ['-c:v', 'libvpx-vp9'] : [])],
};
